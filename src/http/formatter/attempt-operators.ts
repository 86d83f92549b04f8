import type { HostDescription, StreamInfo } from "../../stream-info/stream-info.js";
import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";
import { hostName, withoutPort } from "./stream-info-operators.js";

/** One attempt: where it went, and by which connection (0 for none). */
type AttemptText = (host: HostDescription, connectionId: number) => string;

/** By operator: what it lists of each attempt. */
export const ATTEMPT_TEXTS: Readonly<Record<string, AttemptText>> = {
  UPSTREAM_HOSTS_ATTEMPTED: (host) => host.addressText,
  UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT: (host) => withoutPort(host.addressText),
  UPSTREAM_HOST_NAMES_ATTEMPTED: (host) => hostName(host),
  UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT: (host) => withoutPort(hostName(host)),
  UPSTREAM_CONNECTION_IDS_ATTEMPTED: (_host, connectionId) => (connectionId === 0 ? "" : String(connectionId)),
};

/** `%UPSTREAM_HOSTS_ATTEMPTED%` and its kin: all attempts in their order, comma-joined. */
export class AttemptsOperator implements Operator {
  readonly numeric = false;
  private readonly textOf: AttemptText;

  constructor(textOf: AttemptText) {
    this.textOf = textOf;
  }

  format(context: LogContext): string | null {
    const info: StreamInfo = context.streamInfo;
    const earlier = info.earlierAttempts;
    let text = "";
    if (earlier !== null) {
      for (const { host, connectionId } of earlier) text = joined(text, this.textOf(host, connectionId));
    }
    if (info.upstreamHost !== null) text = joined(text, this.textOf(info.upstreamHost, info.upstreamConnectionId));
    return text === "" ? null : text;
  }
}

function joined(before: string, text: string): string {
  return before === "" || text === "" ? before + text : `${before},${text}`;
}
