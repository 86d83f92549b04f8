import type { CircuitBreakerLimits } from "../../upstream/cluster-info.js";
import { addressJson } from "./address-json.js";
import type { ClusterStatus, HealthFlag, HostStat, HostStatus } from "./cluster-status.js";

/**
 * JSON of `envoy.admin.v3.Clusters` as protobuf writes it: fields with their default value are left out, numbers of
 * 64 bits are strings.
 */
export function clustersJson(clusters: readonly ClusterStatus[]): object {
  return { cluster_statuses: clusters.map(clusterJson) };
}

function clusterJson(cluster: ClusterStatus): object {
  const threshold = cluster.outlier?.successRateEjectionThreshold ?? -1;
  const localThreshold = cluster.outlier?.localOriginSuccessRateEjectionThreshold ?? -1;
  return withoutDefaults({
    name: cluster.name,
    added_via_api: cluster.addedViaApi,
    success_rate_ejection_threshold: threshold > 0 ? { value: threshold } : null,
    host_statuses: cluster.hosts.map(hostJson),
    local_origin_success_rate_ejection_threshold: localThreshold > 0 ? { value: localThreshold } : null,
    circuit_breakers: {
      thresholds: [limitsJson(cluster.defaultLimits), { priority: "HIGH", ...limitsJson(cluster.highLimits) }],
    },
    observability_name: cluster.observabilityName,
    eds_service_name: cluster.edsServiceName,
  });
}

function limitsJson(limits: CircuitBreakerLimits): object {
  return {
    max_connections: limits.maxConnections,
    max_pending_requests: limits.maxPendingRequests,
    max_requests: limits.maxRequests,
    max_retries: limits.maxRetries,
  };
}

function hostJson(host: HostStatus): object {
  const counters = host.stats.filter((stat) => stat.kind === "counter");
  const gauges = host.stats.filter((stat) => stat.kind === "gauge");
  return withoutDefaults({
    address: addressJson(host.address),
    stats: [...counters, ...gauges].map(statJson),
    health_status: healthJson(host.healthFlags),
    success_rate: host.successRate < 0 ? null : { value: host.successRate },
    weight: host.weight,
    hostname: host.hostname,
    priority: host.priority,
    local_origin_success_rate: host.localOriginSuccessRate < 0 ? null : { value: host.localOriginSuccessRate },
    locality: withoutDefaults({
      region: host.locality.region,
      zone: host.locality.zone,
      sub_zone: host.locality.subZone,
    }),
  });
}

function statJson(stat: HostStat): object {
  return withoutDefaults({
    type: stat.kind === "gauge" ? "GAUGE" : null,
    value: stat.value === 0 ? null : String(stat.value),
    name: stat.name,
  });
}

function healthJson(flags: readonly HealthFlag[]): object {
  return withoutDefaults({
    failed_active_health_check: flags.includes("failed_active_hc"),
    failed_outlier_check: flags.includes("failed_outlier_check"),
    eds_health_status: edsHealth(flags),
    failed_active_degraded_check: flags.includes("degraded_active_hc"),
    pending_dynamic_removal: flags.includes("pending_dynamic_removal"),
    pending_active_hc: flags.includes("pending_active_hc"),
    excluded_via_immediate_hc_fail: flags.includes("excluded_via_immediate_hc_fail"),
    active_hc_timeout: flags.includes("active_hc_timeout"),
    failed_degraded_outlier_detection: flags.includes("degraded_outlier_detection"),
  });
}

function edsHealth(flags: readonly HealthFlag[]): string {
  if (flags.includes("failed_eds_health")) return "UNHEALTHY";
  if (flags.includes("eds_status_draining")) return "DRAINING";
  return flags.includes("degraded_eds_health") ? "DEGRADED" : "HEALTHY";
}

type Field = string | number | boolean | object | null;

function withoutDefaults(fields: Readonly<Record<string, Field>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isDefault(value)));
}

/** An empty message is printed, an empty list is not. */
function isDefault(value: Field): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
