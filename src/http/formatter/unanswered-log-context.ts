import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { AccessLogType, LogContext } from "./log-context.js";

interface Clock {
  now(): number;
}

/** What can be said where nothing has been answered, and perhaps nothing asked: of a connection, or of a health check. */
export class UnansweredLogContext implements LogContext {
  readonly requestHeaders: HeaderMap;
  readonly responseHeaders = null;
  readonly responseTrailers = null;
  readonly streamInfo: StreamInfo;
  readonly localReplyBody = "";
  readonly logType: AccessLogType = "NotSet";
  readonly isHealthCheck = false;
  private readonly clock: Clock;

  /** @param clock monotonic milliseconds, as the dispatcher has them */
  constructor(requestHeaders: HeaderMap, streamInfo: StreamInfo, clock: Clock) {
    this.requestHeaders = requestHeaders;
    this.streamInfo = streamInfo;
    this.clock = clock;
  }

  nowMs(): number {
    return this.clock.now();
  }
}
