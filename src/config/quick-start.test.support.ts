/** https://www.envoyproxy.io/docs/envoy/latest/start/quick-start/configuration-static in plaintext. */
export const QUICK_START = `
static_resources:

  listeners:
  - name: listener_0
    address:
      socket_address:
        address: 0.0.0.0
        port_value: 10000
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress_http
          access_log:
          - name: envoy.access_loggers.stdout
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            name: local_route
            virtual_hosts:
            - name: local_service
              domains: ["*"]
              routes:
              - match: { prefix: "/" }
                route: { host_rewrite_literal: www.envoyproxy.io, cluster: service_envoyproxy_io }
  clusters:
  - name: service_envoyproxy_io
    type: LOGICAL_DNS
    # Comment out the following line to test on v6 networks
    dns_lookup_family: V4_ONLY
    load_assignment:
      cluster_name: service_envoyproxy_io
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address:
                address: www.envoyproxy.io
                port_value: 443
admin:
  address:
    socket_address: { address: 127.0.0.1, port_value: 9901 }
`;

/** What the converter makes of a router without fields. */
export const ROUTER_DEFAULTS = {
  suppressEnvoyHeaders: false,
  strictCheckHeaders: [],
  respectExpectedRqTimeout: false,
  dynamicStats: true,
  suppressGrpcCodeStats: false,
  upstreamLogs: [],
};
