/** What a wire case may change of the proxy's configuration. Named as in Envoy's protos, in the YAML of the cases. */
export interface WireSettings {
  readonly acceptHttp10: boolean;
  /** Empty for none. */
  readonly defaultHostForHttp10: string;
  readonly enableTrailers: boolean;
  readonly proxy100Continue: boolean;
  readonly maxRequestHeadersKb: number;
  readonly maxHeadersCount: number;
  /** `upgrade_configs` of the connection manager and of the route: `enabled` by `upgrade_type`. */
  readonly upgradeConfigs: Readonly<Record<string, boolean>>;
  readonly routeUpgradeConfigs: Readonly<Record<string, boolean>>;
  /** A route for CONNECT before the other one: the tunnel is the upstream's to make, or ends here. */
  readonly connectRoute: "none" | "forward" | "terminate";
  /** The prefix that the one route matches. */
  readonly routePrefix: string;
  /** Further fields of the connection manager, over those of the cases' proxy. */
  readonly connectionManager: Readonly<Record<string, unknown>>;
  /** Further fields of the cluster. */
  readonly cluster: Readonly<Record<string, unknown>>;
  /** Where the client connects from. */
  readonly clientAddress: string;
  /** The route's timeout; 15 s is the default. */
  readonly routeTimeoutMs: number;
  /** What becomes of connects to the upstream. */
  readonly upstreamConnect: "accept" | "refuse" | "blackHole";
}

export const DEFAULT_WIRE_SETTINGS: WireSettings = {
  acceptHttp10: false,
  defaultHostForHttp10: "",
  enableTrailers: false,
  proxy100Continue: false,
  maxRequestHeadersKb: 60,
  maxHeadersCount: 100,
  upgradeConfigs: {},
  routeUpgradeConfigs: {},
  connectRoute: "none",
  routePrefix: "/",
  connectionManager: {},
  cluster: {},
  clientAddress: "127.0.0.1",
  routeTimeoutMs: 15_000,
  upstreamConnect: "accept",
};

/** The keys of the YAML block and how each is read. */
const DECODERS: { readonly [key: string]: (value: unknown) => Partial<WireSettings> } = {
  accept_http_10: (value) => ({ acceptHttp10: booleanOf(value) }),
  default_host_for_http_10: (value) => ({ defaultHostForHttp10: textOf(value) }),
  enable_trailers: (value) => ({ enableTrailers: booleanOf(value) }),
  proxy_100_continue: (value) => ({ proxy100Continue: booleanOf(value) }),
  max_request_headers_kb: (value) => ({ maxRequestHeadersKb: numberOf(value) }),
  max_headers_count: (value) => ({ maxHeadersCount: numberOf(value) }),
  upgrade_configs: (value) => ({ upgradeConfigs: switchesOf(value) }),
  route_upgrade_configs: (value) => ({ routeUpgradeConfigs: switchesOf(value) }),
  connect_route: (value) => ({ connectRoute: connectRouteOf(value) }),
  route_prefix: (value) => ({ routePrefix: textOf(value) }),
  http_connection_manager: (value) => ({ connectionManager: recordOf(value) }),
  cluster: (value) => ({ cluster: recordOf(value) }),
  client_address: (value) => ({ clientAddress: textOf(value) }),
  route_timeout_ms: (value) => ({ routeTimeoutMs: numberOf(value) }),
  upstream_connect: (value) => ({ upstreamConnect: connectOf(value) }),
};

/** Reads the YAML of a case over the defaults. Throws a message without a position. */
export function decodeWireSettings(yaml: Readonly<Record<string, unknown>>): WireSettings {
  let settings = DEFAULT_WIRE_SETTINGS;
  for (const [key, value] of Object.entries(yaml)) {
    const decode = DECODERS[key];
    if (decode === undefined) throw new Error(`unknown setting ${key}; known: ${Object.keys(DECODERS).join(", ")}`);
    try {
      settings = { ...settings, ...decode(value) };
    } catch (error) {
      throw new Error(`${key}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
  return settings;
}

function booleanOf(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Error("expected true or false");
  return value;
}

function switchesOf(value: unknown): Readonly<Record<string, boolean>> {
  if (typeof value !== "object" || value === null) throw new Error("expected names with true or false");
  return Object.fromEntries(Object.entries(value).map(([name, enabled]) => [name, booleanOf(enabled)]));
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new Error("expected a number");
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new Error("expected a text");
  return value;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("expected fields");
  return value as Readonly<Record<string, unknown>>;
}

function connectOf(value: unknown): WireSettings["upstreamConnect"] {
  if (value !== "accept" && value !== "refuse" && value !== "blackHole") {
    throw new Error("expected accept, refuse or blackHole");
  }
  return value;
}

function connectRouteOf(value: unknown): WireSettings["connectRoute"] {
  if (value !== "forward" && value !== "terminate") throw new Error("expected forward or terminate");
  return value;
}
