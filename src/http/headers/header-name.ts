import { isUpperCode } from "./header-syntax.js";

/*
 * Field names that the proxy or most messages use. Whatever their spelling on the wire, they become one lower-case string,
 * so that later comparisons are of the same object.
 */
const KNOWN_NAMES =
  "accept accept-charset accept-encoding accept-language accept-ranges access-control-allow-credentials " +
  "access-control-allow-headers access-control-allow-methods access-control-allow-origin access-control-expose-headers " +
  "access-control-max-age access-control-request-headers access-control-request-method age allow alt-svc authorization " +
  "cache-control connection content-disposition content-encoding content-language content-length content-location " +
  "content-range content-security-policy content-type cookie date dnt etag expect expires forwarded from host " +
  "if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive last-modified link location " +
  "max-forwards origin pragma priority proxy-authenticate proxy-authorization proxy-connection range referer " +
  "refresh retry-after sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site " +
  "sec-fetch-user sec-websocket-accept sec-websocket-extensions sec-websocket-key sec-websocket-protocol " +
  "sec-websocket-version server set-cookie strict-transport-security te trailer transfer-encoding upgrade " +
  "upgrade-insecure-requests user-agent vary via warning www-authenticate x-content-type-options x-forwarded-for " +
  "x-forwarded-host x-forwarded-port x-forwarded-proto x-frame-options x-powered-by x-real-ip x-request-id " +
  "x-envoy-upstream-service-time x-envoy-expected-rq-timeout-ms x-envoy-attempt-count x-envoy-internal " +
  "x-envoy-external-address x-envoy-original-path x-b3-traceid x-b3-spanid x-b3-sampled traceparent tracestate";

/** A bit that lower-case letters have and capitals lack; digits and the hyphen have it too. */
const LOWER = 0x20;

/** A power of two, so large that few names share a slot. */
const SLOTS = 1024;

/** The names by a hash of their length and three of their characters; one that finds its slot taken goes to the next. */
const NAMES: string[] = new Array<string>(SLOTS).fill("");
for (const name of internalized(KNOWN_NAMES.split(" "))) {
  const bytes = Buffer.from(name, "latin1");
  let slot = slotOf(bytes, 0, bytes.length);
  while (NAMES[slot] !== "") slot = (slot + 1) % SLOTS;
  NAMES[slot] = name;
}

/**
 * The lower-case form of a well-known field name, whatever its spelling in these bytes; null for others. No string is made
 * of the bytes, and the result is the same object each time (`bench/micro/http/codec/http1/head-parser.ts`). The table is
 * fixed at start: what peers send never makes it grow.
 *
 * @param bytes from `start` to `end` a valid token (RFC 9110 5.6.2)
 */
export function knownHeaderName(bytes: Uint8Array, start: number, end: number): string | null {
  const length = end - start;
  if (length === 0) return null;
  for (let slot = slotOf(bytes, start, end); NAMES[slot] !== ""; slot = (slot + 1) % SLOTS) {
    const name = NAMES[slot] as string;
    if (name.length === length && isSpelledBy(name, bytes, start)) return name;
  }
  return null;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const first = (bytes[start] as number) | LOWER;
  const last = (bytes[end - 1] as number) | LOWER;
  const middle = (bytes[(start + end) >> 1] as number) | LOWER;
  return (first + last * 7 + middle * 31 + (end - start) * 127) % SLOTS;
}

/** Names have letters, digits and hyphens; of the bytes of a token only these become one of them with the bit set. */
function isSpelledBy(name: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < name.length; i++) {
    if (((bytes[start + i] as number) | LOWER) !== name.charCodeAt(i)) return false;
  }
  return true;
}

/** V8 keeps one string of each property's name, and compares those by their address alone. */
function internalized(names: readonly string[]): string[] {
  return Object.keys(Object.fromEntries(names.map((name) => [name, true])));
}

/** The lower-case form of a field name, host or option: itself, where it is in lower case already. */
export function lowerCase(text: string): string {
  for (let i = 0; i < text.length; i++) if (isUpperCode(text.charCodeAt(i))) return text.toLowerCase();
  return text;
}
