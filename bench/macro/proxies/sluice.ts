import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../support/paths.js";
import type { Contender, ProxySetup } from "./contender.js";

export const sluice: Contender = {
  name: "sluice",
  missing: () => (existsSync(`${ROOT}dist/src/cli/main.js`) ? null : "not built; run `npm run build`"),
  prepare: (setup) => {
    const config = join(setup.folder, "sluice.yaml");
    writeFileSync(config, bootstrapOf(setup));
    return { command: [process.execPath, `${ROOT}bin/sluice`, "-c", config, "--concurrency", "1"] };
  },
};

function bootstrapOf({ listenPort, upstreamPort, connections }: ProxySetup): string {
  return `static_resources:
  listeners:
    - name: ingress
      address: { socket_address: { address: 127.0.0.1, port_value: ${listenPort} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ingress
                route_config:
                  name: all
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: { prefix: / }
                          route: { cluster: upstream }
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
    - name: upstream
      type: STATIC
      connect_timeout: 5s
      circuit_breakers:
        thresholds:
          - { max_connections: ${connections * 2}, max_pending_requests: ${connections * 2} }
      load_assignment:
        cluster_name: upstream
        endpoints:
          - lb_endpoints:
              - endpoint:
                  address: { socket_address: { address: 127.0.0.1, port_value: ${upstreamPort} } }
`;
}
