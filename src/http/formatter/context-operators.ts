import type { RandomSource } from "../../common/random.js";
import type { HeaderMap } from "../headers/header-map.js";
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

/** `%REQUEST_HEADERS_BYTES%` and its kin: names and values, pseudo-headers included, as nothing carries them. */
export class HeaderBytesOperator implements Operator {
  readonly numeric = true;
  private readonly section: HeaderSection;

  constructor(section: HeaderSection) {
    this.section = section;
  }

  format(context: LogContext): string {
    const headers = context[this.section];
    return headers === null ? "0" : String(headerBytes(headers));
  }
}

type HeaderSection = "requestHeaders" | "responseHeaders" | "responseTrailers";

function headerBytes(headers: HeaderMap): number {
  let bytes = headers.status === 0 ? 0 : ":status".length + STATUS_DIGITS;
  bytes += pseudoBytes(":method", headers.method) + pseudoBytes(":path", headers.path);
  bytes += pseudoBytes(":authority", headers.authority) + pseudoBytes(":scheme", headers.scheme);
  for (let i = 0; i < headers.size; i++) bytes += headers.nameAt(i).length + headers.valueAt(i).length;
  return bytes;
}

function pseudoBytes(name: string, value: string): number {
  return value === "" ? 0 : name.length + value.length;
}

const STATUS_DIGITS = 3;

/** `%UNIQUE_ID%`: another one for each line and each place in it. */
export class UniqueIdOperator implements Operator {
  readonly numeric = false;
  private readonly random: RandomSource;

  constructor(random: RandomSource) {
    this.random = random;
  }

  format(): string {
    return this.random.uuid();
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
