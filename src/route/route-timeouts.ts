import type { ForwardActionConfig } from "./route-action-config.js";

/** Limits of one attempt, milliseconds; 0 is no limit. */
export interface PerTryTimeouts {
  readonly timeoutMs: number;
  /** Between two pieces of the response, and before the first. */
  readonly idleTimeoutMs: number;
}

/** The limits of a request in the router. Milliseconds; 0 is no limit. */
export interface RequestTimeouts {
  /** From the complete request to the complete response, over all attempts. */
  readonly globalMs: number;
  /** Of each attempt; null for none, which most requests have. */
  readonly perTry: PerTryTimeouts | null;
  /** A try that takes too long goes on beside the next. */
  readonly hedge: boolean;
  /** A timeout is answered by 204 and not by 504. */
  readonly alternative: boolean;
  /** How long one stream to the upstream may last; null leaves it to the cluster. */
  readonly streamDurationMs: number | null;
}

/** The limits that a route sets: made once, for all requests that set none themselves. */
export function routeTimeouts(action: ForwardActionConfig): RequestTimeouts {
  const { retryPolicy: policy, hedgeOnPerTryTimeout } = action;
  // The duration of the stream takes the place of the timeout.
  const timeoutMs = action.maxStreamDuration === null ? action.timeoutMs : 0;
  const perTryMs = policy === null ? 0 : policy.perTryTimeoutMs;
  return timeoutsOf(
    timeoutMs,
    perTryMs,
    policy === null ? 0 : policy.perTryIdleTimeoutMs,
    hedgeOnPerTryTimeout,
    false,
    null,
  );
}

/** Puts limits together. A try cannot outlive the whole: a limit for it that is not below the whole's is none. */
export function timeoutsOf(
  globalMs: number,
  perTryMs: number,
  idleTimeoutMs: number,
  hedge: boolean,
  alternative: boolean,
  streamDurationMs: number | null,
): RequestTimeouts {
  const timeoutMs = globalMs > 0 && perTryMs >= globalMs ? 0 : perTryMs;
  const perTry = timeoutMs === 0 && idleTimeoutMs === 0 ? null : { timeoutMs, idleTimeoutMs };
  return { globalMs, perTry, hedge, alternative, streamDurationMs };
}
