import type { Runtime } from "../common/runtime.js";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import type { HealthCheckConfig } from "../upstream/health-check-config.js";
import type { OutlierDetectionConfig } from "../upstream/outlier/outlier-config.js";
import { overriddenLimits } from "./circuit-breakers.js";

/*
 * Numbers of clusters that the runtime may override, for one cluster or for all at once, by keys that Envoy documents
 * (`layered_runtime`). Layers stand in the file, so that this is done when it is read.
 */

/** The cluster as it is with what the runtime says. */
export function overrideByRuntime(info: ClusterInfo, runtime: Runtime): ClusterInfo {
  const { outlierDetection, healthCheck } = info;
  return {
    ...info,
    defaultLimits: overriddenLimits(info.defaultLimits, info.name, "default", runtime),
    highLimits: overriddenLimits(info.highLimits, info.name, "high", runtime),
    healthyPanicThreshold: percent(runtime, "upstream.healthy_panic_threshold", info.healthyPanicThreshold),
    outlierDetection: outlierDetection === null ? null : overrideOutlierDetection(outlierDetection, runtime),
    healthCheck: healthCheck === null ? null : overrideHealthCheck(healthCheck, runtime),
  };
}

function overrideHealthCheck(config: HealthCheckConfig, runtime: Runtime): HealthCheckConfig {
  const { intervals, check } = config;
  const limits = {
    minMs: runtime.integer("health_check.min_interval", intervals.minMs),
    maxMs: runtime.integer("health_check.max_interval", intervals.maxMs),
  };
  if (check.kind === "tcp") return { ...config, intervals: { ...intervals, ...limits } };
  const verifyPercent = percent(runtime, "health_check.verify_cluster", check.verifyPercent);
  return { ...config, intervals: { ...intervals, ...limits }, check: { ...check, verifyPercent } };
}

function overrideOutlierDetection(config: OutlierDetectionConfig, runtime: Runtime): OutlierDetectionConfig {
  const integer = (name: string, standard: number): number => runtime.integer(`outlier_detection.${name}`, standard);
  const { successRate, failurePercentage, enforcing } = config;
  return {
    ...config,
    // Never at once, which would be without end.
    intervalMs: Math.max(1, integer("interval_ms", config.intervalMs)),
    baseEjectionTimeMs: integer("base_ejection_time_ms", config.baseEjectionTimeMs),
    maxEjectionTimeMs: integer("max_ejection_time_ms", config.maxEjectionTimeMs),
    maxEjectionTimeJitterMs: integer("max_ejection_time_jitter_ms", config.maxEjectionTimeJitterMs),
    maxEjectionPercent: Math.min(100, integer("max_ejection_percent", config.maxEjectionPercent)),
    consecutive5xx: integer("consecutive_5xx", config.consecutive5xx),
    consecutiveGatewayFailure: integer("consecutive_gateway_failure", config.consecutiveGatewayFailure),
    consecutiveLocalOriginFailure: integer("consecutive_local_origin_failure", config.consecutiveLocalOriginFailure),
    successRate: {
      minimumHosts: integer("success_rate_minimum_hosts", successRate.minimumHosts),
      requestVolume: integer("success_rate_request_volume", successRate.requestVolume),
      stdevFactor: integer("success_rate_stdev_factor", successRate.stdevFactor),
    },
    failurePercentage: {
      threshold: integer("failure_percentage_threshold", failurePercentage.threshold),
      minimumHosts: integer("failure_percentage_minimum_hosts", failurePercentage.minimumHosts),
      requestVolume: integer("failure_percentage_request_volume", failurePercentage.requestVolume),
    },
    enforcing: {
      consecutive_5xx: integer("enforcing_consecutive_5xx", enforcing.consecutive_5xx),
      consecutive_gateway_failure: integer(
        "enforcing_consecutive_gateway_failure",
        enforcing.consecutive_gateway_failure,
      ),
      consecutive_local_origin_failure: integer(
        "enforcing_consecutive_local_origin_failure",
        enforcing.consecutive_local_origin_failure,
      ),
      success_rate: integer("enforcing_success_rate", enforcing.success_rate),
      local_origin_success_rate: integer("enforcing_local_origin_success_rate", enforcing.local_origin_success_rate),
      failure_percentage: integer("enforcing_failure_percentage", enforcing.failure_percentage),
      failure_percentage_local_origin: integer(
        "enforcing_failure_percentage_local_origin",
        enforcing.failure_percentage_local_origin,
      ),
    },
  };
}

function percent(runtime: Runtime, key: string, standard: number): number {
  return Math.min(100, runtime.integer(key, standard));
}
