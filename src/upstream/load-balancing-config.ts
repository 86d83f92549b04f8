import type { MetadataStruct } from "../common/metadata.js";
import type { RuntimeNumberConfig } from "../common/runtime.js";

/** Gives hosts that have just become healthy less than their share, and more of it as time goes by. */
export interface SlowStartConfig {
  /** How long it takes, milliseconds; more than 0. */
  readonly windowMs: number;
  /** How the share grows: 1 evenly, above it slowly at the end, below it slowly at first; 1 for what is not above 0. */
  readonly aggression: RuntimeNumberConfig;
  /** The least share of its weight that a host gets, 0 to 1; 0.1 by default. */
  readonly minWeight: number;
}

/** Prefers hosts in the proxy's own zone as far as other proxies' zones leave them room. */
export interface ZoneAwareConfig {
  /** Percent of the requests that zones count for; 100 by default. */
  readonly routingEnabledPercent: number;
  /** Clusters with fewer healthy hosts are balanced without regard to zones; 6 by default. */
  readonly minClusterSize: number;
  /** In panic no host gets requests, instead of all. */
  readonly failTrafficOnPanic: boolean;
  /** With at least this many healthy hosts in the own zone all requests stay in it; `NEVER_FORCED` for no such rule. */
  readonly forcedFromHosts: number;
  /** What zones are measured by: their healthy hosts, or the weight of them. */
  readonly basis: "hosts" | "weight";
}

export const NEVER_FORCED = Number.POSITIVE_INFINITY;

/** How hosts of several localities are balanced. */
export interface LocalityLbConfig {
  /** By the localities' weights. */
  readonly weighted: boolean;
  /** By the proxy's own zone; of no effect without a local cluster. */
  readonly zoneAware: ZoneAwareConfig;
}

/** What ring hash and Maglev have in common. */
export interface HashingConfig {
  /** Hosts are placed by their hostname instead of their address. */
  readonly useHostname: boolean;
  /** Percent of the average of requests in flight that a host may have before others help out; 0 is no bound. */
  readonly balanceFactor: number;
  /** By the localities' weights. */
  readonly localityWeighted: boolean;
}

export interface RoundRobinConfig {
  readonly kind: "roundRobin";
  readonly slowStart: SlowStartConfig | null;
  readonly locality: LocalityLbConfig;
}

export interface LeastRequestConfig {
  readonly kind: "leastRequest";
  /** Hosts that are drawn and compared, at least 2. */
  readonly choiceCount: number;
  /** Power of the requests in flight that a weight is divided by; 0 ignores them, 1 is the default and for what is below 0. */
  readonly activeRequestBias: RuntimeNumberConfig;
  /** Compares all hosts instead of drawing some. */
  readonly fullScan: boolean;
  readonly slowStart: SlowStartConfig | null;
  readonly locality: LocalityLbConfig;
}

export interface RandomConfig {
  readonly kind: "random";
  readonly locality: LocalityLbConfig;
}

export type RingHashFunction = "xxHash" | "murmurHash2";

export interface RingHashConfig {
  readonly kind: "ringHash";
  readonly hashFunction: RingHashFunction;
  /** Points on the ring, at least this many; 1,024 by default, 8 M at most. */
  readonly minimumRingSize: number;
  readonly maximumRingSize: number;
  readonly hashing: HashingConfig;
}

export interface MaglevConfig {
  readonly kind: "maglev";
  /** A prime number, 65,537 by default, 5,000,011 at most. */
  readonly tableSize: number;
  readonly hashing: HashingConfig;
}

/** What to do with a request whose subset there is not. */
export type SubsetFallback = "none" | "any" | "default";

/** One way of dividing hosts: by their values of these keys. */
export interface SubsetSelectorConfig {
  /** Sorted. */
  readonly keys: readonly string[];
  /** `keysSubset` looks again with `fallbackKeys` alone; null leaves it to the whole policy. */
  readonly fallback: SubsetFallback | "keysSubset" | null;
  /** Sorted. */
  readonly fallbackKeys: readonly string[];
  /** A subset is one host. */
  readonly singleHost: boolean;
}

export interface SubsetConfig {
  readonly kind: "subset";
  readonly selectors: readonly SubsetSelectorConfig[];
  readonly fallback: SubsetFallback;
  readonly defaultSubset: MetadataStruct;
  readonly localityWeightAware: boolean;
  readonly scaleLocalityWeight: boolean;
  readonly panicModeAny: boolean;
  /** A list in a host's metadata stands for each of its values. */
  readonly listAsAny: boolean;
  /** A route's `fallback_list` names further criteria to try. */
  readonly fallbackList: boolean;
  /** A request may ask for more keys than a selector has. */
  readonly allowRedundantKeys: boolean;
  /** How the hosts of a subset are balanced. */
  readonly policy: LbPolicyConfig;
}

/** Where a request may name its host: a header field, in lower case, or else dynamic metadata. */
export interface OverrideHostSource {
  /** Empty with a metadata key. */
  readonly headerName: string;
  readonly metadataKey: { readonly namespace: string; readonly path: readonly string[] } | null;
}

/** Requests name their hosts. */
export interface OverrideHostConfig {
  readonly kind: "overrideHost";
  readonly sources: readonly OverrideHostSource[];
  /** For those that do not. */
  readonly policy: LbPolicyConfig;
}

/** The cluster's type picks the host itself: an aggregate. */
export interface ClusterProvidedConfig {
  readonly kind: "clusterProvided";
}

/** A load balancing policy with its settings. Plain frozen data. */
export type LbPolicyConfig =
  | RoundRobinConfig
  | LeastRequestConfig
  | RandomConfig
  | RingHashConfig
  | MaglevConfig
  | SubsetConfig
  | OverrideHostConfig
  | ClusterProvidedConfig;

/** Whether a policy looks at requests that say nothing of hosts by their routes. */
export function asksRequests(policy: LbPolicyConfig): boolean {
  return policy.kind === "overrideHost" || (policy.kind === "subset" && asksRequests(policy.policy));
}
