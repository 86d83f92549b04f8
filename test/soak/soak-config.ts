import type { RouterRunOptions } from "../../src/http/filters/router/router.test.support.js";

const TYPES = "type.googleapis.com/envoy.extensions";
export const HOSTS = 4;
/** Hosts of the cluster that gets copies. */
export const MIRROR_HOST = { kind: "ip", host: "10.0.1.1", port: 80 } as const;

const RETRIES = {
  retry_on: "5xx,reset,connect-failure,retriable-4xx,envoy-ratelimited",
  num_retries: 3,
  per_try_timeout: "0.06s",
  per_try_idle_timeout: "0.08s",
  retry_back_off: { base_interval: "0.005s", max_interval: "0.02s" },
  retry_host_predicate: [
    {
      name: "envoy.retry_host_predicates.previous_hosts",
      typed_config: { "@type": `${TYPES}.retry.host.previous_hosts.v3.PreviousHostsPredicate` },
    },
  ],
  host_selection_retry_max_attempts: 3,
};

const LIMITS = { max_connections: 4, max_pending_requests: 3, max_requests: 5, max_retries: 2 };

const HEALTH_CHECK = {
  timeout: "0.05s",
  interval: "0.1s",
  no_traffic_interval: "0.1s",
  unhealthy_threshold: 2,
  healthy_threshold: 1,
  http_health_check: { path: "/health" },
};

/** Everything that can be under way at once: retries, hedges, copies, both priorities, checks and ejections. */
export function soakOptions(seed: number): RouterRunOptions {
  const mirror = [{ cluster: "m" }];
  const forward = { cluster: "c", timeout: "0.3s", retry_policy: RETRIES };
  return {
    seed,
    hosts: HOSTS,
    routes: [
      { match: { prefix: "/hedge" }, route: { ...forward, hedge_policy: { hedge_on_per_try_timeout: true } } },
      { match: { prefix: "/mirror" }, route: { ...forward, request_mirror_policies: mirror } },
      { match: { prefix: "/high" }, route: { ...forward, priority: "HIGH" } },
      { match: { prefix: "/plain" }, route: { cluster: "c", timeout: "0s" } },
      { match: { prefix: "/" }, route: forward },
    ],
    listener: { per_connection_buffer_limit_bytes: 8_000 },
    manager: {
      common_http_protocol_options: { idle_timeout: "2s" },
      stream_idle_timeout: "1s",
      request_timeout: "1s",
      delayed_close_timeout: "0.05s",
    },
    cluster: {
      per_connection_buffer_limit_bytes: 8_000,
      connect_timeout: "0.03s",
      circuit_breakers: {
        thresholds: [
          { ...LIMITS, track_remaining: true },
          { ...LIMITS, priority: "HIGH", retry_budget: { budget_percent: { value: 50 }, min_retry_concurrency: 1 } },
        ],
        per_host_thresholds: [{ max_connections: 2 }],
      },
      outlier_detection: {
        consecutive_5xx: 4,
        interval: "0.2s",
        base_ejection_time: "0.2s",
        max_ejection_percent: 50,
        split_external_local_origin_errors: seed % 2 === 0,
      },
      health_checks: [HEALTH_CHECK],
      preconnect_policy: {
        per_upstream_preconnect_ratio: seed % 3 === 0 ? 1.5 : 1,
        predictive_preconnect_ratio: seed % 4 === 0 ? 2 : 1,
      },
      connection_pool_per_downstream_connection: seed % 5 === 0,
      typed_extension_protocol_options: {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
          "@type": `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
          common_http_protocol_options: {
            idle_timeout: "0.5s",
            max_requests_per_connection: seed % 2 === 0 ? 7 : 100,
            max_connection_duration: "0.8s",
          },
          explicit_http_config: { http_protocol_options: {} },
        },
      },
    },
    moreClusters: [
      {
        name: "m",
        connect_timeout: "0.03s",
        circuit_breakers: { thresholds: [{ max_connections: 1, max_pending_requests: 2 }] },
        common_http_protocol_options: { idle_timeout: "1s" },
        load_assignment: {
          cluster_name: "m",
          endpoints: [
            {
              lb_endpoints: [
                {
                  endpoint: {
                    address: { socket_address: { address: MIRROR_HOST.host, port_value: MIRROR_HOST.port } },
                  },
                },
              ],
            },
          ],
        },
      },
    ],
  };
}
