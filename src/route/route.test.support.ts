import { NO_METADATA } from "../common/metadata.js";
import { HeaderMap } from "../http/headers/header-map.js";
import { StreamInfo } from "../stream-info/stream-info.js";
import { MatchInput, type RouteRequest } from "./match-input.js";
import { pathOnly } from "./path-only.js";
import type { ForwardActionConfig } from "./route-action-config.js";
import type { RouteConfig, RouteEntryConfig, RouteMatchConfig, VirtualHostConfig } from "./route-config.js";
import type { RouteLevelConfig } from "./route-level.js";

/*
 * Route configurations and requests for tests: what a test does not name has its default. A new field of the
 * configuration gets its default here, and no other test has to know of it.
 */

/** A level without rules. */
const SILENT_LEVEL: RouteLevelConfig = { headerRules: null, filterOverrides: [] };

/** A whole table. */
export function routeConfig(virtualHosts: readonly VirtualHostConfig[], parts: Partial<RouteConfig> = {}): RouteConfig {
  return {
    name: "routes",
    virtualHosts,
    ignorePortInHostMatching: false,
    hostHeader: "",
    ignorePathParameters: false,
    mostSpecificHeaderMutationsWins: false,
    ...SILENT_LEVEL,
    ...parts,
  };
}

/** A virtual host for all domains. */
export function virtualHost(
  routes: readonly RouteEntryConfig[],
  parts: Partial<VirtualHostConfig> = {},
): VirtualHostConfig {
  return {
    name: "all",
    domains: ["*"],
    metadata: NO_METADATA,
    routes,
    matcher: null,
    requireTls: null,
    configPath: "all",
    virtualClusters: [],
    includeRequestAttemptCount: false,
    includeAttemptCountInResponse: false,
    includeIsTimeoutRetryHeader: false,
    ...SILENT_LEVEL,
    ...parts,
  };
}

/** A route that answers with its own name. */
export function routeEntry(
  name: string,
  match: Partial<RouteMatchConfig>,
  parts: Partial<RouteEntryConfig> = {},
): RouteEntryConfig {
  const action = { kind: "directResponse", status: 200, bodyFormat: null, body: name } as const;
  return {
    name,
    statPrefix: "",
    configPath: name,
    match: routeMatch(match),
    metadata: {},
    decorator: null,
    action,
    ...SILENT_LEVEL,
    ...parts,
  };
}

/** Conditions that everything meets. */
export function routeMatch(parts: Partial<RouteMatchConfig> = {}): RouteMatchConfig {
  return {
    path: { kind: "prefix", value: "/" },
    caseSensitive: true,
    runtimeFraction: null,
    grpc: false,
    headers: [],
    queryParameters: [],
    tlsContext: null,
    dynamicMetadata: [],
    filterState: [],
    cookies: [],
    ...parts,
  };
}

/** To cluster `c`, without time limit. */
export function forwardAction(parts: Partial<ForwardActionConfig> = {}): ForwardActionConfig {
  return {
    kind: "forward",
    priority: "default",
    cluster: { kind: "name", name: "c" },
    timeoutMs: 0,
    idleTimeoutMs: null,
    retryPolicy: null,
    hedgeOnPerTryTimeout: false,
    replayLimitBytes: null,
    bodyLimitBytes: null,
    maxStreamDuration: null,
    grpcTimeout: null,
    clusterNotFoundStatus: 503,
    pathRewrite: null,
    hostRewrite: { kind: "none" },
    upgrades: [],
    appendForwardedHost: false,
    internalRedirect: null,
    mirrorPolicies: [],
    hashPolicies: [],
    metadataMatch: null,
    ...parts,
  };
}

export interface TestRequest {
  readonly method?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly random?: number;
  readonly streamInfo?: Partial<StreamInfo>;
}

/** `GET / HTTP/1.1` for host `x`. */
export function routeRequest(parts: TestRequest = {}): RouteRequest {
  const requestHeaders = new HeaderMap();
  requestHeaders.method = parts.method ?? "GET";
  requestHeaders.path = parts.path ?? "/";
  requestHeaders.authority = parts.authority ?? "x";
  requestHeaders.scheme = "http";
  for (const [name, value] of parts.headers ?? []) requestHeaders.add(name, value);
  const streamInfo = Object.assign(new StreamInfo(1, 1, "HTTP/1.1", 0, 0), parts.streamInfo);
  return { requestHeaders, streamInfo, randomValue: () => parts.random ?? 0 };
}

/** The same, as conditions see it. */
export function matchInput(parts: TestRequest = {}): MatchInput {
  const input = new MatchInput();
  const request = routeRequest(parts);
  input.fill(request, pathOnly(request.requestHeaders.path));
  return input;
}
