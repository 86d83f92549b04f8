import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { configOf, MANAGER_PATH, managerText, problemsBelow, ROUTER_TYPE } from "./config-text.test.support.js";
import { ROUTER_DEFAULTS } from "./quick-start.test.support.js";

function manager(body: string, parts?: Parameters<typeof managerText>[1]): ConnectionManagerConfig {
  const [listener] = configOf(managerText(body, parts)).listeners;
  return listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
}

function problems(body: string, parts?: Parameters<typeof managerText>[1]): string[] {
  return problemsBelow(MANAGER_PATH, managerText(body, parts));
}

/** Without routes, filters and logs. */
function fieldsOf(config: ConnectionManagerConfig): Partial<ConnectionManagerConfig> {
  const { routeConfig: _routes, httpFilters: _filters, upgrades: _upgrades, accessLogs: _logs, ...fields } = config;
  return fields;
}

test("the defaults of a connection manager", () => {
  assert.deepEqual(fieldsOf(manager("")), {
    statPrefix: "s",
    flushAccessLogOnNewRequest: false,
    accessLogFlushIntervalMs: 0,
    localReplies: null,
    codecType: "auto",
    serverName: "sluice",
    serverHeaderTransformation: "overwrite",
    via: "",
    useRemoteAddress: false,
    xffNumTrustedHops: 0,
    skipXffAppend: false,
    originalIpDetection: [{ kind: "xff", trustedHops: 0, appendsPeer: false }],
    internalCidrRanges: [],
    internalUnixSockets: false,
    internalOnlyHeaders: [],
    mapIpv4RemoteAddress: false,
    appendXForwardedPort: false,
    scheme: "",
    httpsDestinationPorts: [],
    addUserAgent: false,
    forwardClientCert: "sanitize",
    clientCertMatcher: null,
    pathNormalization: null,
    hostNormalization: null,
    requestId: { preserveExternal: false, packTraceReason: true },
    alwaysSetRequestIdInResponse: false,
    flushAccessLogOnTunnel: false,
    earlyHeaderMutations: [],
    proxyStatus: null,
    safeMaxConnectionDuration: false,
    appendLocalOverload: false,
    proxy100Continue: false,
    isTraced: false,
    scopedRoutes: null,
    acceptHttp10: false,
    defaultHostForHttp10: "",
    enableTrailers: false,
    headersWithUnderscores: "allow",
    allowChunkedLength: false,
    allowAbsoluteUrl: true,
    ignoredUpgrades: [],
    headerCase: null,
    streamErrorOnInvalidMessage: false,
    maxRequestHeadersKb: 60,
    maxHeadersCount: 100,
    maxRequestsPerConnection: 0,
    idleTimeoutMs: 3_600_000,
    maxConnectionDurationMs: 0,
    maxStreamDurationMs: 0,
    streamIdleTimeoutMs: 300_000,
    requestTimeoutMs: 0,
    requestHeadersTimeoutMs: 0,
    drainTimeoutMs: 5_000,
    delayedCloseTimeoutMs: 1_000,
  });
});

test("every field of a connection manager", () => {
  const config = manager(`
codec_type: HTTP1
common_http_protocol_options:
  { idle_timeout: 1s, max_connection_duration: 2s, max_stream_duration: 3s, max_headers_count: 4, max_requests_per_connection: 5, headers_with_underscores_action: DROP_HEADER }
http_protocol_options:
  { accept_http_10: true, default_host_for_http_10: h, enable_trailers: true, header_key_format: { proper_case_words: {} }, allow_absolute_url: false, allow_chunked_length: true, ignore_http_11_upgrade: [{ prefix: TLS/, ignore_case: true }] }
stream_error_on_invalid_http_message: true
server_name: n
server_header_transformation: PASS_THROUGH
max_request_headers_kb: 6
stream_idle_timeout: 0s
request_timeout: 7s
request_headers_timeout: 8s
drain_timeout: 9s
delayed_close_timeout: 0.0105s
use_remote_address: true
xff_num_trusted_hops: 10
internal_address_config: { unix_sockets: true, cidr_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }] }
represent_ipv4_remote_address_as_ipv4_mapped_ipv6: true
append_x_forwarded_port: true
scheme_header_transformation: { scheme_to_overwrite: https }
add_user_agent: true
forward_proto_config: { https_destination_ports: [443] }
forward_client_cert_details: APPEND_FORWARD
set_current_client_cert_details: { subject: true }
skip_xff_append: true
via: v
normalize_path: true
strip_any_host_port: true
generate_request_id: false
preserve_external_request_id: true
always_set_request_id_in_response: true
append_local_overload: true
http1_safe_max_connection_duration: true
access_log_options: { flush_log_on_tunnel_successfully_established: true }
proxy_status_config: { remove_details: true, remove_connection_termination_details: true, remove_response_flags: true, set_recommended_response_code: true, literal_proxy_name: p }
early_header_mutation_extensions: [{ name: m, typed_config: { "@type": type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation, mutations: [{ remove: X-A }, { append: { header: { key: X-B, value: v } } }] } }]
proxy_100_continue: true`);
  assert.equal(config.httpFilters.length, 1);
  assert.deepEqual(config.accessLogs, []);
  assert.deepEqual(fieldsOf(config), {
    statPrefix: "s",
    flushAccessLogOnNewRequest: false,
    accessLogFlushIntervalMs: 0,
    localReplies: null,
    codecType: "http1",
    serverName: "n",
    serverHeaderTransformation: "passThrough",
    via: "v",
    useRemoteAddress: true,
    xffNumTrustedHops: 10,
    skipXffAppend: true,
    originalIpDetection: [{ kind: "xff", trustedHops: 10, appendsPeer: false }],
    internalCidrRanges: [{ addressPrefix: "10.0.0.0", prefixLength: 8 }],
    internalUnixSockets: true,
    internalOnlyHeaders: [],
    mapIpv4RemoteAddress: true,
    appendXForwardedPort: true,
    scheme: "https",
    httpsDestinationPorts: [443],
    addUserAgent: true,
    forwardClientCert: "appendForward",
    clientCertMatcher: null,
    pathNormalization: { escapedSlashes: "keep", normalize: true, mergeSlashes: false },
    hostNormalization: { stripTrailingDot: false, stripPort: "any" },
    requestId: null,
    alwaysSetRequestIdInResponse: true,
    flushAccessLogOnTunnel: true,
    earlyHeaderMutations: [
      { kind: "remove", name: "x-a" },
      { kind: "append", rule: { name: "x-b", value: "v", action: "append", keepEmptyValue: false } },
    ],
    proxyStatus: {
      name: "p",
      removeDetails: true,
      removeConnectionTerminationDetails: true,
      removeResponseFlags: true,
      setRecommendedStatus: true,
    },
    safeMaxConnectionDuration: true,
    appendLocalOverload: true,
    proxy100Continue: true,
    isTraced: false,
    scopedRoutes: null,
    acceptHttp10: true,
    defaultHostForHttp10: "h",
    enableTrailers: true,
    headersWithUnderscores: "drop",
    allowChunkedLength: true,
    allowAbsoluteUrl: false,
    ignoredUpgrades: [{ kind: "prefix", value: "TLS/", ignoreCase: true }],
    headerCase: { kind: "proper" },
    streamErrorOnInvalidMessage: true,
    maxRequestHeadersKb: 6,
    maxHeadersCount: 4,
    idleTimeoutMs: 1_000,
    maxConnectionDurationMs: 2_000,
    maxRequestsPerConnection: 5,
    maxStreamDurationMs: 3_000,
    streamIdleTimeoutMs: 0,
    requestTimeoutMs: 7_000,
    requestHeadersTimeoutMs: 8_000,
    drainTimeoutMs: 9_000,
    // A part of a millisecond counts as a whole one.
    delayedCloseTimeoutMs: 11,
  });
});

const FAULTS: readonly (readonly [string, string])[] = [
  ["codec_type: HTTP3", "10:23 error codec_type: HTTP3 is known but not implemented by Sluice yet"],
  ["max_request_headers_kb: 8193", "10:35 error max_request_headers_kb: must be more than 0 and at most 8192"],
  ["request_timeout: -1s", "10:28 error request_timeout: must not be negative"],
  [
    "add_proxy_protocol_connection_state: true",
    "10:11 warning add_proxy_protocol_connection_state: `add_proxy_protocol_connection_state` is known but not implemented by Sluice yet; it has no effect",
  ],
  [
    "http_protocol_options: { use_balsa_parser: true }",
    "10:36 warning http_protocol_options.use_balsa_parser: `use_balsa_parser` is known but not implemented by Sluice yet; it has no effect",
  ],
  [
    "original_ip_detection_extensions: [{ name: x, typed_config: { '@type': t/google.protobuf.Empty } }]",
    '10:71 error original_ip_detection_extensions[0].typed_config: the detection of client addresses "x" (`google.protobuf.Empty`) is known but not implemented by Sluice yet -> implemented: envoy.http.original_ip_detection.xff, envoy.http.original_ip_detection.custom_header',
  ],
  [
    "idle_timeout: 1s",
    "10:11 error idle_timeout: unknown field `idle_timeout` of HttpConnectionManager -> `idle_timeout` was removed with Envoy's v2 API: use `common_http_protocol_options.idle_timeout`",
  ],
  ["stat_prefix: t", "10:11 error stat_prefix: the key is here a second time; line 9 has it too"],
];

test("faults of connection managers", () => {
  for (const [body, expected] of FAULTS) {
    const actual = problems(body).map((line) =>
      line.replace("static_resources.listeners[0].filter_chains[0].filters[0].typed_config.", ""),
    );
    assert.deepEqual(actual, [expected], body);
  }
});

test("without routes in the file there are none", () => {
  const rds = "rds: { route_config_name: r, config_source: { ads: {} } }";
  assert.deepEqual(problems("", { routes: rds }), [
    "10:16 warning rds: discovery of routes (RDS) is known but not implemented by Sluice yet: every request gets a 404",
  ]);
  assert.deepEqual(problems("", { routes: "" }), [
    "8:11 error: one of `rds`, `route_config`, `scoped_routes` is required",
  ]);
});

const ROUTER = `{ name: r, typed_config: { "@type": ${ROUTER_TYPE}, suppress_envoy_headers: true } }`;
const BUFFER = "envoy.extensions.filters.http.buffer.v3.Buffer";
const OTHER = `name: b, typed_config: { "@type": t/${BUFFER}, max_request_bytes: 1 }`;

test("the router's configuration", () => {
  assert.deepEqual(manager("", { filters: `http_filters: [${ROUTER}]` }).httpFilters, [
    {
      name: "r",
      typeName: "envoy.extensions.filters.http.router.v3.Router",
      disabled: false,
      config: { ...ROUTER_DEFAULTS, suppressEnvoyHeaders: true },
    },
  ]);
});

test("a filter that is optional may be unknown to Sluice", () => {
  const filters = `http_filters: [{ ${OTHER}, is_optional: true }, ${ROUTER}]`;
  assert.equal(manager("", { filters }).httpFilters.length, 1);
  assert.deepEqual(problems("", { filters }), [
    `11:51 warning http_filters[0].typed_config: the HTTP filter "b" (\`${BUFFER}\`) is known but not implemented by Sluice yet; it is optional and left out`,
  ]);
});

const FILTER_FAULTS: readonly (readonly [string, readonly string[]])[] = [
  [
    "http_filters: []",
    [
      "11:25 error http_filters: there are no `http_filters`, so nothing answers a request -> end the list with envoy.filters.http.router",
    ],
  ],
  [
    "",
    [
      "8:11 error http_filters: there are no `http_filters`, so nothing answers a request -> end the list with envoy.filters.http.router",
    ],
  ],
  [
    `http_filters: [${ROUTER}, ${ROUTER}]`,
    ['11:26 error http_filters[0]: the filter "r" ends the chain and must be the last one'],
  ],
  [
    `http_filters: [{ ${OTHER} }]`,
    [
      `11:51 error http_filters[0].typed_config: the HTTP filter "b" (\`${BUFFER}\`) is known but not implemented by Sluice yet -> implemented: envoy.filters.http.router`,
    ],
  ],
  [
    "http_filters: [{ name: envoy.filters.http.router }]",
    [
      `11:26 error http_filters[0]: the HTTP filter "envoy.filters.http.router" has no \`typed_config\`: its type says which HTTP filter it is -> add \`typed_config: { "@type": ${ROUTER_TYPE} }\``,
    ],
  ],
  [
    "http_filters: [{ name: x, config_discovery: { config_source: { ads: {} }, type_urls: [x] } }]",
    [
      "11:55 error http_filters[0].config_discovery: discovery of this HTTP filter's configuration is known but not implemented by Sluice yet",
    ],
  ],
  [
    `http_filters: [{ name: r, typed_config: { "@type": ${ROUTER_TYPE}, start_child_span: true }, disabled: true }]`,
    [
      "11:130 warning http_filters[0].typed_config.start_child_span: `start_child_span` is known but not implemented by Sluice yet; it has no effect",
      '11:166 error http_filters[0].disabled: the filter "r" ends the chain and cannot be disabled',
    ],
  ],
];

test("faults of HTTP filters", () => {
  for (const [filters, expected] of FILTER_FAULTS) assert.deepEqual(problems("", { filters }), expected, filters);
});
