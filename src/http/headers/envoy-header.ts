import type { HeaderMap } from "./header-map.js";

/** Whether a message has any `x-envoy-*` field. Most have none: one look instead of a search for each of their names. */
export function hasEnvoyHeader(headers: HeaderMap): boolean {
  for (let i = 0; i < headers.size; i++) if (headers.nameAt(i).startsWith("x-envoy-")) return true;
  return false;
}
