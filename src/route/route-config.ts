import type { Metadata } from "../common/metadata.js";
import type { RuntimeFractionConfig } from "../common/runtime.js";
import type { MatcherTreeConfig } from "../matching/matcher-tree-config.js";
import type { HeaderMatcherConfig, StringMatcherConfig } from "../matching/string-matcher-config.js";
import type { ValueMatcherConfig } from "../matching/value-matcher-config.js";
import type { RequestInputConfig } from "./request-input-config.js";
import type { RouteActionConfig } from "./route-action-config.js";
import type { RouteLevelConfig } from "./route-level.js";

/**
 * The route table as plain frozen data (`envoy.config.route.v3.RouteConfiguration`): made on the main thread, copied to
 * the workers, compiled there into a `RouteTable`.
 */
export interface RouteConfig extends RouteLevelConfig {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHostConfig[];
  readonly ignorePortInHostMatching: boolean;
  /** `vhost_header`, lower case: its value in place of the host; empty for the host. */
  readonly hostHeader: string;
  /** Paths are matched up to their first semicolon. */
  readonly ignorePathParameters: boolean;
  /** Header rules of routes apply last, and so win over those of virtual hosts and of the whole table. */
  readonly mostSpecificHeaderMutationsWins: boolean;
}

export interface VirtualHostConfig extends RouteLevelConfig {
  readonly name: string;
  /** Exact names, `*.suffix`, `prefix.*` or `*`; lower case. */
  readonly domains: readonly string[];
  /** For logs. */
  readonly metadata: Metadata;
  readonly routes: readonly RouteEntryConfig[];
  /** In place of `routes`; null for none. */
  readonly matcher: RouteTreeConfig | null;
  /** Null for nobody. */
  readonly requireTls: TlsRequirementLevel | null;
  /** Where the virtual host stands in the configuration. */
  readonly configPath: string;
  readonly virtualClusters: readonly VirtualClusterConfig[];
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly includeIsTimeoutRetryHeader: boolean;
}

/** The matcher of a virtual host: each of its actions is one route or a list of them. */
export type RouteTreeConfig = MatcherTreeConfig<RequestInputConfig, readonly RouteEntryConfig[]>;

/** Who has to come by TLS (`VirtualHost.require_tls`): all, or all but internal requests. */
export type TlsRequirementLevel = "externalOnly" | "all";

/** `envoy.config.route.v3.VirtualCluster`: requests that are counted together. */
export interface VirtualClusterConfig {
  readonly name: string;
  /** All have to match. */
  readonly headers: readonly HeaderMatcherConfig[];
}

export interface RouteEntryConfig extends RouteLevelConfig {
  readonly name: string;
  /** Requests that take the route are counted under it (`vhost.<host>.route.<prefix>.`); empty for no. */
  readonly statPrefix: string;
  /** Where the route stands in the configuration: `static_resources.listeners[0]...routes[2]`. For explanations. */
  readonly configPath: string;
  readonly match: RouteMatchConfig;
  readonly metadata: Metadata;
  /** Null without one. */
  readonly decorator: DecoratorConfig | null;
  readonly action: RouteActionConfig;
}

/** `envoy.config.route.v3.Decorator`: what the requests of a route are called where they are traced. */
export interface DecoratorConfig {
  readonly operation: string;
  /** The other side gets to know it, in `x-envoy-decorator-operation`. */
  readonly propagate: boolean;
}

/** `envoy.config.route.v3.RouteMatch`: all conditions have to be met. */
export interface RouteMatchConfig {
  readonly path: PathMatchConfig;
  readonly caseSensitive: boolean;
  /** Null for all requests. */
  readonly runtimeFraction: RuntimeFractionConfig | null;
  readonly grpc: boolean;
  readonly headers: readonly HeaderMatcherConfig[];
  readonly queryParameters: readonly QueryParameterMatchConfig[];
  readonly tlsContext: TlsContextMatchConfig | null;
  readonly dynamicMetadata: readonly MetadataMatchConfig[];
  readonly filterState: readonly FilterStateMatchConfig[];
  readonly cookies: readonly CookieMatchConfig[];
}

/** The path specifier of a route; matched on the path without query and fragment. */
export interface PathMatchConfig {
  /** `connect` takes CONNECT requests, which have no path. */
  readonly kind: "prefix" | "path" | "pathSeparatedPrefix" | "regex" | "uriTemplate" | "connect";
  /** Empty for `connect`. */
  readonly value: string;
}

/** `envoy.config.route.v3.QueryParameterMatcher` */
export interface QueryParameterMatchConfig {
  readonly name: string;
  readonly value:
    | { readonly kind: "string"; readonly matcher: StringMatcherConfig }
    | { readonly kind: "present"; readonly present: boolean };
}

/** `envoy.config.route.v3.RouteMatch.TlsContextMatchOptions`; null does not matter. */
export interface TlsContextMatchConfig {
  readonly presented: boolean | null;
  readonly validated: boolean | null;
}

/** `envoy.type.matcher.v3.MetadataMatcher` */
export interface MetadataMatchConfig {
  readonly namespace: string;
  readonly path: readonly string[];
  readonly value: ValueMatcherConfig;
  readonly invert: boolean;
}

/** `envoy.type.matcher.v3.FilterStateMatcher` */
export interface FilterStateMatchConfig {
  readonly key: string;
  readonly matcher: StringMatcherConfig;
}

/** `envoy.config.route.v3.CookieMatcher`. */
export interface CookieMatchConfig {
  readonly name: string;
  readonly matcher: StringMatcherConfig;
  /** Also met when the cookie is not there. */
  readonly invert: boolean;
}
