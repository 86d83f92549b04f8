/*
 * What to use instead of what Envoy's API marks as deprecated, by the full name of the field or of the value. Which ones
 * are deprecated the descriptors say; one without an entry here is reported without a proposal.
 */

const TYPED_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
const IN_TYPED_OPTIONS = (field: string) =>
  `use \`${field}\` of ${TYPED_OPTIONS} in \`typed_extension_protocol_options\``;
const RESOLVER = "use `typed_dns_resolver_config`";
const CORS_FILTER = "use `typed_per_filter_config` with envoy.extensions.filters.http.cors.v3.CorsPolicy";
const REDIRECT_POLICY = "use `internal_redirect_policy`";
const LOG_FORMAT = "use `log_format`";
const CONSISTENT_HASHING = "use `consistent_hashing_lb_config`";

const HINTS: Readonly<Record<string, string>> = {
  "envoy.config.bootstrap.v3.Admin.access_log_path": "use `access_log` with envoy.access_loggers.file",
  "envoy.config.bootstrap.v3.Bootstrap.dns_resolution_config": RESOLVER,
  "envoy.config.bootstrap.v3.Bootstrap.tracing": "use `tracing` of the HTTP connection manager",
  "envoy.config.bootstrap.v3.Bootstrap.use_tcp_for_dns_lookups": RESOLVER,
  "envoy.config.bootstrap.v3.Bootstrap.watchdog": "use `watchdogs`",
  "envoy.config.cluster.v3.Cluster.common_http_protocol_options": IN_TYPED_OPTIONS("common_http_protocol_options"),
  "envoy.config.cluster.v3.Cluster.dns_resolution_config": RESOLVER,
  "envoy.config.cluster.v3.Cluster.dns_resolvers": RESOLVER,
  "envoy.config.cluster.v3.Cluster.http2_protocol_options": IN_TYPED_OPTIONS("explicit_http_config"),
  "envoy.config.cluster.v3.Cluster.http_protocol_options": IN_TYPED_OPTIONS("explicit_http_config"),
  "envoy.config.cluster.v3.Cluster.max_requests_per_connection": IN_TYPED_OPTIONS("common_http_protocol_options"),
  "envoy.config.cluster.v3.Cluster.protocol_selection": IN_TYPED_OPTIONS("use_downstream_protocol_config"),
  "envoy.config.cluster.v3.Cluster.track_timeout_budgets": "use `track_cluster_stats.timeout_budgets`",
  "envoy.config.cluster.v3.Cluster.upstream_http_protocol_options": IN_TYPED_OPTIONS("upstream_http_protocol_options"),
  "envoy.config.cluster.v3.Cluster.use_tcp_for_dns_lookups": RESOLVER,
  "envoy.config.core.v3.ApiVersion.V2": "use `V3`: the v2 API was removed from Envoy in 2021",
  "envoy.config.core.v3.BindConfig.additional_source_addresses": "use `extra_source_addresses`",
  "envoy.config.core.v3.ConfigSource.path": "use `path_config_source: { path: ... }`",
  "envoy.config.core.v3.HeaderValueOption.append":
    "use `append_action`: APPEND_IF_EXISTS_OR_ADD for true, OVERWRITE_IF_EXISTS_OR_ADD for false",
  "envoy.config.core.v3.HealthCheck.event_log_path": "use `event_logger`",
  "envoy.config.core.v3.Http1ProtocolOptions.use_balsa_parser": "leave it out",
  "envoy.config.core.v3.Http2ProtocolOptions.stream_error_on_invalid_http_messaging":
    "use `override_stream_error_on_invalid_http_message`",
  "envoy.config.core.v3.JsonFormatOptions.sort_properties": "leave it out: properties are always sorted",
  "envoy.config.core.v3.KeyValueAppend.entry": "use `record`",
  "envoy.config.core.v3.SubstitutionFormatString.text_format": "use `text_format_source: { inline_string: ... }`",
  "envoy.config.listener.v3.FilterChain.use_proxy_proto":
    "use the listener filter envoy.filters.listener.proxy_protocol",
  "envoy.config.listener.v3.Listener.deprecated_v1": "use `bind_to_port`",
  "envoy.config.listener.v3.Listener.reuse_port": "use `enable_reuse_port`",
  "envoy.config.rbac.v3.Permission.metadata": "use `sourced_metadata`",
  "envoy.config.rbac.v3.Principal.metadata": "use `sourced_metadata`",
  "envoy.config.rbac.v3.Principal.source_ip": "use `direct_remote_ip` or `remote_ip`",
  "envoy.config.route.v3.HeaderMatcher.contains_match": "use `string_match: { contains: ... }`",
  "envoy.config.route.v3.HeaderMatcher.exact_match": "use `string_match: { exact: ... }`",
  "envoy.config.route.v3.HeaderMatcher.prefix_match": "use `string_match: { prefix: ... }`",
  "envoy.config.route.v3.HeaderMatcher.safe_regex_match": "use `string_match: { safe_regex: { regex: ... } }`",
  "envoy.config.route.v3.HeaderMatcher.suffix_match": "use `string_match: { suffix: ... }`",
  "envoy.config.route.v3.RateLimit.Action.dynamic_metadata": "use `metadata`",
  "envoy.config.route.v3.Route.per_request_buffer_limit_bytes": "use `request_body_buffer_limit`",
  "envoy.config.route.v3.RouteAction.cors": CORS_FILTER,
  "envoy.config.route.v3.RouteAction.grpc_timeout_offset": "use `max_stream_duration.grpc_timeout_header_offset`",
  "envoy.config.route.v3.RouteAction.include_vh_rate_limits": "use `vh_rate_limits` of the rate limit filter",
  "envoy.config.route.v3.RouteAction.internal_redirect_action": REDIRECT_POLICY,
  "envoy.config.route.v3.RouteAction.max_grpc_timeout": "use `max_stream_duration.grpc_timeout_header_max`",
  "envoy.config.route.v3.RouteAction.max_internal_redirects": REDIRECT_POLICY,
  "envoy.config.route.v3.VirtualHost.cors": CORS_FILTER,
  "envoy.config.route.v3.VirtualHost.per_request_buffer_limit_bytes": "use `request_body_buffer_limit`",
  "envoy.config.route.v3.WeightedCluster.total_weight": "leave it out: the total is the sum of the weights",
  "envoy.extensions.access_loggers.file.v3.FileAccessLog.format": LOG_FORMAT,
  "envoy.extensions.access_loggers.file.v3.FileAccessLog.json_format": LOG_FORMAT,
  "envoy.extensions.access_loggers.file.v3.FileAccessLog.typed_json_format": LOG_FORMAT,
  "envoy.extensions.filters.http.lua.v3.Lua.inline_code": "use `default_source_code`",
  "envoy.extensions.filters.http.router.v3.Router.start_child_span":
    "use `spawn_upstream_span` of the connection manager's `tracing`",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.access_log_flush_interval":
    "use `access_log_options`",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.flush_access_log_on_new_request":
    "use `access_log_options`",
  "envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest.enable_full_scan":
    "use `selection_method: FULL_SCAN`",
  "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash.hash_balance_factor": CONSISTENT_HASHING,
  "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash.use_hostname_for_hashing": CONSISTENT_HASHING,
  "envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.match_subject_alt_names":
    "use `match_typed_subject_alt_names`",
  "envoy.type.matcher.v3.RegexMatcher.google_re2": "leave it out: RE2 is the engine anyway",
};

/** A sentence; empty where there is nothing to propose. */
export function deprecationHint(fullName: string): string {
  return HINTS[fullName] ?? "";
}

/** For the test that every entry names something that is there, and deprecated. */
export const HINTED_NAMES: readonly string[] = Object.keys(HINTS);
