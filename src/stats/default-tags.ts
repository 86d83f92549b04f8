/**
 * How a tag is found in a stat's name: of the first group of the pattern the name is freed, the second is the tag's
 * value. All patterns see the whole name, whatever others take from it.
 */
export interface TagRule {
  readonly tag: string;
  readonly pattern: RegExp;
}

const rule = (tag: string, pattern: RegExp): TagRule => ({ tag, pattern });

/*
 * Envoy's default tags (`stats_config.use_all_default_tags`) as far as Sluice can have such stats. The order is that of
 * the labels in Prometheus' format; of two rules for one tag the first that matches counts.
 */
export const DEFAULT_TAG_RULES: readonly TagRule[] = [
  // *_rq(_<code>), *_rq_(<class>)xx
  rule("envoy.response_code", /_rq(_(\d{3}))$/),
  rule("envoy.response_code_class", /_rq_((\d))xx$/),
  // (listener|cluster).<name>.ssl.<what>.(<value>)
  rule("envoy.ssl_cipher", /^listener\..*?\.ssl\.ciphers(\.([\w-]+))$/),
  rule("envoy.ssl_curve", /^(?:listener|cluster)\..*?\.ssl\.curves(\.([\w-]+))$/),
  rule("envoy.ssl_sigalg", /^(?:listener|cluster)\..*?\.ssl\.sigalgs(\.([\w-]+))$/),
  rule("envoy.ssl_version", /^(?:listener|cluster)\..*?\.ssl\.versions(\.(TLSv\d\.\d))$/),
  rule("cipher_suite", /^cluster\.[^.]+\.ssl\.ciphers(\.([\w-]+))$/),
  // listener.<address>.http.(<stat_prefix>.)*
  rule("envoy.http_conn_manager_prefix", /^listener\..*?\.http\.(([^.]+)\.)/),
  // (listener.<address>|server|listener_manager).worker_(<id>.)*
  rule(
    "envoy.worker_id",
    /^(?:listener\.(?:(?:\d{1,3}(?:\.\d{1,3}){3}|\[[a-fA-F_\d]+\])_\d+|[^.]+)\.|server\.|listener_manager\.)worker_((\d+)\.)/,
  ),
  // listener.(<address>.)*, where an IPv4 address has dots of its own; the admin's listener is left alone
  rule("envoy.listener_address", /^listener\.(?!admin\.)(((?:\d{1,3}(?:\.\d{1,3}){3}|\[[a-fA-F_\d]+\])_\d+|[^.]+)\.)/),
  // http.<stat_prefix>.rds.(<route_config_name>.)<base stat>, where the name may have dots
  rule("envoy.rds_route_config", /^http\.[^.]+\.rds\.(([\w.-]+)\.)\w+$/),
  rule("envoy.grpc_bridge_method", /^cluster\.[^.]+\.grpc\.[^.]+\.(([^.]+)\.)/),
  rule("envoy.http_user_agent", /^http\.[^.]+\.user_agent\.(([^.]+)\.)/),
  rule("envoy.virtual_cluster", /^vhost\.[^.]+\.vcluster\.(([^.]+)\.)/),
  rule("envoy.fault_downstream_cluster", /^http\.[^.]+\.fault\.(([^.]+)\.)/),
  rule("envoy.grpc_bridge_service", /^cluster\.[^.]+\.grpc\.(([^.]+)\.)/),
  rule("envoy.tcp_prefix", /^tcp\.(([^.]+)\.)/),
  rule("envoy.udp_prefix", /^udp\.(([^.]+)\.)/),
  rule("envoy.ratelimit_prefix", /^ratelimit\.(([^.]+)\.)/),
  rule("envoy.cluster_name", /^cluster\.(([^.]+)\.)/),
  rule("envoy.ext_authz_prefix", /^(?:cluster|http)\.[^.]+\.ext_authz\.(([^.]+)\.)/),
  rule("envoy.http_conn_manager_prefix", /^http\.(([^.]+)\.)/),
  rule("envoy.virtual_host", /^vhost\.(([^.]+)\.)/),
  rule("envoy.route", /^vhost\.[^.]+\.route\.(([^.]+)\.)/),
  rule("envoy.local_http_ratelimit_prefix", /^(([^.]+)\.)http_local_rate_limit\./),
  rule("envoy.local_network_ratelimit_prefix", /^local_rate_limit\.(([^.]+)\.)/),
  rule("envoy.local_listener_ratelimit_prefix", /^listener_local_ratelimit\.(([^.]+)\.)/),
  rule("envoy.connection_limit_prefix", /^connection_limit\.(([^.]+)\.)/),
];
