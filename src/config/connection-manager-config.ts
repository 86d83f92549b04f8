import type {
  Http1ProtocolOptions,
  HttpProtocolOptions,
  SchemeHeaderTransformation,
} from "../gen/envoy/config/core/v3/protocol_pb.js";
import type {
  HttpConnectionManager,
  HttpConnectionManager_InternalAddressConfig,
  HttpConnectionManager_Tracing as Tracing,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { UnderscoresAction } from "../http/codec/http1/parser-settings.js";
import type {
  CodecType,
  ConnectionManagerConfig,
  ServerHeaderTransformation,
} from "../http/conn-manager/connection-manager-config.js";
import type { RouteConfig } from "../route/route-config.js";
import { ACCESS_LOG_FIELDS, convertAccessLogs } from "./access-log-config.js";
import { ACCESS_LOG_OPTION_FIELDS, convertAccessLogOptions } from "./access-log-options.js";
import { CIDR_RANGE_FIELDS } from "./address-config.js";
import {
  CERT_DETAILS_FIELDS,
  CLIENT_CERT_MATCHER_FIELDS,
  convertHeaderMutation,
  FORWARD_PROTO_FIELDS,
  REQUEST_ID_FIELDS,
} from "./connection-manager-headers.js";
import { convertHostNormalization, convertPathNormalization } from "./connection-manager-normalization.js";
import { convertTimeouts } from "./connection-manager-timeouts.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertEarlyHeaderMutations, EARLY_MUTATION_FIELDS } from "./early-header-mutation-config.js";
import { convertHeaderCase, HEADER_CASE_FIELDS } from "./header-case.js";
import { convertHttpFilters, HTTP_FILTER_FIELDS } from "./http-filter-config.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertLocalReplies, LOCAL_REPLY_FIELDS } from "./local-reply-config.js";
import { ORIGINAL_IP_DETECTION_FIELDS } from "./original-ip-detection.js";
import { convertProxyStatus, PROXY_STATUS_FIELDS } from "./proxy-status-config.js";
import { convertRouteConfig, ROUTE_CONFIGURATION_FIELDS } from "./route-config.js";
import { convertScopedRoutes, SCOPED_ROUTES_FIELDS } from "./scoped-routes.js";
import { convertStringMatcher, STRING_MATCHER_FIELDS } from "./string-matcher.js";
import { convertUpgrades, UPGRADE_FIELDS } from "./upgrade-config.js";

/** Envoy says `envoy`; the header tells who answered. */
const DEFAULT_SERVER_NAME = "sluice";
const DEFAULT_MAX_REQUEST_HEADERS_KB = 60;
const DEFAULT_MAX_HEADERS_COUNT = 100;

const CODEC_TYPES: Readonly<Record<string, CodecType>> = { AUTO: "auto", HTTP1: "http1" };
const SERVER_HEADERS: Readonly<Record<string, ServerHeaderTransformation>> = {
  OVERWRITE: "overwrite",
  APPEND_IF_ABSENT: "appendIfAbsent",
  PASS_THROUGH: "passThrough",
};

const COMMON_FIELDS = implemented<HttpProtocolOptions>("envoy.config.core.v3.HttpProtocolOptions", {
  idle_timeout: true,
  max_connection_duration: true,
  max_headers_count: true,
  max_stream_duration: true,
  max_requests_per_connection: true,
  headers_with_underscores_action: true,
});

const HTTP1_FIELDS = implemented<Http1ProtocolOptions>("envoy.config.core.v3.Http1ProtocolOptions", {
  accept_http_10: true,
  default_host_for_http_10: true,
  enable_trailers: true,
  allow_absolute_url: true,
  allow_chunked_length: true,
  header_key_format: HEADER_CASE_FIELDS,
  override_stream_error_on_invalid_http_message: true,
  // Every method that is a token passes.
  allow_custom_methods: true,
  ignore_http_11_upgrade: STRING_MATCHER_FIELDS,
});

const INTERNAL_ADDRESS_FIELDS = implemented<HttpConnectionManager_InternalAddressConfig>(
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig",
  { unix_sockets: true, cidr_ranges: CIDR_RANGE_FIELDS },
);

const SCHEME_FIELDS = implemented<SchemeHeaderTransformation>("envoy.config.core.v3.SchemeHeaderTransformation", {
  scheme_to_overwrite: true,
});

export const CONNECTION_MANAGER_FIELDS: MessageTable<HttpConnectionManager["$typeName"]> =
  implemented<HttpConnectionManager>(
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    {
      codec_type: true,
      stat_prefix: true,
      route_config: ROUTE_CONFIGURATION_FIELDS,
      // The converter warns about it.
      rds: true,
      scoped_routes: SCOPED_ROUTES_FIELDS,
      http_filters: HTTP_FILTER_FIELDS,
      // No spans are made, but operations are told.
      tracing: implemented<Tracing>(
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing",
        {},
      ),
      upgrade_configs: UPGRADE_FIELDS,
      common_http_protocol_options: COMMON_FIELDS,
      http_protocol_options: HTTP1_FIELDS,
      server_name: true,
      server_header_transformation: true,
      max_request_headers_kb: true,
      stream_idle_timeout: true,
      request_timeout: true,
      request_headers_timeout: true,
      drain_timeout: true,
      delayed_close_timeout: true,
      access_log: ACCESS_LOG_FIELDS,
      access_log_options: ACCESS_LOG_OPTION_FIELDS,
      // What these two say stands in `access_log_options` today.
      access_log_flush_interval: true,
      flush_access_log_on_new_request: true,
      local_reply_config: LOCAL_REPLY_FIELDS,
      use_remote_address: true,
      xff_num_trusted_hops: true,
      original_ip_detection_extensions: ORIGINAL_IP_DETECTION_FIELDS,
      internal_address_config: INTERNAL_ADDRESS_FIELDS,
      skip_xff_append: true,
      represent_ipv4_remote_address_as_ipv4_mapped_ipv6: true,
      append_x_forwarded_port: true,
      scheme_header_transformation: SCHEME_FIELDS,
      forward_proto_config: FORWARD_PROTO_FIELDS,
      add_user_agent: true,
      forward_client_cert_details: true,
      forward_client_cert_matcher: CLIENT_CERT_MATCHER_FIELDS,
      set_current_client_cert_details: CERT_DETAILS_FIELDS,
      request_id_extension: REQUEST_ID_FIELDS,
      via: true,
      normalize_path: true,
      merge_slashes: true,
      path_with_escaped_slashes_action: true,
      strip_matching_host_port: true,
      strip_any_host_port: true,
      strip_trailing_host_dot: true,
      generate_request_id: true,
      preserve_external_request_id: true,
      always_set_request_id_in_response: true,
      proxy_100_continue: true,
      append_local_overload: true,
      http1_safe_max_connection_duration: true,
      // HTTP/1 has no window that a client could keep closed.
      stream_flush_timeout: true,
      early_header_mutation_extensions: EARLY_MUTATION_FIELDS,
      proxy_status_config: PROXY_STATUS_FIELDS,
      stream_error_on_invalid_http_message: true,
    },
  );

/** `HttpConnectionManager` with Envoy's defaults. */
export function convertConnectionManager(
  message: HttpConnectionManager,
  context: ConversionContext,
): ConnectionManagerConfig | null {
  const codecName = context.enumName(message, "codecType");
  const codecType = CODEC_TYPES[codecName];
  if (codecType === undefined) context.notImplemented(message, "codecType", codecName);
  const serverHeaderTransformation = SERVER_HEADERS[context.enumName(message, "serverHeaderTransformation")];
  context.leftOutFilters.clear();
  const httpFilters = convertHttpFilters(message, context);
  const upgrades = convertUpgrades(message, context);
  // After the filters, of which some may not be enabled by a route.
  const routeConfig = convertRoutes(message, context);
  const timeouts = convertTimeouts(message, context);
  const accessLogs = convertAccessLogs(message.accessLog, context);
  const headers = convertHeaderMutation(message, context);
  if (codecType === undefined || serverHeaderTransformation === undefined || routeConfig === null) return null;
  const common = message.commonHttpProtocolOptions;
  const http1 = message.httpProtocolOptions;
  return {
    statPrefix: message.statPrefix,
    codecType,
    routeConfig,
    scopedRoutes:
      message.routeSpecifier.case === "scopedRoutes"
        ? convertScopedRoutes(message.routeSpecifier.value, context)
        : null,
    httpFilters,
    upgrades,
    accessLogs,
    ...convertAccessLogOptions(message, context),
    localReplies: convertLocalReplies(message.localReplyConfig, context),
    serverName: message.serverName === "" ? DEFAULT_SERVER_NAME : message.serverName,
    serverHeaderTransformation,
    pathNormalization: convertPathNormalization(message, context),
    hostNormalization: convertHostNormalization(message, context),
    safeMaxConnectionDuration: message.http1SafeMaxConnectionDuration,
    earlyHeaderMutations: convertEarlyHeaderMutations(message, context),
    proxyStatus: convertProxyStatus(message, context.nodeId),
    appendLocalOverload: message.appendLocalOverload,
    proxy100Continue: message.proxy100Continue,
    isTraced: message.tracing !== undefined,
    acceptHttp10: http1?.acceptHttp10 ?? false,
    defaultHostForHttp10: http1?.defaultHostForHttp10 ?? "",
    enableTrailers: http1?.enableTrailers ?? false,
    headersWithUnderscores: common === undefined ? "allow" : convertUnderscores(common, context),
    allowChunkedLength: http1?.allowChunkedLength ?? false,
    allowAbsoluteUrl: http1?.allowAbsoluteUrl ?? true,
    ignoredUpgrades: (http1?.ignoreHttp11Upgrade ?? []).flatMap(
      (matcher) => convertStringMatcher(matcher, context) ?? [],
    ),
    headerCase: convertHeaderCase(http1, context),
    streamErrorOnInvalidMessage:
      http1?.overrideStreamErrorOnInvalidHttpMessage ?? message.streamErrorOnInvalidHttpMessage ?? false,
    maxRequestHeadersKb: message.maxRequestHeadersKb ?? DEFAULT_MAX_REQUEST_HEADERS_KB,
    maxHeadersCount: common?.maxHeadersCount ?? DEFAULT_MAX_HEADERS_COUNT,
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? 0,
    ...headers,
    ...timeouts,
  };
}

const UNDERSCORES: Readonly<Record<string, UnderscoresAction>> = {
  ALLOW: "allow",
  REJECT_REQUEST: "reject",
  DROP_HEADER: "drop",
};

function convertUnderscores(message: HttpProtocolOptions, context: ConversionContext): UnderscoresAction {
  const name = context.enumName(message, "headersWithUnderscoresAction");
  const action = UNDERSCORES[name];
  if (action !== undefined) return action;
  context.error(message, "headersWithUnderscoresAction", `${name} is no action`);
  return "reject";
}

/** What a listener of Envoy's does too until its routes have come. */
const NO_ROUTES = "is known but not implemented by Sluice yet: every request gets a 404";
const EMPTY_ROUTES = {
  virtualHosts: [],
  ignorePortInHostMatching: false,
  hostHeader: "",
  ignorePathParameters: false,
  mostSpecificHeaderMutationsWins: false,
  headerRules: null,
  filterOverrides: [],
};

function convertRoutes(message: HttpConnectionManager, context: ConversionContext): RouteConfig | null {
  const { routeSpecifier: routes } = message;
  switch (routes.case) {
    case "routeConfig":
      return convertRouteConfig(routes.value, context);
    case "rds":
      context.noEffect(message, "rds", `discovery of routes (RDS) ${NO_ROUTES}`);
      return { ...EMPTY_ROUTES, name: routes.value.routeConfigName };
    case "scopedRoutes":
      return { ...EMPTY_ROUTES, name: routes.value.name };
    case undefined:
      // Required by the proto's own constraints.
      return null;
  }
}
