import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { RoundRobinConfig } from "../load-balancing-config.js";
import { type HostPicker, haveEqualWeights, NO_TURN, type PickerFactory } from "./host-picker.js";
import { SlowStart } from "./slow-start.js";
import { WeightedPicker } from "./weighted-picker.js";
import type { BalancerParts } from "./zone-aware-load-balancer.js";

/** Takes the hosts of a list in turn. */
export class RoundRobinPicker implements HostPicker {
  turn: number;
  readonly isForeseeable = true;
  private readonly hosts: readonly Host[];

  constructor(hosts: readonly Host[], turn: number) {
    this.hosts = hosts;
    this.turn = turn;
  }

  pick(): Host | null {
    const { hosts } = this;
    if (hosts.length === 0) return null;
    if (this.turn >= hosts.length) this.turn = 0;
    return hosts[this.turn++] as Host;
  }
}

/**
 * Hosts in turn, from a random one on so that workers do not all begin with the same. Unequal weights, or hosts that
 * start slowly, are kept by an earliest-deadline-first schedule.
 */
export class RoundRobinPickerFactory implements PickerFactory {
  private readonly random: RandomSource;
  private readonly slowStart: SlowStart | null;
  private readonly weightOf: (host: Host) => number;

  constructor(config: RoundRobinConfig, { random, clock, runtime }: BalancerParts) {
    this.random = random;
    const slowStart = config.slowStart === null ? null : new SlowStart(config.slowStart, clock, runtime);
    this.slowStart = slowStart;
    // control plane: once for a balancer
    this.weightOf = slowStart === null ? plainWeight : (host) => host.weight * slowStart.shareOf(host);
  }

  createPicker(hosts: readonly Host[], turn: number): HostPicker {
    const from = turn === NO_TURN && hosts.length > 0 ? this.random.below(hosts.length) : Math.max(0, turn);
    const startsSlowly = this.slowStart?.includesOneOf(hosts) ?? false;
    if (haveEqualWeights(hosts) && !startsSlowly) return new RoundRobinPicker(hosts, from);
    return new WeightedPicker(hosts, this.weightOf, from);
  }
}

function plainWeight(host: Host): number {
  return host.weight;
}
