const VIRTUAL_HOSTS = 100;
const ROUTES_OF_A_HOST = 20;
const CLUSTERS = 500;
const ENDPOINTS_OF_A_CLUSTER = 3;

/** A bootstrap of about 1 MB, as a generator of configurations writes it: 2,000 routes and 500 clusters. */
export function generatedBootstrap(): string {
  return [HEAD, ...numbers(VIRTUAL_HOSTS).map(virtualHost), FILTERS, ...numbers(CLUSTERS).map(cluster), ""].join("\n");
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

const HEAD = `admin:
  address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
static_resources:
  listeners:
  - name: listener
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          route_config:
            name: routes
            virtual_hosts:`;

const FILTERS = `          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:`;

function virtualHost(host: number): string {
  const routes = numbers(ROUTES_OF_A_HOST).map((index) => route(host, index));
  return `            - name: virtual_host_${host}
              domains:
              - host-${host}.example.com
              - "*.host-${host}.example.com"
              routes:
${routes.join("\n")}`;
}

function route(host: number, index: number): string {
  return `              - name: route_${host}_${index}
                match:
                  prefix: /service/${host}/resource/${index}/
                  case_sensitive: true
                route:
                  cluster: cluster_${(host * ROUTES_OF_A_HOST + index) % CLUSTERS}
                  prefix_rewrite: /backend/${index}/
                  timeout: 15s
                  idle_timeout: 60s`;
}

function cluster(index: number): string {
  const endpoints = numbers(ENDPOINTS_OF_A_CLUSTER).map(
    (endpoint) => `        - endpoint:
            address:
              socket_address:
                address: 10.0.${index % 250}.${endpoint + 1}
                port_value: ${8000 + endpoint}
          load_balancing_weight: ${endpoint + 1}`,
  );
  return `  - name: cluster_${index}
    type: STATIC
    connect_timeout: 0.25s
    lb_policy: ROUND_ROBIN
    circuit_breakers:
      thresholds:
      - max_connections: 1024
        max_pending_requests: 1024
        max_requests: 2048
    load_assignment:
      cluster_name: cluster_${index}
      endpoints:
      - lb_endpoints:
${endpoints.join("\n")}`;
}
