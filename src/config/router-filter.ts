import type { Router } from "../gen/envoy/extensions/filters/http/router/v3/router_pb.js";
import { CHECKED_HEADERS } from "../http/filters/router/request-directives.js";
import type { RouterConfig } from "../http/filters/router/router-filter.js";
import { ACCESS_LOG_FIELDS, convertAccessLogs } from "./access-log-config.js";
import { extension } from "./extension.js";
import type { HttpFilterExtension } from "./http-filter-registry.js";
import { implemented } from "./implemented-fields.js";

const ROUTER_FIELDS = implemented<Router>("envoy.extensions.filters.http.router.v3.Router", {
  suppress_envoy_headers: true,
  strict_check_headers: true,
  respect_expected_rq_timeout: true,
  dynamic_stats: true,
  suppress_grpc_request_failure_code_stats: true,
  upstream_log: ACCESS_LOG_FIELDS,
});

/** Forwards requests upstream; ends every chain of HTTP filters. */
export const ROUTER_FILTER: HttpFilterExtension = {
  ...extension<Router, RouterConfig>("envoy.filters.http.router", ROUTER_FIELDS, (message, context) => ({
    suppressEnvoyHeaders: message.suppressEnvoyHeaders,
    strictCheckHeaders: CHECKED_HEADERS.filter((name) => message.strictCheckHeaders.includes(name)),
    respectExpectedRqTimeout: message.respectExpectedRqTimeout,
    dynamicStats: message.dynamicStats ?? true,
    suppressGrpcCodeStats: message.suppressGrpcRequestFailureCodeStats,
    upstreamLogs: convertAccessLogs(message.upstreamLog, context),
  })),
  isTerminal: true,
  routeConfig: null,
};
