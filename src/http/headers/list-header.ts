/*
 * Envoy keeps one value of the headers that it knows by heart and joins what is added to them, where headers that it
 * does not know are repeated.
 */
const LIST_HEADERS: ReadonlySet<string> = new Set(
  (
    "accept accept-encoding access-control-request-headers access-control-request-method access-control-allow-headers " +
    "access-control-allow-methods access-control-allow-origin access-control-expose-headers access-control-max-age " +
    "access-control-allow-credentials authentication authorization cache-control cache-status cdn-loop client-trace-id " +
    "connection content-encoding content-length content-type cookie date etag expect expires forwarded " +
    "grpc-accept-encoding grpc-message grpc-status grpc-timeout if-match if-modified-since if-none-match if-range " +
    "if-unmodified-since keep-alive last-modified location origin pragma proxy-connection proxy-status referer " +
    "server te transfer-encoding upgrade user-agent vary via x-forwarded-client-cert x-forwarded-for x-forwarded-host " +
    "x-forwarded-port x-forwarded-proto x-request-id x-envoy-attempt-count x-envoy-decorator-operation " +
    "x-envoy-downstream-service-cluster x-envoy-downstream-service-node x-envoy-expected-rq-timeout-ms " +
    "x-envoy-external-address x-envoy-internal x-envoy-max-retries x-envoy-original-path x-envoy-original-url " +
    "x-envoy-retry-on x-envoy-upstream-rq-timeout-ms x-envoy-upstream-service-time"
  ).split(" "),
);

/** What is added to the header is joined to the value that is there. */
export function isListHeader(name: string): boolean {
  return LIST_HEADERS.has(name);
}

/** RFC 6265 5.4 for cookies, RFC 9110 5.3 for everything else. */
export function listSeparator(name: string): string {
  return name === "cookie" ? "; " : ",";
}
