/*
 * RFC 9110 6.5.1: what must not come as a trailer, because a recipient needs it before the content, or because whoever
 * merges trailers into the header section would be told afterwards that the message was another one.
 */
const FORBIDDEN = new Set([
  // Framing and the connection.
  "content-length",
  "transfer-encoding",
  "trailer",
  "te",
  "connection",
  "keep-alive",
  "proxy-connection",
  "upgrade",
  "http2-settings",
  // Routing, and what proxies say of the client.
  "host",
  "forwarded",
  "via",
  "x-real-ip",
  // Request modifiers.
  "cache-control",
  "expect",
  "max-forwards",
  "pragma",
  "range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  // Authentication.
  "authorization",
  "proxy-authorization",
  "proxy-authenticate",
  "proxy-authentication-info",
  "www-authenticate",
  "authentication-info",
  "cookie",
  "set-cookie",
  // Response control data.
  "age",
  "date",
  "expires",
  "location",
  "retry-after",
  "vary",
  "warning",
  // How to read the content.
  "content-encoding",
  "content-range",
  "content-type",
]);

/** True for a field that is dropped where it comes as a trailer. @param name canonical */
export function isForbiddenTrailer(name: string): boolean {
  return FORBIDDEN.has(name) || name.startsWith("x-forwarded-") || name.startsWith("x-envoy-");
}
