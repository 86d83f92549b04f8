import { isUpperCode } from "./header-syntax.js";

/*
 * Field names that the proxy or most messages use. Their spellings on the wire (as here, and Train-Case as browsers and
 * servers write them) map to one lower-case string, so that later comparisons are of the same object.
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

/** Wire spelling to canonical name. Fixed at start: what peers send never makes it grow. */
const SPELLINGS = new Map<string, string>();
for (const name of KNOWN_NAMES.split(" ")) {
  SPELLINGS.set(name, name);
  SPELLINGS.set(trainCase(name), name);
}

/** The lower-case form of a field name that is a valid token; the same string object for well-known names. */
export function canonicalHeaderName(wireName: string): string {
  const known = SPELLINGS.get(wireName);
  if (known !== undefined) return known;
  for (let i = 0; i < wireName.length; i++) if (isUpperCode(wireName.charCodeAt(i))) return wireName.toLowerCase();
  return wireName;
}

function trainCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}
