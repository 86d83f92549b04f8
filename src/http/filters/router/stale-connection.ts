import type { Staleness } from "../../../upstream/pool/active-client.js";
import type { ResetReason } from "../../codec/reset-reason.js";

const IDEMPOTENT_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

/**
 * RFC 9112 9.3.1: whether a request whose connection closed at the moment of its reuse, without one byte of a response,
 * may be sent once more: always when the connection closed before anything was sent, else when it is idempotent.
 */
export function isStaleClose(reason: ResetReason, staleness: Staleness, method: string): boolean {
  return reason === "connection termination" && mayBeRepeated(staleness, method);
}

/** RFC 9110 9.2.2: to do it twice is as good as to do it once. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT_METHODS.includes(method);
}

/** Whether a close of its connection now would be one that is mended by sending the request once more. */
export function mayBeRepeated(staleness: Staleness, method: string): boolean {
  return staleness === "unsent" || (staleness === "unanswered" && isIdempotent(method));
}
