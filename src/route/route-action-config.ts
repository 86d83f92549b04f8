import type { RetryPolicyConfig } from "./retry-policy-config.js";
import type { RouteUpgradeConfig } from "./route-upgrade.js";

/** What a route does with the requests it takes, as plain data. */
export type RouteActionConfig = ForwardActionConfig | DirectResponseConfig;

/** `envoy.config.route.v3.RouteAction`. */
export interface ForwardActionConfig {
  readonly kind: "forward";
  readonly cluster: string;
  /** Milliseconds from the complete request to the complete response; 0 is no limit, 15,000 the default. */
  readonly timeoutMs: number;
  /** When a request is tried again; null for never. The virtual host's where the route has none. */
  readonly retryPolicy: RetryPolicyConfig | null;
  /** `hedge_policy.hedge_on_per_try_timeout` */
  readonly hedgeOnPerTryTimeout: boolean;
  /** Bytes of a body that may be kept for another attempt; null for what the connection may buffer. */
  readonly replayLimitBytes: number | null;
  /** Overrides the connection manager's `stream_idle_timeout`; null leaves it. */
  readonly idleTimeoutMs: number | null;
  /** Status when the cluster does not exist: 503 by default. */
  readonly clusterNotFoundStatus: number;
  /** Replaces what `prefix` or `path` matched; empty is no rewrite. */
  readonly prefixRewrite: string;
  readonly hostRewrite: HostRewriteConfig;
  readonly upgrades: readonly RouteUpgradeConfig[];
}

export type HostRewriteConfig =
  | { readonly kind: "none" }
  | { readonly kind: "literal"; readonly host: string }
  /** The upstream host's own name (`auto_host_rewrite`). */
  | { readonly kind: "auto" };

/** `envoy.config.route.v3.DirectResponseAction`. */
export interface DirectResponseConfig {
  readonly kind: "directResponse";
  /** 200 to 599. */
  readonly status: number;
  readonly body: string;
}
