import type { HeaderMap } from "../headers/header-map.js";
import { type FieldPair, type HeaderField, parseFieldPair } from "./header-field.js";
import type { LogContext } from "./log-context.js";
import { type Operator, truncate } from "./operator.js";

/** `%REQ(X?Y):Z%` */
export class RequestHeaderOperator implements Operator {
  readonly numeric = false;
  private readonly field: FieldReader;

  constructor(params: string, limit: number) {
    this.field = new FieldReader(parseFieldPair(params), limit);
  }

  format(context: LogContext): string | null {
    return this.field.read(context.requestHeaders);
  }
}

/** `%RESP(X?Y):Z%` */
export class ResponseHeaderOperator implements Operator {
  readonly numeric = false;
  private readonly field: FieldReader;

  constructor(params: string, limit: number) {
    this.field = new FieldReader(parseFieldPair(params), limit);
  }

  format(context: LogContext): string | null {
    return this.field.read(context.responseHeaders);
  }
}

/** `%TRAILER(X?Y):Z%` */
export class ResponseTrailerOperator implements Operator {
  readonly numeric = false;
  private readonly field: FieldReader;

  constructor(params: string, limit: number) {
    this.field = new FieldReader(parseFieldPair(params), limit);
  }

  format(context: LogContext): string | null {
    return this.field.read(context.responseTrailers);
  }
}

/** Reads `X?Y` from any message and cuts the value. */
class FieldReader {
  private readonly main: HeaderField;
  private readonly alternative: HeaderField | null;
  private readonly limit: number;

  constructor(fields: FieldPair, limit: number) {
    this.main = fields.main;
    this.alternative = fields.alternative;
    this.limit = limit;
  }

  read(headers: HeaderMap | null): string | null {
    let value = this.main.read(headers);
    if (value === null && this.alternative !== null) value = this.alternative.read(headers);
    return value === null ? null : truncate(value, this.limit);
  }
}
