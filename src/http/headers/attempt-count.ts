import type { HeaderMap } from "./header-map.js";

/** `x-envoy-attempt-count`: how often a request has been sent upstream; nothing when it never was. */
export function setAttemptCount(headers: HeaderMap, count: number): void {
  if (count > 0) headers.set("x-envoy-attempt-count", String(count));
}
