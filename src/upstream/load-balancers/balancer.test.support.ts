import assert from "node:assert/strict";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { Hash64 } from "../../common/hash64.js";
import { Runtime, type RuntimeValues } from "../../common/runtime.js";
import { ANY_LOCALITY, endpoint, HOST_SET_OPTIONS, ROUND_ROBIN } from "../cluster.test.support.js";
import type { EndpointConfig } from "../cluster-info.js";
import { Host } from "../host.js";
import type { HostSetOptions } from "../host-set.js";
import type { LoadBalancer } from "../load-balancer.js";
import { ANY_HOST, type LoadBalancerContext } from "../load-balancer-context.js";
import { LoadBalancerStats } from "../load-balancer-stats.js";
import type {
  HashingConfig,
  LbPolicyConfig,
  LeastRequestConfig,
  MaglevConfig,
  RingHashConfig,
} from "../load-balancing-config.js";
import { PrioritySet } from "../priority-set.js";
import { createLoadBalancer } from "./load-balancer-factory.js";

export const LEAST_REQUEST: LeastRequestConfig = {
  kind: "leastRequest",
  choiceCount: 2,
  activeRequestBias: { defaultValue: 1, runtimeKey: "" },
  fullScan: false,
  slowStart: null,
  locality: ANY_LOCALITY,
};
export const RANDOM: LbPolicyConfig = { kind: "random", locality: ANY_LOCALITY };
export const HASHING: HashingConfig = { useHostname: false, balanceFactor: 0, localityWeighted: false };
export const RING_HASH: RingHashConfig = {
  kind: "ringHash",
  hashFunction: "xxHash",
  minimumRingSize: 1024,
  maximumRingSize: 8 * 1024 * 1024,
  hashing: HASHING,
};
export const MAGLEV: MaglevConfig = { kind: "maglev", tableSize: 65_537, hashing: HASHING };
export const ALL_POLICIES: readonly LbPolicyConfig[] = [ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH, MAGLEV];

export interface RunOptions {
  readonly seed: number;
  readonly panicThreshold: number;
  readonly hostSet: Partial<HostSetOptions>;
  readonly localSet: PrioritySet | null;
  readonly peeks: boolean;
  readonly runtime: RuntimeValues;
}

/** A balancer over hosts that a test gives, with its stats and a clock that stands until it is set. */
export class BalancerRun {
  readonly prioritySet: PrioritySet;
  readonly balancer: LoadBalancer;
  readonly clock = { nowMs: 0, now: () => this.clock.nowMs };
  private readonly recorded = new RecordedStats();

  constructor(config: LbPolicyConfig, initial: readonly EndpointConfig[], options: Partial<RunOptions> = {}) {
    this.prioritySet = new PrioritySet({ ...HOST_SET_OPTIONS, ...options.hostSet });
    this.update(initial);
    this.balancer = createLoadBalancer(config, {
      prioritySet: this.prioritySet,
      panicThreshold: options.panicThreshold ?? 50,
      stats: new LoadBalancerStats(this.recorded.root),
      random: new SeededRandom(options.seed ?? 1),
      runtime: new Runtime(options.runtime),
      clock: this.clock,
      localSet: options.localSet ?? null,
      showsGauges: true,
      peeks: options.peeks ?? false,
    });
  }

  get hosts(): readonly Host[] {
    return this.prioritySet.hosts;
  }

  /** These are the hosts from now on; one at the same address stays the same. */
  update(wanted: readonly EndpointConfig[]): void {
    const before = this.prioritySet.hosts;
    this.prioritySet.update(
      wanted.map((one) => {
        const known = before.find((host) => host.isAt(one));
        known?.takeOver(one);
        return known ?? this.newHost(one);
      }),
    );
  }

  private newHost(one: EndpointConfig): Host {
    const host = new Host(one, "c");
    host.healthySinceMs = this.clock.nowMs;
    return host;
  }

  stat(name: string): number {
    return this.recorded.value(name);
  }

  choose(context: Partial<LoadBalancerContext> = {}): Host | null {
    return this.balancer.chooseHost({ ...ANY_HOST, ...context });
  }

  /** The last digits of the host that is foreseen for a later request; 0 for none. */
  peek(context: Partial<LoadBalancerContext> = {}): number {
    return numberOf(this.balancer.peekAnotherHost({ ...ANY_HOST, ...context }));
  }

  /** The last digits of the hosts that were chosen; 0 for none. */
  choices(count: number, context: Partial<LoadBalancerContext> = {}): number[] {
    return Array.from({ length: count }, () => numberOf(this.choose(context)));
  }

  /** How often each of the hosts was chosen, in their order. */
  shares(count: number, context: Partial<LoadBalancerContext> = {}): number[] {
    const chosen = this.choices(count, context);
    return this.hosts.map((host) => chosen.filter((one) => one === numberOf(host)).length);
  }
}

export function numberOf(host: Host | null): number {
  if (host === null) return 0;
  assert.ok(host.address.kind === "ip");
  return Number(host.address.host.split(".").pop());
}

/** Endpoints 1, 2, 3, ... of these weights. */
export function endpoints(weights: readonly number[]): EndpointConfig[] {
  return weights.map((weight, index) => endpoint(index + 1, weight));
}

/** Endpoints `first` to `last`, changed as given. */
export function endpointRange(first: number, last: number, changes: Partial<EndpointConfig> = {}): EndpointConfig[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({ ...endpoint(first + index), ...changes }));
}

export function hashContext(value: bigint): Partial<LoadBalancerContext> {
  const hash = new Hash64(Number(value >> 32n), Number(value & 0xffff_ffffn));
  return { hashKey: () => hash };
}

export function assertNear(actual: number | undefined, expected: number, tolerance: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);
}
