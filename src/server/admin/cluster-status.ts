import type { Address } from "../../network/address.js";
import type { CircuitBreakerLimits } from "../../upstream/cluster-info.js";

/** One reason why a host may not be used, in Envoy's words. */
export type HealthFlag =
  | "failed_active_hc"
  | "failed_outlier_check"
  | "failed_eds_health"
  | "degraded_active_hc"
  | "degraded_eds_health"
  | "pending_dynamic_removal"
  | "pending_active_hc"
  | "excluded_via_immediate_hc_fail"
  | "active_hc_timeout"
  | "eds_status_draining"
  | "degraded_outlier_detection";

/** A number that is kept for a host, such as `cx_total` or `rq_active`. */
export interface HostStat {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly value: number;
}

export interface HostStatus {
  readonly address: Address;
  /** `endpoint.hostname` or the name that was resolved; may be empty. */
  readonly hostname: string;
  /** The sums of all workers. */
  readonly stats: readonly HostStat[];
  /** Empty for a healthy host. */
  readonly healthFlags: readonly HealthFlag[];
  readonly weight: number;
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string };
  readonly canary: boolean;
  readonly priority: number;
  /** Percent of requests that succeeded in outlier detection's last interval; -1 when it does not know. */
  readonly successRate: number;
  readonly localOriginSuccessRate: number;
}

/** What outlier detection found in its last interval, in percent; -1 when there were too few requests. */
export interface OutlierStatus {
  readonly successRateAverage: number;
  readonly successRateEjectionThreshold: number;
  readonly localOriginSuccessRateAverage: number;
  readonly localOriginSuccessRateEjectionThreshold: number;
}

/** A cluster at the moment of the request. Plain data, put together from the main thread's and the workers' knowledge. */
export interface ClusterStatus {
  readonly name: string;
  /** `alt_stat_name`, or the name. */
  readonly observabilityName: string;
  /** It came from CDS, not from the bootstrap. */
  readonly addedViaApi: boolean;
  /** Empty when the cluster is not discovered by EDS under another name. */
  readonly edsServiceName: string;
  /** Null without outlier detection. */
  readonly outlier: OutlierStatus | null;
  readonly defaultLimits: CircuitBreakerLimits;
  readonly highLimits: CircuitBreakerLimits;
  /** By priority, and in the order of the configuration. */
  readonly hosts: readonly HostStatus[];
}
