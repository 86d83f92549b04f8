import { hasEnvoyHeader } from "../headers/envoy-header.js";
import type { HeaderMap } from "../headers/header-map.js";

/** Only a caller that is trusted as internal may set these. */
const INTERNAL_ONLY = [
  "x-envoy-retriable-status-codes",
  "x-envoy-retriable-header-names",
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-max-retries",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-force-trace",
  "x-envoy-ip-tags",
  "x-envoy-original-url",
  "x-envoy-hedge-on-per-try-timeout",
];

/** A client at the edge may not set these either. */
const NOT_FROM_EDGE = [
  "x-envoy-decorator-operation",
  "x-envoy-downstream-service-cluster",
  "x-envoy-downstream-service-node",
  "x-envoy-original-path",
  "x-envoy-original-host",
];

/**
 * Takes from a request what its sender may not claim.
 * @param edge the client is nobody's proxy: we are the first to see the request
 * @param internalOnly `internal_only_headers` of the route configuration, lower case
 */
export function stripInternalHeaders(headers: HeaderMap, edge: boolean, internalOnly: readonly string[]): void {
  if (hasEnvoyHeader(headers)) stripEnvoyHeaders(headers, edge);
  for (let i = 0; i < internalOnly.length; i++) headers.remove(internalOnly[i] as string);
}

function stripEnvoyHeaders(headers: HeaderMap, edge: boolean): void {
  headers.remove("x-envoy-internal");
  for (const name of INTERNAL_ONLY) headers.remove(name);
  if (!edge) return;
  for (const name of NOT_FROM_EDGE) headers.remove(name);
}
