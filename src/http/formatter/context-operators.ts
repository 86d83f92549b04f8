import { HeaderField } from "./header-field.js";
import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";

/** `%LOCAL_REPLY_BODY%` */
export class LocalReplyBodyOperator implements Operator {
  readonly numeric = false;

  format(context: LogContext): string {
    return context.localReplyBody;
  }
}

/** `%ACCESS_LOG_TYPE%` */
export class AccessLogTypeOperator implements Operator {
  readonly numeric = false;

  format(context: LogContext): string {
    return context.logType;
  }
}

/** `%RESPONSE_TRAILERS_BYTES%` */
export class ResponseTrailersBytesOperator implements Operator {
  readonly numeric = true;

  format(context: LogContext): string {
    return context.responseTrailers === null ? "0" : String(context.responseTrailers.byteSize);
  }
}

const REQUEST_ID = new HeaderField("x-request-id");

/** `%STREAM_ID%`: unique across processes and restarts, and thus the request id, as in Envoy, not our own number. */
export class StreamIdOperator implements Operator {
  readonly numeric = false;

  format(context: LogContext): string | null {
    return REQUEST_ID.read(context.requestHeaders);
  }
}
