import { NO_METADATA } from "../common/metadata.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { Route } from "./route.js";
import type { RouteEntryConfig, RouteMatchConfig, TlsRequirementLevel } from "./route-config.js";
import type { VirtualHost } from "./virtual-host.js";

const MOVED_PERMANENTLY = 301;

/** Whatever the request is: the redirect comes before any route. */
const ANY_REQUEST: RouteMatchConfig = {
  path: { kind: "prefix", value: "" },
  caseSensitive: true,
  runtimeFraction: null,
  grpc: false,
  headers: [],
  queryParameters: [],
  tlsContext: null,
  dynamicMetadata: [],
  filterState: [],
  cookies: [],
};

/** Sends clients that came in the clear to the same URL with `https`. */
export class TlsRequirement {
  /** What such a request takes in place of a route. */
  readonly redirect: Route;
  private readonly level: TlsRequirementLevel;

  constructor(level: TlsRequirementLevel, virtualHost: VirtualHost, configPath: string) {
    this.level = level;
    this.redirect = new Route(redirectTo(configPath), virtualHost);
  }

  /** `x-forwarded-proto` tells how the client came, be it to a proxy before us. */
  redirects(headers: HeaderMap): boolean {
    if (headers.get("x-forwarded-proto") === "https") return false;
    return this.level === "all" || headers.get("x-envoy-internal") !== "true";
  }
}

function redirectTo(configPath: string): RouteEntryConfig {
  return {
    name: "",
    statPrefix: "",
    metadata: NO_METADATA,
    configPath,
    match: ANY_REQUEST,
    decorator: null,
    action: {
      kind: "redirect",
      status: MOVED_PERMANENTLY,
      scheme: "https",
      host: "",
      port: 0,
      path: "",
      pathRewrite: null,
      stripQuery: false,
    },
    headerRules: null,
    filterOverrides: [],
  };
}
