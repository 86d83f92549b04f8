import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import type { StreamTimeout } from "./stream-timeouts.js";

/** How long a head may take, from its first byte on, and by which limit. */
export interface HeadTimeout {
  readonly timeoutMs: number;
  readonly limit: StreamTimeout;
}

/**
 * The shortest of the limits that run while a head arrives: what is for the whole request is for its head, too. Null when
 * there is none.
 */
export function headTimeout(config: ConnectionManagerConfig): HeadTimeout | null {
  let shortest: HeadTimeout | null = null;
  for (const candidate of [
    { limit: "headers", timeoutMs: config.requestHeadersTimeoutMs },
    { limit: "request", timeoutMs: config.requestTimeoutMs },
    { limit: "duration", timeoutMs: config.maxStreamDurationMs },
    { limit: "idle", timeoutMs: config.streamIdleTimeoutMs },
  ] as const) {
    if (candidate.timeoutMs === 0) continue;
    if (shortest === null || candidate.timeoutMs < shortest.timeoutMs) shortest = candidate;
  }
  return shortest;
}
