import { type EmbeddedProxy, startProxy } from "../../src/index.js";

/** A proxy in front of a server of the same application. @param upstreamPort on loopback @returns it listens on a free port */
export function startGateway(upstreamPort: number): Promise<EmbeddedProxy> {
  return startProxy({ message: gatewayBootstrap(upstreamPort) }, { strict: true, shutdownTimeoutMs: 5_000 });
}

/** Envoy's bootstrap as an object; as a file it would be YAML. */
function gatewayBootstrap(upstreamPort: number): object {
  return {
    static_resources: {
      listeners: [
        {
          name: "gateway",
          address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
          filter_chains: [{ filters: [connectionManager()] }],
        },
      ],
      clusters: [
        {
          name: "app",
          load_assignment: {
            cluster_name: "app",
            endpoints: [
              {
                lb_endpoints: [
                  { endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: upstreamPort } } } },
                ],
              },
            ],
          },
        },
      ],
    },
  };
}

function connectionManager(): object {
  return {
    name: "envoy.filters.network.http_connection_manager",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
      stat_prefix: "gateway",
      route_config: {
        virtual_hosts: [
          {
            name: "all",
            domains: ["*"],
            routes: [
              { match: { path: "/health" }, direct_response: { status: 200, body: { inline_string: "up\n" } } },
              { match: { prefix: "/" }, route: { cluster: "app", retry_policy: { retry_on: "connect-failure" } } },
            ],
          },
        ],
      },
      http_filters: [
        {
          name: "envoy.filters.http.router",
          typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
        },
      ],
    },
  };
}
