/** `envoy.config.cluster.v3.OutlierDetection` as plain data. Shares are percent, 0 to 100. */
export interface OutlierDetectionConfig {
  /** Between two looks at rates and at ejected hosts: 10,000 by default. */
  readonly intervalMs: number;
  readonly baseEjectionTimeMs: number;
  readonly maxEjectionTimeMs: number;
  readonly maxEjectionTimeJitterMs: number;
  readonly maxEjectionPercent: number;
  readonly alwaysEjectOneHost: boolean;
  /** Failures of our own making, or of the network's, count apart from those that the host reports. */
  readonly splitLocalOriginErrors: boolean;
  readonly successfulHealthCheckUnejects: boolean;
  /** Hosts that say of themselves that they are degraded are, for as long as an ejection lasts. */
  readonly detectsDegraded: boolean;
  /** Failures in a row; 0 never ejects. */
  readonly consecutive5xx: number;
  readonly consecutiveGatewayFailure: number;
  readonly consecutiveLocalOriginFailure: number;
  readonly successRate: SuccessRateConfig;
  readonly failurePercentage: FailurePercentageConfig;
  /** How many of those found out are in fact ejected. */
  readonly enforcing: { readonly [type in EjectionType]: number };
}

export interface SuccessRateConfig {
  readonly minimumHosts: number;
  readonly requestVolume: number;
  /** In thousandths: 1,900 ejects what is 1.9 standard deviations below the mean. */
  readonly stdevFactor: number;
}

export interface FailurePercentageConfig {
  readonly threshold: number;
  readonly minimumHosts: number;
  readonly requestVolume: number;
}

/** What a host is found out by, as stats and events name it. */
export type EjectionType =
  | "consecutive_5xx"
  | "consecutive_gateway_failure"
  | "consecutive_local_origin_failure"
  | "success_rate"
  | "local_origin_success_rate"
  | "failure_percentage"
  | "failure_percentage_local_origin";

export const EJECTION_TYPES: readonly EjectionType[] = [
  "consecutive_5xx",
  "consecutive_gateway_failure",
  "consecutive_local_origin_failure",
  "success_rate",
  "local_origin_success_rate",
  "failure_percentage",
  "failure_percentage_local_origin",
];

/** Those that a worker finds out by itself, at the moment of the failure. */
export type ConsecutiveEjectionType =
  | "consecutive_5xx"
  | "consecutive_gateway_failure"
  | "consecutive_local_origin_failure";
