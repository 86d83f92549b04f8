import type { DirectResponse } from "../../../route/direct-response.js";
import type { StreamInfo } from "../../../stream-info/stream-info.js";
import { utf8Bytes } from "../../formatter/byte-text.js";
import type { AccessLogType, LogContext } from "../../formatter/log-context.js";
import { HeaderMap } from "../../headers/header-map.js";

/** A stream that a route answers directly, as the format of the body sees it: with the status and the body as configured. */
export class DirectResponseContext implements LogContext {
  readonly requestHeaders: HeaderMap;
  readonly responseHeaders: HeaderMap;
  readonly responseTrailers = null;
  readonly streamInfo: StreamInfo;
  readonly localReplyBody: string;
  readonly logType: AccessLogType;
  readonly isHealthCheck: boolean;
  private readonly context: LogContext;

  constructor(context: LogContext, response: DirectResponse) {
    this.context = context;
    this.requestHeaders = context.requestHeaders;
    this.responseHeaders = new HeaderMap();
    this.responseHeaders.status = response.status;
    this.streamInfo = context.streamInfo;
    this.localReplyBody = utf8Bytes(response.body);
    this.logType = context.logType;
    this.isHealthCheck = context.isHealthCheck;
  }

  nowMs(): number {
    return this.context.nowMs();
  }
}
