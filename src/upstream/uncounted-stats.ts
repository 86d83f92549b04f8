import type { StatsScope } from "../stats/stat.js";

/*
 * Stats that Envoy shows of every cluster, whether or not the cluster has what they count: dashboards and alerts look for
 * them. Here they are 0 as long as nothing counts them: HTTP/2 and HTTP/3, EDS, subsets, discovery by DNS, and what a codec
 * could find fault with on a server's connection and does not here.
 */

const COUNTERS: readonly string[] = [
  "assignment_stale",
  "assignment_timeout_received",
  "assignment_use_cached",
  "config_reload",
  "http1.dropped_headers_with_underscores",
  "http1.metadata_not_supported_error",
  "http1.requests_rejected_with_underscores_in_headers",
  "http1.response_flood",
  "lb_subsets_created",
  "lb_subsets_fallback",
  "lb_subsets_fallback_panic",
  "lb_subsets_removed",
  "lb_subsets_selected",
  "update_attempt",
  "update_empty",
  "update_failure",
  "update_no_rebuild",
  "update_success",
  "upstream_cx_close_notify",
  "upstream_cx_connect_attempts_exceeded",
  "upstream_cx_connect_with_0_rtt",
  "upstream_cx_http2_total",
  "upstream_cx_http3_total",
  "upstream_http3_broken",
];

const GAUGES: readonly string[] = [
  "lb_subsets_active",
  "lb_subsets_single_host_per_subset_duplicate",
  "version",
  "warming_state",
];

const HISTOGRAMS: readonly string[] = ["update_duration"];

/** @param scope of the cluster; what others count under these names is added to it */
export function showUncountedStats(scope: StatsScope): void {
  for (const name of COUNTERS) scope.counter(name);
  for (const name of GAUGES) scope.gauge(name);
  for (const name of HISTOGRAMS) scope.histogram(name);
}
