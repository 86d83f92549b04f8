import type { StringMatcherConfig } from "../../matching/string-matcher-config.js";
import type { CidrRange } from "../../network/listener-config.js";
import type { RouteConfig } from "../../route/route-config.js";
import type { ScopedRoutesConfig } from "../../route/scoped-routes-config.js";
import type { AccessLogConfig } from "../../stream-info/access-log-config.js";
import type { UnderscoresAction } from "../codec/http1/parser-settings.js";
import type { HttpFilterConfig } from "../filter/filter-config.js";
import type { LocalReplyConfig } from "../filter/local-reply-rewriter.js";
import type { HeaderCaseConfig } from "../headers/header-case.js";
import type { ClientCertMatcherConfig, ForwardClientCert } from "./client-cert-rule.js";
import type { HeaderMutationConfig } from "./early-header-mutation.js";
import type { HostNormalizationConfig } from "./host-normalization.js";
import type { OriginalIpDetectionConfig } from "./original-ip-detection.js";
import type { PathNormalizationConfig } from "./path-normalization.js";
import type { ProxyStatusConfig } from "./proxy-status.js";
import type { RequestIdConfig } from "./request-id.js";

export type CodecType = "auto" | "http1" | "http2";
export type ServerHeaderTransformation = "overwrite" | "appendIfAbsent" | "passThrough";

/** `HttpConnectionManager.UpgradeConfig`. */
export interface UpgradeConfig {
  /** `websocket`, `connect`, ...; lower case. */
  readonly upgradeType: string;
  readonly enabled: boolean;
  /** Filters of its own, the last one terminal; null for the connection manager's. */
  readonly httpFilters: readonly HttpFilterConfig[] | null;
}

/**
 * What configuration says of an HTTP connection manager
 * (`envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`). Plain frozen data.
 * Times are milliseconds and 0 switches a timeout off.
 */
export interface ConnectionManagerConfig {
  readonly statPrefix: string;
  readonly codecType: CodecType;
  readonly routeConfig: RouteConfig | null;
  /** In place of `routeConfig`; null where there is one table for all. */
  readonly scopedRoutes: ScopedRoutesConfig | null;
  readonly httpFilters: readonly HttpFilterConfig[];
  /** `upgrade_configs`: what requests may make of their connection; none may by default. */
  readonly upgrades: readonly UpgradeConfig[];
  readonly accessLogs: readonly AccessLogConfig[];
  /** Lines also when a request begins, and in intervals while it lasts; 0 is no interval. */
  readonly flushAccessLogOnNewRequest: boolean;
  readonly accessLogFlushIntervalMs: number;
  /** A line also when an upgrade or CONNECT has been accepted. */
  readonly flushAccessLogOnTunnel: boolean;
  /** In their order; empty for none. */
  readonly earlyHeaderMutations: readonly HeaderMutationConfig[];
  /** Null where errors are not told in `proxy-status`. */
  readonly proxyStatus: ProxyStatusConfig | null;
  /** Null where local replies stay as they are. */
  readonly localReplies: LocalReplyConfig | null;
  readonly serverName: string;
  readonly serverHeaderTransformation: ServerHeaderTransformation;
  /** Empty adds none. */
  readonly via: string;
  readonly useRemoteAddress: boolean;
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
  /** Where the client's address comes from unless `useRemoteAddress`. */
  readonly originalIpDetection: readonly OriginalIpDetectionConfig[];
  readonly internalCidrRanges: readonly CidrRange[];
  readonly internalUnixSockets: boolean;
  /** Only an internal caller may set these; lower case. */
  readonly internalOnlyHeaders: readonly string[];
  /** What is appended to x-forwarded-for is written as IPv6 (`represent_ipv4_remote_address_as_ipv4_mapped_ipv6`). */
  readonly mapIpv4RemoteAddress: boolean;
  readonly appendXForwardedPort: boolean;
  /** What requests count as having come by, whatever they came by; empty for what they came by. */
  readonly scheme: "" | "http" | "https";
  /** Who connects to one of these ports has come by https, as far as it is not said (`forward_proto_config`). */
  readonly httpsDestinationPorts: readonly number[];
  readonly addUserAgent: boolean;
  readonly forwardClientCert: ForwardClientCert;
  /** Comes first; null where all requests are treated alike. */
  readonly clientCertMatcher: ClientCertMatcherConfig | null;
  /** Null where paths stay as they come. */
  readonly pathNormalization: PathNormalizationConfig | null;
  /** Null where hosts stay as they come. */
  readonly hostNormalization: HostNormalizationConfig | null;
  /** Null where requests go on without an id unless they bring one. */
  readonly requestId: RequestIdConfig | null;
  readonly alwaysSetRequestIdInResponse: boolean;
  /** A request that is refused under load is told so in a header (`append_local_overload`). */
  readonly appendLocalOverload: boolean;
  readonly proxy100Continue: boolean;
  /** Requests are traced (`tracing`), so that operations of routes are told to the other side. */
  readonly isTraced: boolean;
  readonly acceptHttp10: boolean;
  readonly defaultHostForHttp10: string;
  readonly enableTrailers: boolean;
  readonly headersWithUnderscores: UnderscoresAction;
  readonly allowChunkedLength: boolean;
  readonly allowAbsoluteUrl: boolean;
  /** Upgrades that are taken for ordinary requests (`ignore_http_11_upgrade`). */
  readonly ignoredUpgrades: readonly StringMatcherConfig[];
  /** Null for names of fields in lower case. */
  readonly headerCase: HeaderCaseConfig | null;
  /** A request that is answered with 400 ends its connection unless this is set. */
  readonly streamErrorOnInvalidMessage: boolean;
  /** 1 to 8192. */
  readonly maxRequestHeadersKb: number;
  readonly maxHeadersCount: number;
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  /** A connection that is old enough ends with its next response only (`http1_safe_max_connection_duration`). */
  readonly safeMaxConnectionDuration: boolean;
  readonly maxRequestsPerConnection: number;
  readonly maxStreamDurationMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly requestHeadersTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly delayedCloseTimeoutMs: number;
}
