import { isIP } from "node:net";
import { stringify } from "yaml";
import type { Target } from "./target-url.js";

const TYPE_URL = "type.googleapis.com/envoy.extensions.filters";

/** What `sluice to` was asked for. */
export interface ToOptions {
  /** At least one, all with the same path. */
  readonly targets: readonly Target[];
  readonly listen: SocketAddress;
  readonly admin: SocketAddress | null;
  /** The client's `host` goes upstream as it came. */
  readonly keepHost: boolean;
}

interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** The Envoy configuration that does what was asked for, as YAML. `sluice to` runs by this very text. */
export function toConfig(options: ToOptions): string {
  const bootstrap = {
    ...(options.admin === null ? {} : { admin: { address: socketAddress(options.admin) } }),
    static_resources: { listeners: [listener(options)], clusters: [cluster(options)] },
  };
  return stringify(bootstrap, { lineWidth: 0, aliasDuplicateObjects: false });
}

function listener(options: ToOptions): object {
  return {
    name: "to",
    address: socketAddress(options.listen),
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              "@type": `${TYPE_URL}.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: "to",
              use_remote_address: true,
              upgrade_configs: [{ upgrade_type: "websocket" }],
              route_config: { virtual_hosts: [{ name: "to", domains: ["*"], routes: [route(options)] }] },
              http_filters: [
                {
                  name: "envoy.filters.http.router",
                  typed_config: { "@type": `${TYPE_URL}.http.router.v3.Router` },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function route({ targets, keepHost }: ToOptions): object {
  const prefix = targets[0]?.pathPrefix ?? "";
  return {
    match: { prefix: "/" },
    route: {
      cluster: "upstream",
      // Long downloads and streams are as welcome as short answers: only silence ends a request.
      timeout: "0s",
      ...(prefix === "" ? {} : { prefix_rewrite: `${prefix}/` }),
      ...(keepHost ? {} : { auto_host_rewrite: true, append_x_forwarded_host: true }),
    },
  };
}

function cluster({ targets, keepHost }: ToOptions): object {
  const byName = targets.some(({ host }) => isIP(host) === 0);
  return {
    name: "upstream",
    // Servers of a developer's machine often listen on one family only, most often IPv4.
    ...(byName ? { type: "STRICT_DNS", dns_lookup_family: "V4_PREFERRED" } : { type: "STATIC" }),
    load_assignment: {
      cluster_name: "upstream",
      endpoints: [
        {
          lb_endpoints: targets.map(({ host, port, authority }) => ({
            endpoint: {
              address: socketAddress({ address: host, port }),
              // What `auto_host_rewrite` puts into the host header.
              ...(keepHost ? {} : { hostname: authority }),
            },
          })),
        },
      ],
    },
  };
}

function socketAddress({ address, port }: SocketAddress): object {
  return { socket_address: { address, port_value: port } };
}
