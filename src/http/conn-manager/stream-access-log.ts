import type { Route } from "../../route/route.js";
import type { AccessLogger } from "../access-log/access-logger.js";
import type { AccessLogType, LogContext } from "../formatter/log-context.js";
import { acceptsUpgrade } from "../headers/upgrade.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";

/** A stream as its lines tell of it. Implemented by `ActiveStream`. */
export interface LoggedStream extends LogContext {
  /** Of the line that is being written. */
  logType: AccessLogType;
  route(): Route | null;
  /** Brings what has gone over the connection up to date. */
  measure(): void;
}

/**
 * When a stream has lines in the access logs: one at its end, and those that `HcmAccessLogOptions` asks for. One object for
 * all streams of a configuration.
 */
export class StreamAccessLog {
  private readonly loggers: readonly AccessLogger[];
  private readonly logsStart: boolean;
  private readonly logsTunnel: boolean;

  constructor(loggers: readonly AccessLogger[], config: ConnectionManagerConfig) {
    this.loggers = loggers;
    this.logsStart = config.flushAccessLogOnNewRequest;
    this.logsTunnel = config.flushAccessLogOnTunnel;
  }

  /** The filters are about to see the request. */
  onRequest(stream: LoggedStream): void {
    if (!this.logsStart) return;
    // The line tells the route, too.
    stream.route();
    this.write(stream, "DownstreamStart");
  }

  /** The answer to an upgrade is about to be sent. A refusal has its line at the end, as any response. */
  onUpgradeResponse(stream: LoggedStream, status: number): void {
    if (!this.logsTunnel || !acceptsUpgrade(stream.requestHeaders.upgradeType, status)) return;
    this.write(stream, "DownstreamTunnelSuccessfullyEstablished");
  }

  onInterval(stream: LoggedStream): void {
    this.write(stream, "DownstreamPeriodic");
  }

  /** The stream is over, or its pass through the filters is and an internal redirect begins another. */
  onEnd(stream: LoggedStream): void {
    this.write(stream, "DownstreamEnd");
  }

  private write(stream: LoggedStream, type: AccessLogType): void {
    stream.logType = type;
    stream.measure();
    const { loggers } = this;
    for (let i = 0; i < loggers.length; i++) (loggers[i] as AccessLogger).log(stream);
  }
}
