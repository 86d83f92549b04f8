/** The configuration under test: retries to other hosts, and hosts that fail put aside. */
export function proxyConfig(listenPort: number, adminPort: number, upstreamPorts: readonly number[]): string {
  const endpoints = upstreamPorts.map((port) => ({
    endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: port } } },
  }));
  const types = "type.googleapis.com/envoy.extensions";
  return JSON.stringify({
    admin: { address: { socket_address: { address: "127.0.0.1", port_value: adminPort } } },
    static_resources: {
      listeners: [
        {
          name: "in",
          address: { socket_address: { address: "127.0.0.1", port_value: listenPort } },
          filter_chains: [
            {
              filters: [
                {
                  name: "envoy.filters.network.http_connection_manager",
                  typed_config: {
                    "@type": `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
                    stat_prefix: "in",
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "all",
                          domains: ["*"],
                          routes: [
                            ...SOAK_ROUTES,
                            // Here a policy does not help: what is not lost was repeated because its connection was stale.
                            { match: { prefix: "/race" }, route: { cluster: "c" } },
                            { match: { prefix: "/" }, route: { cluster: "c", retry_policy: RETRY_POLICY } },
                          ],
                        },
                      ],
                    },
                    http_filters: [
                      {
                        name: "envoy.filters.http.router",
                        typed_config: { "@type": `${types}.filters.http.router.v3.Router` },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: [
        {
          name: "c",
          connect_timeout: "0.5s",
          circuit_breakers: { thresholds: [{ max_retries: 100 }] },
          outlier_detection: OUTLIER_DETECTION,
          load_assignment: { cluster_name: "c", endpoints: [{ lb_endpoints: endpoints }] },
        },
        {
          name: "soak",
          connect_timeout: "0.2s",
          circuit_breakers: {
            thresholds: [
              { ...SOAK_LIMITS, track_remaining: true },
              { ...SOAK_LIMITS, priority: "HIGH" },
            ],
          },
          outlier_detection: OUTLIER_DETECTION,
          health_checks: [SOAK_HEALTH_CHECK],
          common_http_protocol_options: { idle_timeout: "1s" },
          load_assignment: { cluster_name: "soak", endpoints: [{ lb_endpoints: endpoints }] },
        },
        {
          name: "soak-mirror",
          circuit_breakers: { thresholds: [{ max_connections: 2, max_pending_requests: 2 }] },
          common_http_protocol_options: { idle_timeout: "1s" },
          load_assignment: { cluster_name: "soak-mirror", endpoints: [{ lb_endpoints: endpoints }] },
        },
      ],
    },
  });
}

const RETRY_POLICY = {
  retry_on: "5xx,reset,connect-failure",
  num_retries: 5,
  per_try_timeout: "0.5s",
  host_selection_retry_max_attempts: 5,
  retry_host_predicate: [
    {
      name: "envoy.retry_host_predicates.previous_hosts",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
      },
    },
  ],
};

const OUTLIER_DETECTION = {
  consecutive_5xx: 3,
  interval: "1s",
  base_ejection_time: "2s",
  max_ejection_percent: 50,
};

/** What `soak.ts` compares the gauges with. */
const SOAK_LIMITS = { max_connections: 8, max_pending_requests: 6, max_requests: 12, max_retries: 2 };

const SOAK_HEALTH_CHECK = {
  timeout: "0.2s",
  interval: "0.3s",
  no_traffic_interval: "0.3s",
  unhealthy_threshold: 2,
  healthy_threshold: 1,
  http_health_check: { path: "/health" },
};

const SOAK_ROUTE = { cluster: "soak", timeout: "0.6s", retry_policy: { ...RETRY_POLICY, per_try_timeout: "0.1s" } };

const SOAK_ROUTES = [
  { match: { prefix: "/soak/hedge" }, route: { ...SOAK_ROUTE, hedge_policy: { hedge_on_per_try_timeout: true } } },
  {
    match: { prefix: "/soak/mirror" },
    route: { ...SOAK_ROUTE, request_mirror_policies: [{ cluster: "soak-mirror" }] },
  },
  { match: { prefix: "/soak/high" }, route: { ...SOAK_ROUTE, priority: "HIGH" } },
  { match: { prefix: "/soak" }, route: SOAK_ROUTE },
];
