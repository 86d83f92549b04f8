import { FormatError } from "./format-error.js";
import { type FieldPair, HeaderField } from "./header-field.js";
import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";

type Preference = "SNI_ONLY" | "SNI_FIRST" | "HOST_FIRST";

const PREFERENCES: ReadonlyMap<string, Preference> = new Map<string, Preference>([
  ["", "SNI_ONLY"],
  ["SNI_ONLY", "SNI_ONLY"],
  ["SNI_FIRST", "SNI_FIRST"],
  ["HOST_FIRST", "HOST_FIRST"],
]);

const ORIGINAL_HOST = new HeaderField("x-envoy-original-host");
const AUTHORITY = new HeaderField(":authority");

const HOST_SOURCES: ReadonlyMap<string, FieldPair> = new Map<string, FieldPair>([
  ["", { main: ORIGINAL_HOST, alternative: AUTHORITY }],
  ["ORIG_OR_HOST", { main: ORIGINAL_HOST, alternative: AUTHORITY }],
  ["ORIG", { main: ORIGINAL_HOST, alternative: null }],
  ["HOST", { main: AUTHORITY, alternative: null }],
]);

/** `%REQUESTED_SERVER_NAME(X:Y)%`: the name asked for by TLS or by the request. */
export class RequestedServerNameOperator implements Operator {
  readonly numeric = false;
  private readonly preference: Preference;
  private readonly host: FieldPair;

  // control plane: runs when a format is compiled
  constructor(params: string) {
    const [preference = "", source = "", ...rest] = params.split(":");
    const chosen = PREFERENCES.get(preference);
    if (chosen === undefined) {
      throw new FormatError(`${JSON.stringify(preference)} is not SNI_ONLY, SNI_FIRST or HOST_FIRST`, 0);
    }
    const host = HOST_SOURCES.get(source);
    if (host === undefined || rest.length > 0) {
      const reason = `${JSON.stringify(source)} is not ORIG, HOST or ORIG_OR_HOST`;
      throw new FormatError(reason, preference.length + 1);
    }
    this.preference = chosen;
    this.host = host;
  }

  format(context: LogContext): string | null {
    const sni = context.streamInfo.requestedServerName || null;
    switch (this.preference) {
      case "SNI_ONLY":
        return sni;
      case "SNI_FIRST":
        return sni ?? this.readHost(context);
      case "HOST_FIRST":
        return this.readHost(context) ?? sni;
    }
  }

  private readHost(context: LogContext): string | null {
    const main = this.host.main.read(context.requestHeaders);
    if (main !== null || this.host.alternative === null) return main;
    return this.host.alternative.read(context.requestHeaders);
  }
}
