import { NO_METADATA } from "../common/metadata.js";
import type { IpAddress } from "../network/address.js";
import type { CircuitBreakerLimits, ClusterInfo, EndpointConfig } from "./cluster-info.js";
import type { DnsConfig } from "./dns-config.js";
import { Host } from "./host.js";
import { configuredLocalityWeight, type HostSetOptions } from "./host-set.js";
import { type LbPolicyConfig, type LocalityLbConfig, NEVER_FORCED } from "./load-balancing-config.js";
import { NO_LOCALITY } from "./locality.js";
import { DEFAULT_POOL_POLICY } from "./pool/pool-policy.js";
import { NOTHING_TRACKED } from "./tracked-stats.js";

const LIMITS: CircuitBreakerLimits = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
  maxConnectionPools: 0xffff_ffff,
  maxConnectionsPerHost: 0xffff_ffff,
  retryBudget: null,
  trackRemaining: false,
};

/** Balancing without regard to localities: Envoy's defaults. */
export const ANY_LOCALITY: LocalityLbConfig = {
  weighted: false,
  zoneAware: {
    routingEnabledPercent: 100,
    minClusterSize: 6,
    failTrafficOnPanic: false,
    forcedFromHosts: NEVER_FORCED,
    basis: "hosts",
  },
};
export const ROUND_ROBIN: LbPolicyConfig = { kind: "roundRobin", slowStart: null, locality: ANY_LOCALITY };

export const DNS: DnsConfig = {
  lookupFamily: "auto",
  refreshRateMs: 5_000,
  jitterMs: 0,
  failureRefresh: null,
  respectTtl: false,
  resolvers: [],
  waitForWarm: true,
};

/** A static cluster `c` with Envoy's defaults and without endpoints; what a test is about is given. */
export function clusterInfo(overrides: Partial<ClusterInfo> = {}): ClusterInfo {
  return {
    name: "c",
    observabilityName: "c",
    statName: "c",
    discovery: "static",
    endpoints: [],
    originalDst: null,
    members: [],
    overprovisioningFactor: 140,
    dropOverload: null,
    weightedPriorityHealth: false,
    lbPolicy: ROUND_ROBIN,
    healthyPanicThreshold: 50,
    overrideHostHealths: ["unknown", "healthy", "degraded"],
    closeConnectionsOnHostSetChange: false,
    closeConnectionsOnHostHealthFailure: false,
    ignoreHealthOnHostRemoval: false,
    ignoreNewHostsUntilFirstCheck: false,
    connectTimeoutMs: 5_000,
    perConnectionBufferLimitBytes: 1024 * 1024,
    defaultLimits: LIMITS,
    highLimits: LIMITS,
    healthCheck: null,
    trackedStats: NOTHING_TRACKED,
    outlierDetection: null,
    errorMatcher: null,
    idleTimeoutMs: 3_600_000,
    maxRequestsPerConnection: 0,
    poolPolicy: DEFAULT_POOL_POLICY,
    maxResponseHeadersKb: 60,
    maxHeadersCount: 100,
    maxStreamDurationMs: 0,
    enableTrailers: false,
    allowChunkedLength: false,
    sendFullyQualifiedUrl: false,
    headerCase: null,
    dns: DNS,
    metadata: NO_METADATA,
    ...overrides,
  };
}

export function limits(overrides: Partial<CircuitBreakerLimits>): CircuitBreakerLimits {
  return { ...LIMITS, ...overrides };
}

/** `10.0.0.<last>:80` */
export function address(last: number): IpAddress {
  return { kind: "ip", host: `10.0.0.${last}`, port: 80 };
}

export function endpoint(last: number, weight = 1, hostname = ""): EndpointConfig {
  return {
    address: address(last),
    hostname,
    weight,
    priority: 0,
    locality: NO_LOCALITY,
    localityWeight: 0,
    health: "unknown",
    metadata: NO_METADATA,
  };
}

/** Hosts 1, 2, 3, ... with these weights. */
export function hostsOf(weights: readonly number[]): Host[] {
  return weights.map((weight, index) => new Host(endpoint(index + 1, weight), "c"));
}

export const HOST_SET_OPTIONS: HostSetOptions = {
  overprovisioningFactor: 140,
  weightedPriorityHealth: false,
  localLocality: NO_LOCALITY,
  weightOfLocality: configuredLocalityWeight,
};
