import type { OutlierDetectionConfig } from "../outlier/outlier-config.js";

/** Envoy's defaults. */
export function outlierConfig(overrides: Partial<OutlierDetectionConfig> = {}): OutlierDetectionConfig {
  return {
    intervalMs: 10_000,
    baseEjectionTimeMs: 30_000,
    maxEjectionTimeMs: 300_000,
    maxEjectionTimeJitterMs: 0,
    maxEjectionPercent: 10,
    alwaysEjectOneHost: false,
    splitLocalOriginErrors: false,
    successfulHealthCheckUnejects: true,
    detectsDegraded: false,
    consecutive5xx: 5,
    consecutiveGatewayFailure: 5,
    consecutiveLocalOriginFailure: 5,
    successRate: { minimumHosts: 5, requestVolume: 100, stdevFactor: 1900 },
    failurePercentage: { threshold: 85, minimumHosts: 5, requestVolume: 50 },
    enforcing: {
      consecutive_5xx: 100,
      consecutive_gateway_failure: 0,
      consecutive_local_origin_failure: 100,
      success_rate: 100,
      local_origin_success_rate: 100,
      failure_percentage: 0,
      failure_percentage_local_origin: 0,
    },
    ...overrides,
  };
}
