/*
 * Bootstrap configurations for tests with real sockets: everything on loopback and port 0, the admin too. JSON, which
 * is YAML as well.
 */

const TYPES = "type.googleapis.com/envoy.extensions";

export interface ProxyConfigOptions {
  /** Ports of the upstream's hosts on 127.0.0.1, in one cluster. */
  readonly upstreamPorts?: readonly number[];
  /** Fields of the connection manager, over the usual ones. */
  readonly connectionManager?: object;
  /** Fields of the route's action, over the cluster. */
  readonly route?: object;
  /** Fields of the listener, over the usual ones. */
  readonly listener?: object;
  /** Fields of the cluster, over the usual ones. */
  readonly cluster?: object;
  /** A text format: one line a request on stdout. */
  readonly accessLog?: string;
  /** A file for the access log in place of stdout. */
  readonly accessLogPath?: string;
  /** Further listeners, each as `listenerConfig` makes it. */
  readonly moreListeners?: readonly object[];
  /** Fields of the bootstrap, over the usual ones. */
  readonly bootstrap?: object;
}

/** One listener, one connection manager with a router, one cluster. */
export function proxyConfig(options: ProxyConfigOptions): string {
  return JSON.stringify({
    admin: { address: socketAddress(0) },
    static_resources: {
      listeners: [listenerConfig("main", options), ...(options.moreListeners ?? [])],
      clusters: [clusterConfig(options)],
    },
    ...options.bootstrap,
  });
}

export function listenerConfig(name: string, options: ProxyConfigOptions): object {
  return {
    name,
    address: socketAddress(0),
    filter_chains: [{ filters: [{ name: "manager", typed_config: connectionManagerConfig(name, options) }] }],
    ...options.listener,
  };
}

function connectionManagerConfig(statPrefix: string, options: ProxyConfigOptions): object {
  return {
    "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: statPrefix,
    access_log: options.accessLog === undefined ? [] : [accessLogConfig(options.accessLog, options.accessLogPath)],
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [
            { match: { path: "/direct" }, direct_response: { status: 200, body: { inline_string: "direct" } } },
            { match: { prefix: "/" }, route: { cluster: "upstream", ...options.route } },
          ],
        },
      ],
    },
    http_filters: [{ name: "router", typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router` } }],
    ...options.connectionManager,
  };
}

function accessLogConfig(format: string, path: string | undefined): object {
  const logFormat = { text_format_source: { inline_string: `${format}\n` } };
  const type = path === undefined ? "stream.v3.StdoutAccessLog" : "file.v3.FileAccessLog";
  return {
    name: "log",
    typed_config: {
      "@type": `${TYPES}.access_loggers.${type}`,
      log_format: logFormat,
      ...(path === undefined ? {} : { path }),
    },
  };
}

function clusterConfig(options: ProxyConfigOptions): object {
  const ports = options.upstreamPorts ?? [];
  return {
    name: "upstream",
    load_assignment: {
      cluster_name: "upstream",
      endpoints: [{ lb_endpoints: ports.map((port) => ({ endpoint: { address: socketAddress(port) } })) }],
    },
    ...options.cluster,
  };
}

/** A port of loopback, 0 for whichever is free. */
export function socketAddress(port: number, address = "127.0.0.1"): object {
  return { socket_address: { address, port_value: port } };
}
