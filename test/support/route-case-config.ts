import { type LoadedBootstrap, loadBootstrap } from "../../src/config/bootstrap.js";
import { ConfigError } from "../../src/config/decode/config-problem.js";
import type { RouteCase } from "./route-case.js";

const TYPES = "type.googleapis.com/envoy.extensions";
const LOG_FORMAT = "%RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%\n";
/** Clusters of this name do not exist. */
const MISSING = "missing";

/** Where the origin of each cluster listens. */
export type Origins = ReadonlyMap<string, { readonly host: string; readonly port: number }>;

/** The whole bootstrap of a case, as JSON. */
export function bootstrapOf(routeCase: RouteCase): string {
  const clusters = [...originsOf(routeCase)].map(([name, { host, port }]) => ({
    name,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }],
    },
    ...routeCase.cluster,
  }));
  const listener = {
    name: "routes",
    address: socketAddress("127.0.0.1", 80),
    filter_chains: [{ filters: [{ name: "manager", typed_config: managerOf(routeCase) }] }],
    ...routeCase.listener,
  };
  const runtime = routeCase.runtime;
  return JSON.stringify({
    static_resources: { listeners: [listener], clusters },
    ...(runtime === undefined ? {} : { layered_runtime: { layers: [{ name: "static", static_layer: runtime }] } }),
  });
}

/** An origin for each cluster that the routes name. */
export function originsOf(routeCase: RouteCase): Origins {
  const names = new Set<string>();
  collectClusterNames([routeCase.routes, routeCase.virtual_hosts, routeCase.route_config, routeCase.cluster], names);
  const origins = new Map<string, { host: string; port: number }>();
  for (const name of names) {
    if (!name.startsWith(MISSING)) origins.set(name, { host: "10.0.0.1", port: 8001 + origins.size });
  }
  return origins;
}

/** The problems of a configuration that cannot be used, or its warnings, each as one line. */
export function problemsOfCase(routeCase: RouteCase): { readonly loaded: LoadedBootstrap | null; lines: string[] } {
  try {
    const loaded = loadBootstrap({ text: bootstrapOf(routeCase) });
    return { loaded, lines: loaded.warnings.map(({ path, message }) => `${path}: ${message}`) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { loaded: null, lines: error.problems.map(({ path, message }) => `${path}: ${message}`) };
  }
}

function managerOf(routeCase: RouteCase): object {
  const logger = {
    "@type": `${TYPES}.access_loggers.stream.v3.StdoutAccessLog`,
    log_format: { text_format_source: { inline_string: LOG_FORMAT } },
  };
  const hosts = routeCase.virtual_hosts ?? [{ name: "all", domains: ["*"], routes: routeCase.routes }];
  return {
    "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "routes",
    generate_request_id: false,
    access_log: [{ name: "log", typed_config: logger }],
    route_config: { virtual_hosts: hosts, ...routeCase.route_config },
    http_filters: [{ name: "router", typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router` } }],
    ...routeCase.manager,
  };
}

function socketAddress(address: string, port: number): object {
  return { socket_address: { address, port_value: port } };
}

/** `cluster: name`, and the names of weighted clusters, wherever they stand. */
function collectClusterNames(value: unknown, names: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "cluster" && typeof inner === "string" && inner !== "") names.add(inner);
    if (key === "clusters" && Array.isArray(inner))
      for (const { name } of inner) if (name !== undefined) names.add(name);
    collectClusterNames(inner, names);
  }
}
