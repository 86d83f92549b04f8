import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyConfig } from "../support/proxy-config.js";
import { SluiceProcess } from "../support/sluice-process.js";

/*
 * The names under `cluster.<name>.` are an interface: dashboards and alerts are written for them. Those that Envoy's documentation
 * lists for every cluster are there from the beginning, 0 or not.
 */

const NAMES = `
  upstream_cx_{total,active,http1_total,http2_total,http3_total,connect_fail,connect_timeout,connect_with_0_rtt,idle_timeout}
  upstream_cx_{max_duration_reached,connect_attempts_exceeded,overflow,pool_overflow,protocol_error,max_requests,none_healthy}
  upstream_cx_{destroy,destroy_local,destroy_remote,destroy_with_active_rq,destroy_local_with_active_rq,destroy_remote_with_active_rq}
  upstream_cx_{close_notify,rx_bytes_total,tx_bytes_total,rx_bytes_buffered,tx_bytes_buffered,connect_ms,length_ms}
  upstream_rq_{total,active,pending_total,pending_active,pending_overflow,active_overflow,pending_failure_eject,cancelled,completed}
  upstream_rq_{maintenance_mode,timeout,max_duration_reached,per_try_timeout,per_try_idle_timeout,rx_reset,tx_reset,time,per_cx}
  upstream_rq_retry{,_backoff_exponential,_backoff_ratelimited,_limit_exceeded,_success,_overflow}
  upstream_flow_control_{paused_reading,resumed_reading,backed_up,drained}_total
  upstream_internal_redirect_{failed,succeeded}_total
  update_{attempt,success,failure,empty,no_rebuild,duration}
  membership_{change,healthy,degraded,excluded,total}
  assignment_{stale,timeout_received,use_cached}
  {bind_errors,config_reload,max_host_weight,retry_or_shadow_abandoned,version,warming_state,original_dst_host_invalid}
  circuit_breakers.{default,high}.{cx_open,cx_pool_open,rq_open,rq_pending_open,rq_retry_open}
  lb_{healthy_panic,recalculate_zone_structures,local_cluster_not_ok}
  lb_zone_{cluster_too_small,routing_all_directly,routing_sampled,routing_cross_zone,no_capacity_left}
  lb_subsets_{active,created,removed,selected,fallback,fallback_panic,single_host_per_subset_duplicate}
  http1.{dropped_headers_with_underscores,metadata_not_supported_error,response_flood,requests_rejected_with_underscores_in_headers}
`;

/** `a_{b,c}` is two names, as in a shell. */
function expand(pattern: string): string[] {
  const braces = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (braces === null) return [pattern];
  const [, before = "", choices = "", after = ""] = braces;
  return choices.split(",").flatMap((choice) => expand(`${before}${choice}${after}`));
}

test("a cluster shows every name from the beginning", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: [9] }));
  const { body } = await sluice.admin("/stats?filter=^cluster.upstream");
  const shown = new Set(body.split("\n").map((line) => line.slice(0, line.indexOf(": "))));
  const missing = NAMES.trim()
    .split(/\s+/)
    .flatMap(expand)
    .map((name) => `cluster.upstream.${name}`)
    .filter((name) => !shown.has(name));
  assert.deepEqual(missing, []);
});
