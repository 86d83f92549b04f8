import type { IpAddress } from "../network/address.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import { Host } from "./host.js";
import { HostSet } from "./host-set.js";

const LIMITS = { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 3 };

/** A static cluster `c` with Envoy's defaults and without endpoints; what a test is about is given. */
export function clusterInfo(overrides: Partial<ClusterInfo> = {}): ClusterInfo {
  return {
    name: "c",
    statName: "c",
    discovery: "static",
    endpoints: [],
    lbPolicy: "roundRobin",
    connectTimeoutMs: 5_000,
    perConnectionBufferLimitBytes: 1024 * 1024,
    defaultLimits: LIMITS,
    highLimits: LIMITS,
    idleTimeoutMs: 3_600_000,
    maxRequestsPerConnection: 0,
    maxResponseHeadersKb: 60,
    maxHeadersCount: 100,
    enableTrailers: false,
    dnsRefreshRateMs: 5_000,
    dnsLookupFamily: "auto",
    respectDnsTtl: false,
    ...overrides,
  };
}

export function limits(overrides: Partial<typeof LIMITS>): typeof LIMITS {
  return { ...LIMITS, ...overrides };
}

/** `10.0.0.<last>:80` */
export function address(last: number): IpAddress {
  return { kind: "ip", host: `10.0.0.${last}`, port: 80 };
}

export function endpoint(last: number, weight = 1, hostname = ""): EndpointConfig {
  return { address: address(last), hostname, weight };
}

/** Hosts 1, 2, 3, ... with these weights. */
export function hostsOf(weights: readonly number[]): Host[] {
  return weights.map((weight, index) => new Host(endpoint(index + 1, weight), "c"));
}

export function hostSetOf(weights: readonly number[]): HostSet {
  const hostSet = new HostSet();
  hostSet.update(hostsOf(weights));
  return hostSet;
}
