import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { HeaderMap } from "../headers/header-map.js";

/** When a line was written (`%ACCESS_LOG_TYPE%`, `envoy.data.accesslog.v3.AccessLogType`). */
export type AccessLogType =
  | "NotSet"
  | "DownstreamStart"
  | "DownstreamTunnelSuccessfullyEstablished"
  | "DownstreamPeriodic"
  | "DownstreamEnd"
  | "UpstreamPoolReady"
  | "UpstreamPeriodic"
  | "UpstreamEnd"
  | "TcpUpstreamConnected"
  | "TcpPeriodic"
  | "TcpConnectionEnd"
  | "UdpTunnelUpstreamConnected"
  | "UdpPeriodic"
  | "UdpSessionEnd";

/**
 * What a format can speak of: one stream, seen from the moment its line is made. A stream implements this itself, so
 * that logging it allocates nothing but the line. Header rules and local replies format with the same context, before
 * the stream has ended: whatever is not known yet is absent.
 *
 * Text is what HTTP carries: strings of bytes, one UTF-16 unit each (latin1), as the codec reads and writes them.
 */
export interface LogContext {
  readonly requestHeaders: HeaderMap;
  readonly responseHeaders: HeaderMap | null;
  readonly responseTrailers: HeaderMap | null;
  readonly streamInfo: StreamInfo;
  /** What Sluice itself answered; empty when it did not. */
  readonly localReplyBody: string;
  readonly logType: AccessLogType;
  /** The health check filter has taken the request for a health check. */
  readonly isHealthCheck: boolean;
  /** The dispatcher's monotonic milliseconds: for streams that have not ended. */
  nowMs(): number;
}
