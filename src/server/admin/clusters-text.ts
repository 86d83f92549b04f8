import { addressText } from "../../network/address.js";
import type { CircuitBreakerLimits } from "../../upstream/cluster-info.js";
import type { ClusterStatus, HostStatus, OutlierStatus } from "./cluster-status.js";

/** `/clusters` as text: lines of `::`-separated words, which scripts grep; the order is Envoy's. */
export function clustersText(clusters: readonly ClusterStatus[]): string {
  return clusters.map(clusterText).join("");
}

function clusterText(cluster: ClusterStatus): string {
  const lines = [`observability_name::${cluster.observabilityName}`];
  if (cluster.outlier !== null) lines.push(...outlierLines(cluster.outlier));
  lines.push(...limitLines("default", cluster.defaultLimits), ...limitLines("high", cluster.highLimits));
  lines.push(`added_via_api::${cluster.addedViaApi}`);
  if (cluster.edsServiceName !== "") lines.push(`eds_service_name::${cluster.edsServiceName}`);
  for (const host of cluster.hosts) lines.push(...hostLines(host));
  return lines.map((line) => `${cluster.name}::${line}\n`).join("");
}

function outlierLines(outlier: OutlierStatus): string[] {
  return [
    `outlier::success_rate_average::${shortNumber(outlier.successRateAverage)}`,
    `outlier::success_rate_ejection_threshold::${shortNumber(outlier.successRateEjectionThreshold)}`,
    `outlier::local_origin_success_rate_average::${shortNumber(outlier.localOriginSuccessRateAverage)}`,
    `outlier::local_origin_success_rate_ejection_threshold::${shortNumber(outlier.localOriginSuccessRateEjectionThreshold)}`,
  ];
}

/** Six digits, as Envoy prints these. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function limitLines(priority: string, limits: CircuitBreakerLimits): string[] {
  return [
    `${priority}_priority::max_connections::${limits.maxConnections}`,
    `${priority}_priority::max_pending_requests::${limits.maxPendingRequests}`,
    `${priority}_priority::max_requests::${limits.maxRequests}`,
    `${priority}_priority::max_retries::${limits.maxRetries}`,
  ];
}

function hostLines(host: HostStatus): string[] {
  const stats = [...host.stats].sort((a, b) => (a.name < b.name ? -1 : 1));
  const words = [
    ...stats.map(({ name, value }) => `${name}::${value}`),
    `hostname::${host.hostname}`,
    `health_flags::${host.healthFlags.length === 0 ? "healthy" : host.healthFlags.map((flag) => `/${flag}`).join("")}`,
    `weight::${host.weight}`,
    `region::${host.locality.region}`,
    `zone::${host.locality.zone}`,
    `sub_zone::${host.locality.subZone}`,
    `canary::${host.canary}`,
    `priority::${host.priority}`,
    `success_rate::${host.successRate}`,
    `local_origin_success_rate::${host.localOriginSuccessRate}`,
  ];
  const address = addressText(host.address);
  return words.map((word) => `${address}::${word}`);
}
