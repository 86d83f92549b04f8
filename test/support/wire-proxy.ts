import type { Address } from "../../src/network/address.js";
import type { LinkOptions } from "./link-options.js";
import type { SimulatedDispatcher } from "./simulated-dispatcher.js";
import type { SimulatedNetwork } from "./simulated-network.js";
import { SimulatedProxy } from "./simulated-proxy.js";
import type { WireSettings } from "./wire-settings.js";

/** How the network carries bytes in one run of a case. */
export interface WireNetworkOptions {
  readonly seed: number;
  readonly link: Partial<LinkOptions>;
}

/** A proxy that a case of test/wire runs against. The upstream is for the runner to script. */
export interface WireProxy {
  readonly dispatcher: SimulatedDispatcher;
  readonly network: SimulatedNetwork;
  /** Where the proxy listens. */
  readonly listenAddress: Address;
  /** Where the cluster's one host is. */
  readonly upstreamAddress: Address;
  /** One line for each stream that ended: response code, response flags, response code details. */
  readonly accessLog: readonly string[];
  /** A counter or gauge as it stands. */
  stat(name: string): number;
  /** Closes everything. */
  stop(): void;
  /** What is still counted as active: after `stop` and once the client has gone, a leak. */
  leftovers(): readonly string[];
}

/** Starts a proxy for the runner; nothing happens before its dispatcher is run. */
export type StartWireProxy = (settings: WireSettings, network: WireNetworkOptions) => WireProxy;

const LISTEN = { kind: "ip", host: "127.0.0.1", port: 80 } as const;
const UPSTREAM = { kind: "ip", host: "127.0.0.1", port: 8080 } as const;
const LOG_FORMAT = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%\n";
const TYPES = "type.googleapis.com/envoy.extensions";

/** One listener, one connection manager, one route to one cluster of one host, on the simulated network. */
export function startWireProxy(settings: WireSettings, network: WireNetworkOptions): WireProxy {
  const proxy = new SimulatedProxy(JSON.stringify(bootstrapOf(settings)), network);
  return {
    dispatcher: proxy.dispatcher,
    network: proxy.network,
    listenAddress: proxy.listenAddress,
    upstreamAddress: UPSTREAM,
    accessLog: proxy.accessLog,
    stat: (name) => proxy.stats.value(name),
    stop: () => proxy.stop(),
    leftovers: () => proxy.leftovers(),
  };
}

function bootstrapOf(settings: WireSettings): object {
  return {
    static_resources: {
      listeners: [
        {
          name: "wire",
          address: socketAddress(LISTEN),
          filter_chains: [
            {
              filters: [
                { name: "manager", typed_config: merged(connectionManagerOf(settings), settings.connectionManager) },
              ],
            },
          ],
        },
      ],
      clusters: [merged(clusterOf(settings), settings.cluster)],
    },
  };
}

/** Fields over fields, message by message; a list or a plain value takes the place of the one before. */
function merged(base: object, over: Readonly<Record<string, unknown>>): object {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isRecord(before) && isRecord(value) ? merged(before, value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function connectionManagerOf(settings: WireSettings): object {
  return {
    "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "wire",
    generate_request_id: false,
    proxy_100_continue: settings.proxy100Continue,
    upgrade_configs: upgradesOf(settings.upgradeConfigs),
    max_request_headers_kb: settings.maxRequestHeadersKb,
    common_http_protocol_options: { max_headers_count: settings.maxHeadersCount },
    http_protocol_options: {
      accept_http_10: settings.acceptHttp10,
      default_host_for_http_10: settings.defaultHostForHttp10,
      enable_trailers: settings.enableTrailers,
    },
    access_log: [
      {
        name: "log",
        typed_config: {
          "@type": `${TYPES}.access_loggers.stream.v3.StdoutAccessLog`,
          log_format: { text_format_source: { inline_string: LOG_FORMAT } },
        },
      },
    ],
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [
            ...connectRoutes(settings.connectRoute),
            {
              match: { prefix: settings.routePrefix },
              route: {
                cluster: "upstream",
                timeout: seconds(settings.routeTimeoutMs),
                upgrade_configs: upgradesOf(settings.routeUpgradeConfigs),
              },
            },
          ],
        },
      ],
    },
    http_filters: [{ name: "router", typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router` } }],
  };
}

function connectRoutes(kind: WireSettings["connectRoute"]): object[] {
  if (kind === "none") return [];
  const upgrade = { upgrade_type: "CONNECT", ...(kind === "terminate" ? { connect_config: {} } : {}) };
  return [{ match: { connect_matcher: {} }, route: { cluster: "upstream", upgrade_configs: [upgrade] } }];
}

function upgradesOf(switches: Readonly<Record<string, boolean>>): object[] {
  return Object.entries(switches).map(([upgrade_type, enabled]) => ({ upgrade_type, enabled }));
}

function clusterOf(settings: WireSettings): object {
  return {
    name: "upstream",
    type: "STATIC",
    load_assignment: {
      cluster_name: "upstream",
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(UPSTREAM) } }] }],
    },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http_protocol_options: { enable_trailers: settings.enableTrailers } },
      },
    },
  };
}

/** A duration as protobuf's JSON writes it. */
function seconds(ms: number): string {
  return `${ms / 1000}s`;
}

function socketAddress(address: { readonly host: string; readonly port: number }): object {
  return { socket_address: { address: address.host, port_value: address.port } };
}
