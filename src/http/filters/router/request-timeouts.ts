import type { ForwardAction } from "../../../route/forward-action.js";
import { grpcTimeoutText } from "../../../route/grpc-timeout.js";
import { type RequestTimeouts, timeoutsOf } from "../../../route/route-timeouts.js";
import { isGrpcRequest } from "../../headers/grpc-request.js";
import type { HeaderMap } from "../../headers/header-map.js";
import type { TimeoutDirectives } from "./request-directives.js";

/** The limits of a request: those of its route, unless it asks for its own. */
export function requestTimeouts(
  action: ForwardAction,
  headers: HeaderMap,
  directives: TimeoutDirectives | null,
  respectExpected: boolean,
): RequestTimeouts {
  const grpcMs = action.grpcTimeoutMs(headers);
  if (directives === null && grpcMs === null) return action.timeouts;
  const { retryPolicy, hedgeOnPerTryTimeout } = action.config;
  const expectedMs = respectExpected && directives !== null ? directives.expectedTimeoutMs : null;
  return timeoutsOf(
    expectedMs ?? directives?.timeoutMs ?? grpcMs ?? action.timeouts.globalMs,
    directives?.perTryTimeoutMs ?? retryPolicy?.perTryTimeoutMs ?? 0,
    retryPolicy?.perTryIdleTimeoutMs ?? 0,
    directives?.hedgeOnPerTryTimeout ?? hedgeOnPerTryTimeout,
    directives?.timeoutAlternative ?? false,
    directives?.streamDurationMs ?? null,
  );
}

/**
 * Tells the upstream what it may count on, in `x-envoy-expected-rq-timeout-ms`, and in `grpc-timeout` where the route
 * limits that.
 * @param elapsedMs since the request was complete
 */
export function announceTimeout(
  headers: HeaderMap,
  timeouts: RequestTimeouts,
  action: ForwardAction,
  elapsedMs: number,
  suppressEnvoyHeaders: boolean,
): void {
  const expectedMs = expectedTimeoutMs(timeouts, elapsedMs);
  if (expectedMs === 0) return;
  if (!suppressEnvoyHeaders) headers.set("x-envoy-expected-rq-timeout-ms", timeoutText(expectedMs));
  if (action.limitsGrpcTimeout && isGrpcRequest(headers)) headers.set("grpc-timeout", grpcTimeoutText(expectedMs));
}

/** The time of a try, but no more than what is left of the whole: 1 when nothing is, since 0 is no limit. */
function expectedTimeoutMs(timeouts: RequestTimeouts, elapsedMs: number): number {
  const { globalMs, perTry, hedge } = timeouts;
  // A hedged try may go on until the end.
  const tryMs = perTry === null || hedge ? 0 : perTry.timeoutMs;
  const leftMs = globalMs === 0 ? 0 : Math.max(1, Math.ceil(globalMs - elapsedMs));
  return tryMs === 0 || leftMs === 0 ? tryMs + leftMs : Math.min(tryMs, leftMs);
}

/** Most routes have the default timeout: its text is made once. */
const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_TIMEOUT_TEXT = "15000";

function timeoutText(timeoutMs: number): string {
  return timeoutMs === DEFAULT_TIMEOUT_MS ? DEFAULT_TIMEOUT_TEXT : String(timeoutMs);
}
