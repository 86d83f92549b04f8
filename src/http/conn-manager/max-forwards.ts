import type { LocalReply } from "../filter/filter.js";
import { emptyReply } from "../filter/local-reply.js";
import type { HeaderMap } from "../headers/header-map.js";

/** What RFC 9110 15.5.6 asks of a 405. */
const ALLOW: readonly string[] = ["allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"];
const DETAILS = "max_forwards_reached";
const COUNT = /^\d{1,9}$/;

/**
 * RFC 9110 7.6.2: OPTIONS and TRACE may say how many more hops they want to take. The last one answers them itself, any
 * other passes on one less. A value that is no number is nothing that could be counted down, and stays.
 */
export function countForward(headers: HeaderMap): LocalReply | null {
  const { method } = headers;
  if (method !== "OPTIONS" && method !== "TRACE") return null;
  const left = headers.get("max-forwards");
  if (left === null || !COUNT.test(left)) return null;
  if (Number(left) > 0) {
    headers.set("max-forwards", String(Number(left) - 1));
    return null;
  }
  // 9.3.8: to reflect a request would show its sender what hops before this one added to it.
  return method === "OPTIONS" ? emptyReply(200, DETAILS) : { status: 405, body: "", details: DETAILS, headers: ALLOW };
}
