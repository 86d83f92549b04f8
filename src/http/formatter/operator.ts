import type { LogContext } from "./log-context.js";

/*
 * A command operator such as `%REQ(:PATH)%`, compiled. One object for each place in a format where it stands, made
 * when configuration arrives and shared by all streams: `format` reads the stream's facts and keeps nothing.
 */

/** Reads one value of a stream. */
export interface Operator {
  /** The value is a decimal number: typed JSON shows it without quotes. */
  readonly numeric: boolean;
  /** The value as text, null when the stream has none. */
  format(context: LogContext): string | null;
  /** Its JSON, null when the stream has none; for operators whose value is more than a text or a number. */
  json?(context: LogContext): string | null;
}

/** What an operator may ask of the machine; read once, when the format is compiled. */
export interface FormatHost {
  readonly hostname: string;
  readonly environment: { readonly [name: string]: string | undefined };
}

/** The `:Z` of an operator that has none. A small integer, so that comparing with it stays cheap. */
export const NO_LIMIT = 0x3fffffff;

/** The first `limit` characters; characters are bytes, as everywhere in HTTP. */
export function truncate(value: string, limit: number): string {
  return value.length > limit ? value.slice(0, limit) : value;
}

/** Always the same value: `%HOSTNAME%`, `%ENVIRONMENT(X)%`. */
export class ConstantOperator implements Operator {
  readonly numeric: boolean;
  private readonly value: string | null;

  constructor(value: string | null, numeric = false) {
    this.value = value;
    this.numeric = numeric;
  }

  format(): string | null {
    return this.value;
  }
}

/** An operator that Envoy knows and whose facts Sluice does not have: never a value. */
export class UnsupportedOperator implements Operator {
  readonly numeric = false;
  /** As it stands in the format, without the percent signs. */
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  format(): null {
    return null;
  }
}
