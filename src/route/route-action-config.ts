import type { ReplyBodyFormatConfig } from "../http/formatter/body-format-config.js";
import type { MetadataMatchCriteria } from "../upstream/metadata-match.js";
import type { ResourcePriority } from "../upstream/resource-manager.js";
import type { FilterOverrideConfig } from "./filter-override-config.js";
import type { HashPolicyConfig } from "./hash-policy-config.js";
import type { HeaderRulesConfig } from "./header-rules-config.js";
import type { InternalRedirectConfig } from "./internal-redirect-config.js";
import type { MirrorPolicyConfig } from "./mirror-policy-config.js";
import type { PathRewriteConfig, RegexSubstitutionConfig } from "./path-rewrite-config.js";
import type { RetryPolicyConfig } from "./retry-policy-config.js";
import type { RouteUpgradeConfig } from "./route-upgrade.js";

/** What a route does with a request that it matches. Plain frozen data, compiled on the workers. */
export type RouteActionConfig = ForwardActionConfig | RedirectConfig | DirectResponseConfig | NonForwardingConfig;

/** How much of a request's body may be kept. */
export type ReplayLimits = Pick<ForwardActionConfig, "replayLimitBytes" | "bodyLimitBytes">;

/** `envoy.config.route.v3.RouteAction`. */
export interface ForwardActionConfig {
  readonly kind: "forward";
  readonly cluster: ClusterSpecifierConfig;
  /** Whose connections and circuit breakers its requests use. */
  readonly priority: ResourcePriority;
  /** Milliseconds from the complete request to the complete response; 0 is no limit, 15,000 the default. */
  readonly timeoutMs: number;
  /** When a request is tried again; null for never. The virtual host's where the route has none. */
  readonly retryPolicy: RetryPolicyConfig | null;
  /** `hedge_policy.hedge_on_per_try_timeout` */
  readonly hedgeOnPerTryTimeout: boolean;
  /** Bytes of a body that may be kept for another attempt, where the connection may buffer as many; null for all. */
  readonly replayLimitBytes: number | null;
  /** As `replayLimitBytes`, whatever the connection may buffer; null where it is not set. */
  readonly bodyLimitBytes: number | null;
  /** Overrides the connection manager's `stream_idle_timeout`; null leaves it. */
  readonly idleTimeoutMs: number | null;
  /** Null where it is not set: then the route timeout applies. */
  readonly maxStreamDuration: MaxStreamDurationConfig | null;
  /** For gRPC requests in place of `timeoutMs`; null where it is not set. */
  readonly grpcTimeout: GrpcTimeoutConfig | null;
  /** Status when the cluster does not exist: 503 by default. */
  readonly clusterNotFoundStatus: number;
  /** Null rewrites nothing. */
  readonly pathRewrite: PathRewriteConfig | null;
  readonly hostRewrite: HostRewriteConfig;
  readonly upgrades: readonly RouteUpgradeConfig[];
  /** The host that is replaced is kept in `x-forwarded-host`. */
  readonly appendForwardedHost: boolean;
  /** Redirects of the upstream that the proxy follows itself; null for none. */
  readonly internalRedirect: InternalRedirectConfig | null;
  /** Clusters that get copies of the requests. Those of the virtual host or the whole table where the route has none. */
  readonly mirrorPolicies: readonly MirrorPolicyConfig[];
  /** What balancers go by that send the same requests to the same hosts; empty for nothing. */
  readonly hashPolicies: readonly HashPolicyConfig[];
  /** What a host's metadata has to have (`envoy.lb`); null for nothing. */
  readonly metadataMatch: MetadataMatchCriteria | null;
}

/** `envoy.config.route.v3.RouteAction.MaxStreamDuration`, in milliseconds; null is not set, 0 is no limit. */
export interface MaxStreamDurationConfig {
  readonly durationMs: number | null;
  /** Not null: `grpc-timeout` of the request counts, up to this. */
  readonly grpcHeaderMaxMs: number | null;
  readonly grpcHeaderOffsetMs: number | null;
}

/** `max_grpc_timeout` and `grpc_timeout_offset` of `RouteAction`, in milliseconds; 0 is no limit. */
export interface GrpcTimeoutConfig {
  readonly maxMs: number;
  readonly offsetMs: number;
}

export type ClusterSpecifierConfig =
  | { readonly kind: "name"; readonly name: string }
  /** The first value of this request header names the cluster. */
  | { readonly kind: "header"; readonly header: string }
  | {
      readonly kind: "weighted";
      readonly clusters: readonly WeightedClusterConfig[];
      /** Brings the random value; empty for none. */
      readonly randomHeader: string;
      /** The hash of the request takes its place, where it has one. */
      readonly useHashPolicy: boolean;
    };

/** `envoy.config.route.v3.WeightedCluster.ClusterWeight`. */
export interface WeightedClusterConfig {
  readonly cluster: Exclude<ClusterSpecifierConfig, { kind: "weighted" }>;
  readonly weight: number;
  /** Of a runtime value that overrides `weight`; empty for none. */
  readonly runtimeKey: string;
  /** Over that of the route, name by name; null for nothing. */
  readonly metadataMatch: MetadataMatchCriteria | null;
  /** Empty leaves the host to the route. */
  readonly hostRewriteLiteral: string;
  readonly headerRules: HeaderRulesConfig | null;
  readonly filterOverrides: readonly FilterOverrideConfig[];
}

export type HostRewriteConfig =
  | { readonly kind: "none" }
  | { readonly kind: "literal"; readonly host: string }
  /** The upstream host's own name (`auto_host_rewrite`). */
  | { readonly kind: "auto" }
  | { readonly kind: "header"; readonly header: string }
  /** The path without its query, after substitution. */
  | { readonly kind: "pathRegex"; readonly substitution: RegexSubstitutionConfig }
  /** With command operators. */
  | { readonly kind: "format"; readonly text: string };

/** `envoy.config.route.v3.RedirectAction`. */
export interface RedirectConfig {
  readonly kind: "redirect";
  readonly status: number;
  /** Empty keeps the scheme of the request. */
  readonly scheme: string;
  /** Empty keeps the host of the request. */
  readonly host: string;
  /** 0 keeps the port of the request. */
  readonly port: number;
  /** The whole path, with a query perhaps; empty leaves it to `pathRewrite`. */
  readonly path: string;
  readonly pathRewrite: PathRewriteConfig | null;
  readonly stripQuery: boolean;
}

/** `envoy.config.route.v3.DirectResponseAction`. */
export interface DirectResponseConfig {
  readonly kind: "directResponse";
  /** 200 to 599. */
  readonly status: number;
  /** A string of bytes. */
  readonly body: string;
  /** Makes the body, of the one above among others; null leaves it. */
  readonly bodyFormat: ReplyBodyFormatConfig | null;
}

/** `envoy.config.route.v3.NonForwardingAction`: the request never leaves the proxy, a filter is to answer it. */
export interface NonForwardingConfig {
  readonly kind: "nonForwarding";
}
