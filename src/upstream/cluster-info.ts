import type { Metadata } from "../common/metadata.js";
import type { FractionalPercent } from "../common/runtime.js";
import type { HeaderCaseConfig } from "../http/headers/header-case.js";
import type { ResponsePredicateConfig } from "../http/headers/response-predicate.js";
import type { Address } from "../network/address.js";
import type { ClusterDescription } from "../stream-info/stream-info.js";
import type { DnsConfig } from "./dns-config.js";
import type { EndpointHealthCheck, HealthCheckConfig } from "./health-check-config.js";
import type { EndpointHealth } from "./host-health.js";
import type { LbPolicyConfig } from "./load-balancing-config.js";
import type { Locality } from "./locality.js";
import type { OriginalDstConfig } from "./original-dst-config.js";
import type { OutlierDetectionConfig } from "./outlier/outlier-config.js";
import type { PoolPolicy } from "./pool/pool-policy.js";
import type { TrackedStatsConfig } from "./tracked-stats.js";

export type DiscoveryType = "static" | "strictDns" | "logicalDns" | "aggregate" | "originalDst";

/** One endpoint as configured: `host` of an IP address may still be a DNS name when the cluster resolves names. */
export interface EndpointConfig {
  readonly address: Address;
  /** `endpoint.hostname`, or the DNS name that was resolved; empty when there is none. */
  readonly hostname: string;
  /** At least 1. */
  readonly weight: number;
  /** 0 is the highest. */
  readonly priority: number;
  readonly locality: Locality;
  /** Weight of the locality among those of its priority; 0 when it has none. */
  readonly localityWeight: number;
  readonly health: EndpointHealth;
  readonly metadata: Metadata;
  /** Discovery has lost it, and its health checks still pass. */
  readonly isPendingRemoval?: boolean;
  /** What is different about this endpoint's checks; absent for nothing. */
  readonly healthCheck?: EndpointHealthCheck;
}

/** Limits of one priority (`envoy.config.cluster.v3.CircuitBreakers.Thresholds`). */
export interface CircuitBreakerLimits {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** A pool is the connections of one worker to one host. */
  readonly maxConnectionPools: number;
  /** Connections to one host (`per_host_thresholds`). */
  readonly maxConnectionsPerHost: number;
  /** Takes the place of `maxRetries`; null for none. */
  readonly retryBudget: RetryBudget | null;
  /** Stats show how much of each resource is left. */
  readonly trackRemaining: boolean;
}

/** Of what is counted in 32 bits and not limited. */
export const NO_LIMIT = 0xffff_ffff;

/** `CircuitBreakers.Thresholds.RetryBudget` */
export interface RetryBudget {
  /** Of the requests that are active or wait: 0 to 100, 20 by default. */
  readonly percent: number;
  /** Retries that are always allowed; 3 by default. */
  readonly minConcurrency: number;
}

/** What configuration says of a cluster (`envoy.config.cluster.v3.Cluster`). Plain frozen data, replaced whole. */
export interface ClusterInfo extends ClusterDescription {
  readonly name: string;
  /** `alt_stat_name` or `name`: what logs say. */
  readonly observabilityName: string;
  /** The same with `:` as `_`: the stats' root. */
  readonly statName: string;
  readonly discovery: DiscoveryType;
  readonly endpoints: readonly EndpointConfig[];
  /** Of an aggregate: the clusters whose priorities it lines up. */
  readonly members: readonly string[];
  /** Which host a request names; null for clusters whose hosts are known beforehand. */
  readonly originalDst: OriginalDstConfig | null;
  /** Percent of the healthy share that a priority or locality counts for; more than 0, 140 by default. */
  readonly overprovisioningFactor: number;
  /** A priority's health is the share of healthy weight and not of healthy hosts. */
  readonly weightedPriorityHealth: boolean;
  /** Share of the requests that are turned away (`policy.drop_overloads`); null for none. */
  readonly dropOverload: FractionalPercent | null;
  readonly lbPolicy: LbPolicyConfig;
  /** Percent of healthy hosts below which a priority uses all of its hosts; 0 is never, 50 the default. */
  readonly healthyPanicThreshold: number;
  /** How healthy a host has to be that a filter chose for its client (`override_host_status`). */
  readonly overrideHostHealths: readonly EndpointHealth[];
  /** Closes the connections to all hosts when hosts come or go. */
  readonly closeConnectionsOnHostSetChange: boolean;
  /** Cuts tunnels that end here when their host fails (`close_connections_on_host_health_failure`). */
  readonly closeConnectionsOnHostHealthFailure: boolean;
  /** Hosts do not count in the health of their priority before their first check (`ignore_new_hosts_until_first_hc`). */
  readonly ignoreNewHostsUntilFirstCheck: boolean;
  /** Hosts that discovery no longer finds go, even if health checks still pass (`ignore_health_on_host_removal`). */
  readonly ignoreHealthOnHostRemoval: boolean;
  /** Milliseconds a TCP connect may take; more than 0, 5,000 by default. */
  readonly connectTimeoutMs: number;
  readonly perConnectionBufferLimitBytes: number;
  readonly defaultLimits: CircuitBreakerLimits;
  readonly highLimits: CircuitBreakerLimits;
  /** How hosts are checked; null when they are not. */
  readonly healthCheck: HealthCheckConfig | null;
  /** How hosts that fail are found out; null when nobody watches. */
  readonly outlierDetection: OutlierDetectionConfig | null;
  /** Responses that outlier detection takes for errors, all others being successes; null for those of status 5xx. */
  readonly errorMatcher: ResponsePredicateConfig | null;
  /** Milliseconds a pooled connection may wait unused; 0 is no limit, 1 h the default. */
  readonly idleTimeoutMs: number;
  /** Requests after which a connection is closed; 0 is no limit. */
  readonly maxRequestsPerConnection: number;
  readonly poolPolicy: PoolPolicy;
  readonly maxResponseHeadersKb: number;
  readonly maxHeadersCount: number;
  /** How long one stream to a host may last, milliseconds; 0 is no limit. */
  readonly maxStreamDurationMs: number;
  /** Pass trailers on in both directions (`http_protocol_options.enable_trailers`). */
  readonly enableTrailers: boolean;
  /** A length beside chunks is dropped, where it is refused otherwise (`allow_chunked_length`). */
  readonly allowChunkedLength: boolean;
  /** Request lines have the absolute form (`send_fully_qualified_url`). */
  readonly sendFullyQualifiedUrl: boolean;
  /** Null for names of fields in lower case. */
  readonly headerCase: HeaderCaseConfig | null;
  readonly dns: DnsConfig;
  readonly trackedStats: TrackedStatsConfig;
}
