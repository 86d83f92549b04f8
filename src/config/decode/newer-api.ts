/*
 * What Envoy's API has and the descriptors do not: fields and extensions that not even `proto/additions` brings, and those
 * of Envoy's contrib builds and of Istio's. Only names: enough to tell something that Sluice does not have yet from a slip
 * of the pen. A message or field that comes into the descriptors is found there first, so an entry that is too many does no harm.
 */

/** By message type. */
const NEWER_FIELDS: Readonly<Record<string, readonly string[]>> = {
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing": [
    "no_context_propagation",
    "trace_context_option",
  ],
};

/** Packages below `envoy.extensions`, by what they extend. */
const NEWER_PACKAGES: Readonly<Record<string, string>> = {
  access_loggers: "dynamic_modules.v3 filters.process_ratelimit.v3 filters.local_ratelimit.v3 stats.v3 syslog.v3",
  bootstrap:
    "cel.v3 dynamic_modules.v3 reverse_tunnel.downstream_socket_interface.v3 reverse_tunnel.upstream_socket_interface.v3",
  clusters: "composite.v3 dns_srv.v3 dynamic_modules.v3 original_dst.v3 reverse_connection.v3",
  compression: "qatzip.compressor.v3alpha qatzstd.compressor.v3alpha compressor.igzip.v3alpha",
  "config.validators": "dynamic_modules.v3",
  dynamic_modules: "v3",
  "filters.http":
    "a2a.v3 alpn.v3 api_key_auth.v3 cache_v2.v3 checksum.v3alpha dynamic_modules.v3 dynamo.v3 golang.v3alpha istio_stats.v3 " +
    "language.v3alpha mcp.v3 mcp_json_rest_bridge.v3 mcp_router.v3 mcp_sse_stateful_session.v3alpha peak_ewma.v3alpha " +
    "peer_metadata.v3 proto_api_scrubber.v3 squash.v3 sse_to_metadata.v3 sxg.v3alpha transform.v3",
  "filters.listener": "dynamic_modules.v3 postgres_inspector.v3alpha",
  "filters.network":
    "client_ssl_auth.v3 dynamic_modules.v3 generic_proxy.v3 geoip.v3 golang.v3alpha kafka_broker.v3 kafka_mesh.v3alpha " +
    "ldap_proxy.v3alpha metadata_exchange.v3 mysql_proxy.v3 peer_metadata.v3 postgres_proxy.v3alpha reverse_tunnel.v3 " +
    "rocketmq_proxy.v3 rust_echo.v3alpha sip_proxy.v3alpha smtp_proxy.v3alpha",
  "filters.udp": "dynamic_modules.v3",
  formatter: "file_content.v3 generic_secret.v3",
  "http.cache_v2": "file_system_http_cache.v3 simple_http_cache.v3",
  "http.ext_proc.processing_request_modifiers": "mapped_attribute_builder.v3",
  "http.ext_proc.response_processors": "save_processing_response.v3",
  "http.stateful_session": "envelope.v3",
  load_balancing_policies: "dynamic_modules.v3 peak_ewma.v3alpha per_worker_subset.v3alpha random_subsetting.v3",
  local_address_selectors: "filter_state_override.v3",
  "matching.common_inputs": "transport_socket.v3",
  "matching.input_matchers": "dynamic_modules.v3 hyperscan.v3alpha metadata.v3",
  "network.connection_balance": "dlb.v3alpha",
  "network.dns_resolver": "hickory.v3",
  private_key_providers: "cryptomb.v3alpha kae.v3alpha qat.v3alpha sgx.v3alpha",
  "quic.connection_id_generator": "quic_lb.v3",
  regex_engines: "hyperscan.v3alpha",
  resource_monitors: "cgroup_memory.v3 cpu_utilization.v3",
  "router.cluster_specifier": "golang.v3alpha",
  "router.cluster_specifiers": "matcher.v3",
  stat_sinks: "kafka.v3 wasm_filter.v3",
  tap_sinks: "udp_sink.v3alpha",
  tracers: "fluentd.v3 fluentd.v3alpha dynamic_modules.v3",
  "tracers.opentelemetry": "resource_detectors.v3 samplers.v3",
  "transport_sockets.tls":
    "cert_mappers.filter_state_override.v3 cert_mappers.sni.v3 cert_mappers.static_name.v3 cert_selectors.on_demand_secret.v3 cert_validator.dynamic_modules.v3",
  "upstreams.http": "dynamic_modules.v3 tcp.golang.v3alpha",
  vcl: "v3alpha",
};

/** Messages of the filters that Istio's build of Envoy adds under names of its own. */
const ISTIO_TYPES: ReadonlySet<string> = new Set([
  "envoy.tcp.metadataexchange.config.MetadataExchange",
  "io.istio.http.peer_metadata.Config",
  "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig",
  "stats.PluginConfig",
]);

/** Whether a field that the descriptors do not have is one of Envoy's. */
export function isNewerField(typeName: string, field: string): boolean {
  return Object.hasOwn(NEWER_FIELDS, typeName) && NEWER_FIELDS[typeName]?.includes(field) === true;
}

let packages: Set<string> | undefined;

/** Whether a message type belongs to an extension that the descriptors do not have. */
export function isNewerType(typeName: string): boolean {
  if (ISTIO_TYPES.has(typeName)) return true;
  packages ??= new Set(
    Object.entries(NEWER_PACKAGES).flatMap(([kind, names]) =>
      names.split(" ").map((name) => `envoy.extensions.${kind}.${name}`),
    ),
  );
  const parts = /^([a-z0-9_.]+)\.[A-Z][A-Za-z0-9]*$/.exec(typeName);
  return parts?.[1] !== undefined && packages.has(parts[1]);
}
