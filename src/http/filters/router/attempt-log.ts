import { type ResponseFlags, responseFlagBit } from "../../../stream-info/response-flag.js";
import { StreamInfo } from "../../../stream-info/stream-info.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { AccessLogger } from "../../access-log/access-logger.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { StreamContext } from "../../filter/filter.js";
import type { AccessLogType, LogContext } from "../../formatter/log-context.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { upstreamFailureFlag } from "./upstream-failure.js";

/**
 * One attempt as `Router.upstream_log` sees it: a stream of its own, from the moment when it was decided on, with the
 * headers that went to the host, and the answer that came from it, whether or not the client got that. Made only where
 * there are such logs. Owner: `UpstreamRequest`.
 */
export class AttemptLog implements LogContext {
  readonly requestHeaders: HeaderMap;
  responseHeaders: HeaderMap | null = null;
  responseTrailers: HeaderMap | null = null;
  readonly streamInfo: StreamInfo;
  readonly localReplyBody = "";
  readonly logType: AccessLogType = "UpstreamEnd";
  readonly isHealthCheck = false;
  private readonly stream: StreamContext;
  private readonly loggers: readonly AccessLogger[];

  private constructor(loggers: readonly AccessLogger[], stream: StreamContext, host: Host, headers: HeaderMap) {
    this.loggers = loggers;
    this.stream = stream;
    this.requestHeaders = headers.clone();
    this.streamInfo = infoOfAttempt(stream, host);
  }

  /** Null where there are no such logs. */
  static create(
    loggers: readonly AccessLogger[],
    stream: StreamContext,
    host: Host,
    headers: HeaderMap,
  ): AttemptLog | null {
    return loggers.length === 0 ? null : new AttemptLog(loggers, stream, host, headers);
  }

  nowMs(): number {
    return this.stream.dispatcher.now();
  }

  onConnected(client: ActiveClient): void {
    client.describeTo(this.streamInfo);
    this.streamInfo.firstUpstreamTxMs = this.nowMs();
  }

  onResponse(headers: HeaderMap): void {
    const { streamInfo } = this;
    this.responseHeaders = headers.clone();
    streamInfo.responseCode = headers.status;
    streamInfo.responseCodeDetails = "via_upstream";
    streamInfo.firstUpstreamRxMs = this.nowMs();
  }

  onReset(reason: ResetReason, transportFailureReason: string): void {
    this.setFlag(upstreamFailureFlag(reason));
    this.streamInfo.upstreamTransportFailureReason = transportFailureReason;
  }

  /** A limit of the attempt, or of the whole request, is reached. */
  onTimeout(idle: boolean): void {
    this.setFlag(idle ? STREAM_IDLE_TIMEOUT : UPSTREAM_TIMEOUT);
  }

  private setFlag(flag: ResponseFlags): void {
    this.streamInfo.setResponseFlag(flag);
  }

  /** The attempt is over: its line is written. */
  end(): void {
    this.streamInfo.endTimeMs = this.nowMs();
    this.streamInfo.lastUpstreamRxMs = this.streamInfo.endTimeMs;
    for (let i = 0; i < this.loggers.length; i++) (this.loggers[i] as AccessLogger).log(this);
  }
}

function infoOfAttempt({ streamInfo: info, dispatcher }: StreamContext, host: Host): StreamInfo {
  const own = new StreamInfo(
    info.streamId,
    info.connectionId,
    info.protocol,
    dispatcher.now(),
    dispatcher.wallClockMs(),
  );
  own.downstreamRemoteAddress = info.downstreamRemoteAddress;
  own.downstreamDirectRemoteAddress = info.downstreamDirectRemoteAddress;
  own.downstreamLocalAddress = info.downstreamLocalAddress;
  own.requestedServerName = info.requestedServerName;
  own.dynamicMetadata = info.dynamicMetadata;
  own.filterState = info.filterState;
  own.route = info.route;
  own.routeName = info.routeName;
  own.virtualHostName = info.virtualHostName;
  own.virtualCluster = info.virtualCluster;
  own.clusterName = info.clusterName;
  own.upstreamHost = host;
  own.attemptCount = info.attemptCount;
  return own;
}

const UPSTREAM_TIMEOUT = responseFlagBit("UT");
const STREAM_IDLE_TIMEOUT = responseFlagBit("SI");
