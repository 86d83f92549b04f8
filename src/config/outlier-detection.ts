import type { OutlierDetection } from "../gen/envoy/config/cluster/v3/outlier_detection_pb.js";
import type { OutlierDetectionConfig } from "../upstream/outlier/outlier-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const OUTLIER_DETECTION_FIELDS: MessageTable = implemented<OutlierDetection>(
  "envoy.config.cluster.v3.OutlierDetection",
  {
    consecutive_5xx: true,
    interval: true,
    base_ejection_time: true,
    max_ejection_percent: true,
    enforcing_consecutive_5xx: true,
    enforcing_success_rate: true,
    success_rate_minimum_hosts: true,
    success_rate_request_volume: true,
    success_rate_stdev_factor: true,
    consecutive_gateway_failure: true,
    enforcing_consecutive_gateway_failure: true,
    split_external_local_origin_errors: true,
    consecutive_local_origin_failure: true,
    enforcing_consecutive_local_origin_failure: true,
    enforcing_local_origin_success_rate: true,
    failure_percentage_threshold: true,
    enforcing_failure_percentage: true,
    enforcing_failure_percentage_local_origin: true,
    failure_percentage_minimum_hosts: true,
    failure_percentage_request_volume: true,
    max_ejection_time: true,
    max_ejection_time_jitter: true,
    successful_active_health_check_uneject_host: true,
    always_eject_one_host: true,
    detect_degraded_hosts: true,
  },
);

/** Envoy's defaults. */
const DEFAULTS = {
  intervalMs: 10_000,
  baseEjectionTimeMs: 30_000,
  maxEjectionTimeMs: 300_000,
  maxEjectionPercent: 10,
  consecutiveFailures: 5,
  minimumHosts: 5,
  successRateRequestVolume: 100,
  failurePercentageRequestVolume: 50,
  stdevFactor: 1900,
  failurePercentageThreshold: 85,
} as const;

/** `envoy.config.cluster.v3.OutlierDetection`: watching begins with the message, even an empty one. */
export function convertOutlierDetection(message: OutlierDetection, context: ConversionContext): OutlierDetectionConfig {
  const { baseEjectionTime, maxEjectionTime, maxEjectionTimeJitter } = message;
  const baseEjectionTimeMs = context.milliseconds(
    message,
    "baseEjectionTime",
    baseEjectionTime,
    DEFAULTS.baseEjectionTimeMs,
  );
  const standardMs = Math.max(DEFAULTS.maxEjectionTimeMs, baseEjectionTimeMs);
  const maxEjectionTimeMs = context.milliseconds(message, "maxEjectionTime", maxEjectionTime, standardMs);
  if (maxEjectionTimeMs < baseEjectionTimeMs) {
    const text = `must not be below \`base_ejection_time\` (${baseEjectionTimeMs} ms)`;
    context.error(message, "maxEjectionTime", text);
  }
  return {
    intervalMs: context.milliseconds(message, "interval", message.interval, DEFAULTS.intervalMs),
    baseEjectionTimeMs,
    maxEjectionTimeMs,
    maxEjectionTimeJitterMs: context.milliseconds(message, "maxEjectionTimeJitter", maxEjectionTimeJitter, 0),
    maxEjectionPercent: message.maxEjectionPercent ?? DEFAULTS.maxEjectionPercent,
    alwaysEjectOneHost: message.alwaysEjectOneHost ?? false,
    splitLocalOriginErrors: message.splitExternalLocalOriginErrors,
    successfulHealthCheckUnejects: message.successfulActiveHealthCheckUnejectHost ?? true,
    detectsDegraded: message.detectDegradedHosts ?? false,
    consecutive5xx: message.consecutive5xx ?? DEFAULTS.consecutiveFailures,
    consecutiveGatewayFailure: message.consecutiveGatewayFailure ?? DEFAULTS.consecutiveFailures,
    consecutiveLocalOriginFailure: message.consecutiveLocalOriginFailure ?? DEFAULTS.consecutiveFailures,
    successRate: {
      minimumHosts: message.successRateMinimumHosts ?? DEFAULTS.minimumHosts,
      requestVolume: message.successRateRequestVolume ?? DEFAULTS.successRateRequestVolume,
      stdevFactor: message.successRateStdevFactor ?? DEFAULTS.stdevFactor,
    },
    failurePercentage: {
      threshold: message.failurePercentageThreshold ?? DEFAULTS.failurePercentageThreshold,
      minimumHosts: message.failurePercentageMinimumHosts ?? DEFAULTS.minimumHosts,
      requestVolume: message.failurePercentageRequestVolume ?? DEFAULTS.failurePercentageRequestVolume,
    },
    enforcing: {
      consecutive_5xx: message.enforcingConsecutive5xx ?? 100,
      consecutive_gateway_failure: message.enforcingConsecutiveGatewayFailure ?? 0,
      consecutive_local_origin_failure: message.enforcingConsecutiveLocalOriginFailure ?? 100,
      success_rate: message.enforcingSuccessRate ?? 100,
      local_origin_success_rate: message.enforcingLocalOriginSuccessRate ?? 100,
      failure_percentage: message.enforcingFailurePercentage ?? 0,
      failure_percentage_local_origin: message.enforcingFailurePercentageLocalOrigin ?? 0,
    },
  };
}
