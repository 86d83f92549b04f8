import { utf8Bytes } from "./byte-text.js";
import { FormatError } from "./format-error.js";
import type { LogContext } from "./log-context.js";
import { ConstantOperator, type Operator, truncate } from "./operator.js";

/** `%FILTER_STATE(KEY:F):Z%`: a named value that a filter keeps for the stream. */
export class FilterStateOperator implements Operator {
  readonly numeric = false;
  private readonly key: string;
  /** As JSON, which is a text in quotes. */
  private readonly typed: boolean;
  private readonly limit: number;

  constructor(key: string, typed: boolean, limit: number) {
    this.key = key;
    this.typed = typed;
    this.limit = limit;
  }

  format(context: LogContext): string | null {
    const value = this.read(context);
    if (value === null) return null;
    return truncate(utf8Bytes(this.typed ? JSON.stringify(value) : value), this.limit);
  }

  /** A JSON format shows the value once in quotes, whatever the form. */
  json(context: LogContext): string | null {
    const value = this.read(context);
    return value === null ? null : utf8Bytes(JSON.stringify(truncate(value, this.limit)));
  }

  private read(context: LogContext): string | null {
    return context.streamInfo.filterState?.get(this.key) ?? null;
  }
}

// control plane: runs when a format is compiled
export function parseFilterState(params: string, limit: number): Operator {
  const [key = "", form = "TYPED", field, ...rest] = params.split(":");
  if (key === "") throw new FormatError("a key is missing", 0);
  if (form === "FIELD" && field !== undefined && field !== "" && rest.length === 0) {
    // What filters keep are texts, which have no fields.
    return new ConstantOperator(null);
  }
  if ((form !== "PLAIN" && form !== "TYPED") || field !== undefined) {
    throw new FormatError(`${JSON.stringify(params)} is not KEY:PLAIN, KEY:TYPED or KEY:FIELD:NAME`, key.length + 1);
  }
  return new FilterStateOperator(key, form === "TYPED", limit);
}
