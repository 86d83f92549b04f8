import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { LeastRequestConfig } from "../load-balancing-config.js";
import { type HostPicker, haveEqualWeights, NO_TURN, type PickerFactory } from "./host-picker.js";
import { SlowStart } from "./slow-start.js";
import { WeightedPicker } from "./weighted-picker.js";
import type { BalancerParts } from "./zone-aware-load-balancer.js";

/** Draws some hosts and takes the one with the fewest requests in flight from this worker. */
export class LeastRequestPicker implements HostPicker {
  readonly turn = 0;
  /** Who will be the least busy then, nobody knows now. */
  readonly isForeseeable: boolean;
  private readonly hosts: readonly Host[];
  private readonly random: RandomSource;
  private readonly choiceCount: number;

  constructor(hosts: readonly Host[], random: RandomSource, choiceCount: number) {
    this.hosts = hosts;
    this.isForeseeable = hosts.length === 0;
    this.random = random;
    this.choiceCount = choiceCount;
  }

  pick(): Host | null {
    const { hosts, random } = this;
    if (hosts.length === 0) return null;
    // Drawn with replacement, as in Envoy: also the busiest host is taken now and then.
    let chosen = hosts[random.below(hosts.length)] as Host;
    for (let drawn = 1; drawn < this.choiceCount; drawn++) {
      const other = hosts[random.below(hosts.length)] as Host;
      if (other.stats.rqActive < chosen.stats.rqActive) chosen = other;
    }
    return chosen;
  }
}

/** Takes the host with the fewest requests in flight of all; of several such, any. */
export class FullScanPicker implements HostPicker {
  readonly turn = 0;
  /** Who will be the least busy then, nobody knows now. */
  readonly isForeseeable: boolean;
  private readonly hosts: readonly Host[];
  private readonly random: RandomSource;

  constructor(hosts: readonly Host[], random: RandomSource) {
    this.hosts = hosts;
    this.isForeseeable = hosts.length === 0;
    this.random = random;
  }

  pick(): Host | null {
    let fewest = Number.POSITIVE_INFINITY;
    let tied = 0;
    for (const { stats } of this.hosts) {
      if (stats.rqActive > fewest) continue;
      tied = stats.rqActive === fewest ? tied + 1 : 1;
      fewest = stats.rqActive;
    }
    if (tied === 0) return null;
    let skipped = this.random.below(tied);
    for (const host of this.hosts) {
      if (host.stats.rqActive === fewest && skipped-- === 0) return host;
    }
    return null;
  }
}

/**
 * The least busy hosts first. Hosts of unequal weights take turns instead, each as often as its weight, divided by its
 * requests in flight, says.
 */
export class LeastRequestPickerFactory implements PickerFactory {
  private readonly config: LeastRequestConfig;
  private readonly random: RandomSource;
  private readonly slowStart: SlowStart | null;
  private readonly weightOf: (host: Host) => number;

  constructor(config: LeastRequestConfig, { random, clock, runtime }: BalancerParts) {
    this.config = config;
    this.random = random;
    const slowStart = config.slowStart === null ? null : new SlowStart(config.slowStart, clock, runtime);
    this.slowStart = slowStart;
    const wantedBias = runtime.double(config.activeRequestBias);
    // Below 0 the busiest host would get the most; Envoy takes the default then.
    const bias = wantedBias < 0 ? 1 : wantedBias;
    // control plane: once for a balancer
    const byLoad = (host: Host): number => weightByLoad(host, bias);
    this.weightOf = slowStart === null ? byLoad : (host) => byLoad(host) * slowStart.shareOf(host); // control plane: once
  }

  createPicker(hosts: readonly Host[], turn: number): HostPicker {
    const startsSlowly = this.slowStart?.includesOneOf(hosts) ?? false;
    if (!haveEqualWeights(hosts) || startsSlowly) {
      const from = turn === NO_TURN && hosts.length > 0 ? this.random.below(hosts.length) : Math.max(0, turn);
      return new WeightedPicker(hosts, this.weightOf, from);
    }
    if (this.config.fullScan) return new FullScanPicker(hosts, this.random);
    return new LeastRequestPicker(hosts, this.random, this.config.choiceCount);
  }
}

function weightByLoad(host: Host, bias: number): number {
  const busy = host.stats.rqActive + 1;
  if (bias === 1) return host.weight / busy;
  return bias === 0 ? host.weight : host.weight / busy ** bias;
}
