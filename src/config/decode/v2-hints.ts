/**
 * Fields of the v2 API, which Envoy removed in 2021 and which countless examples still show: message type -> field ->
 * what v3 has instead.
 */
const V2_FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "envoy.config.bootstrap.v3.Bootstrap": {
    runtime: "use `layered_runtime`",
  },
  "envoy.config.core.v3.Node": { build_version: "leave it out" },
  "envoy.config.cluster.v3.Cluster": {
    hosts: "use `load_assignment`",
    tls_context: "use `transport_socket` with a typed UpstreamTlsContext",
    extension_protocol_options: "use `typed_extension_protocol_options`",
  },
  "envoy.config.listener.v3.FilterChain": {
    tls_context: "use `transport_socket` with a typed DownstreamTlsContext",
  },
  "envoy.config.listener.v3.Filter": { config: "use `typed_config` with an `@type`" },
  "envoy.config.listener.v3.ListenerFilter": { config: "use `typed_config` with an `@type`" },
  "envoy.config.accesslog.v3.AccessLog": { config: "use `typed_config` with an `@type`" },
  "envoy.config.core.v3.TransportSocket": { config: "use `typed_config` with an `@type`" },
  "envoy.config.metrics.v3.StatsSink": { config: "use `typed_config` with an `@type`" },
  "envoy.config.trace.v3.Tracing.Http": { config: "use `typed_config` with an `@type`" },
  "envoy.config.core.v3.HealthCheck.HttpHealthCheck": {
    use_http2: "use `codec_client_type: HTTP2`",
    service_name: "use `service_name_matcher`",
  },
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter": {
    config: "use `typed_config` with an `@type`",
  },
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager": {
    idle_timeout: "use `common_http_protocol_options.idle_timeout`",
  },
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing": {
    operation_name: "the listener's `traffic_direction` says it",
    request_headers_for_tags: "use `custom_tags` with `request_header`",
  },
  "envoy.type.matcher.v3.StringMatcher": { regex: "use `safe_regex: { regex: ... }`" },
  "envoy.config.route.v3.VirtualHost": { per_filter_config: "use `typed_per_filter_config`" },
  "envoy.config.route.v3.Route": { per_filter_config: "use `typed_per_filter_config`" },
  "envoy.config.route.v3.WeightedCluster.ClusterWeight": { per_filter_config: "use `typed_per_filter_config`" },
  "envoy.config.route.v3.RouteMatch": { regex: "use `safe_regex: { regex: ... }`" },
  "envoy.config.route.v3.RouteAction": {
    auto_host_rewrite_header: "use `host_rewrite_header`",
    request_mirror_policy: "use `request_mirror_policies`, a list",
  },
  "envoy.config.route.v3.CorsPolicy": {
    allow_origin: "use `allow_origin_string_match`",
    allow_origin_regex: "use `allow_origin_string_match` with `safe_regex`",
    enabled: "use `filter_enabled`",
  },
  "envoy.config.route.v3.HeaderMatcher": { regex_match: "use `string_match: { safe_regex: { regex: ... } }`" },
  "envoy.config.route.v3.QueryParameterMatcher": {
    value: "use `string_match: { exact: ... }`",
    regex: "use `string_match: { safe_regex: { regex: ... } }`",
  },
  "envoy.config.route.v3.VirtualCluster": {
    pattern: "use `headers` with a match on `:path`",
    method: "use `headers` with a match on `:method`",
  },
};

/** Names that the fields of v2 had in v3 while there were both; older dumps of configurations have them. */
const HIDDEN = "hidden_envoy_deprecated_";

/** How v3 says what a field of the v2 API said, as a sentence; empty when the field was none. */
export function v2FieldHint(typeName: string, field: string): string {
  const isHidden = field.startsWith(HIDDEN);
  const hint = V2_FIELDS[typeName]?.[isHidden ? field.slice(HIDDEN.length) : field];
  if (hint === undefined && !isHidden) return "";
  return `\`${field}\` was removed with Envoy's v2 API: ${hint ?? "leave it out"}`;
}

/** Values that only v2 had: enum -> value -> what v3 has instead. */
const V2_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "envoy.config.cluster.v3.Cluster.LbPolicy": { ORIGINAL_DST_LB: "CLUSTER_PROVIDED" },
};

/** The name in v3 of a value that v2 named otherwise; null when it is none. */
export function v2ValueName(enumName: string, value: string): string | null {
  return V2_VALUES[enumName]?.[value] ?? null;
}

/** Whether a message type is one of the v2 API or of its alphas. */
export function isV2Type(typeName: string): boolean {
  return /^envoy\.(api\.v2|[a-z0-9_.]+\.v[12](alpha\d*)?)\./.test(typeName);
}
