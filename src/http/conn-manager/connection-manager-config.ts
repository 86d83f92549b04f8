import type { CidrRange } from "../../network/listener-config.js";
import type { RouteConfig } from "../../route/route-config.js";
import type { AccessLogConfig } from "../../stream-info/access-log-config.js";
import type { HttpFilterConfig } from "../filter/filter-config.js";
import type { HostNormalizationConfig } from "./host-normalization.js";
import type { PathNormalizationConfig } from "./path-normalization.js";

export type CodecType = "auto" | "http1" | "http2";
export type ServerHeaderTransformation = "overwrite" | "appendIfAbsent" | "passThrough";

/**
 * What configuration says of an HTTP connection manager
 * (`envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`). Plain frozen data.
 * Times are milliseconds and 0 switches a timeout off.
 */
export interface ConnectionManagerConfig {
  readonly statPrefix: string;
  readonly codecType: CodecType;
  readonly routeConfig: RouteConfig | null;
  readonly httpFilters: readonly HttpFilterConfig[];
  readonly accessLogs: readonly AccessLogConfig[];
  readonly serverName: string;
  readonly serverHeaderTransformation: ServerHeaderTransformation;
  /** Empty adds none. */
  readonly via: string;
  readonly useRemoteAddress: boolean;
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
  readonly internalCidrRanges: readonly CidrRange[];
  /** Null where paths stay as they come. */
  readonly pathNormalization: PathNormalizationConfig | null;
  /** Null where hosts stay as they come. */
  readonly hostNormalization: HostNormalizationConfig | null;
  readonly generateRequestId: boolean;
  readonly preserveExternalRequestId: boolean;
  readonly alwaysSetRequestIdInResponse: boolean;
  readonly proxy100Continue: boolean;
  readonly acceptHttp10: boolean;
  readonly defaultHostForHttp10: string;
  readonly enableTrailers: boolean;
  /** 1 to 8192. */
  readonly maxRequestHeadersKb: number;
  readonly maxHeadersCount: number;
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly maxRequestsPerConnection: number;
  readonly maxStreamDurationMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly requestHeadersTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly delayedCloseTimeoutMs: number;
}
