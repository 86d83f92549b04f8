import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { configOf, MANAGER_PATH, managerText, problemsBelow, ROUTER_TYPE } from "./config-text.test.support.js";

function manager(body: string, parts?: Parameters<typeof managerText>[1]): ConnectionManagerConfig {
  const [listener] = configOf(managerText(body, parts)).listeners;
  return listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
}

function problems(body: string, parts?: Parameters<typeof managerText>[1]): string[] {
  return problemsBelow(MANAGER_PATH, managerText(body, parts));
}

test("every field of a connection manager", () => {
  const config = manager(`
codec_type: HTTP1
common_http_protocol_options:
  { idle_timeout: 1s, max_connection_duration: 2s, max_stream_duration: 3s, max_headers_count: 4, max_requests_per_connection: 5 }
http_protocol_options: { accept_http_10: true, default_host_for_http_10: h, enable_trailers: true }
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
internal_address_config: { cidr_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }] }
skip_xff_append: true
via: v
normalize_path: true
strip_any_host_port: true
generate_request_id: false
preserve_external_request_id: true
always_set_request_id_in_response: true
proxy_100_continue: true`);
  const { routeConfig, httpFilters, accessLogs, ...fields } = config;
  assert.deepEqual(routeConfig, { name: "", virtualHosts: [], ignorePortInHostMatching: false });
  assert.equal(httpFilters.length, 1);
  assert.deepEqual(accessLogs, []);
  assert.deepEqual(fields, {
    statPrefix: "s",
    codecType: "http1",
    serverName: "n",
    serverHeaderTransformation: "passThrough",
    via: "v",
    useRemoteAddress: true,
    xffNumTrustedHops: 10,
    skipXffAppend: true,
    internalCidrRanges: [{ addressPrefix: "10.0.0.0", prefixLength: 8 }],
    pathNormalization: { escapedSlashes: "keep", normalize: true, mergeSlashes: false },
    hostNormalization: { stripTrailingDot: false, stripPort: "any" },
    generateRequestId: false,
    preserveExternalRequestId: true,
    alwaysSetRequestIdInResponse: true,
    proxy100Continue: true,
    acceptHttp10: true,
    defaultHostForHttp10: "h",
    enableTrailers: true,
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
    "append_local_overload: true",
    "10:11 warning append_local_overload: `append_local_overload` is known but not implemented by Sluice yet; it has no effect",
  ],
  [
    "http_protocol_options: { allow_absolute_url: true }",
    "10:36 warning http_protocol_options.allow_absolute_url: `allow_absolute_url` is known but not implemented by Sluice yet; it has no effect",
  ],
  [
    "original_ip_detection_extensions: [{ name: x, typed_config: { '@type': t/google.protobuf.Empty } }]",
    "10:11 error original_ip_detection_extensions: `original_ip_detection_extensions` is known but not implemented by Sluice yet: the address of the client would be a different one",
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
    { name: "r", typeName: "envoy.extensions.filters.http.router.v3.Router", config: { suppressEnvoyHeaders: true } },
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
      "11:156 error http_filters[0].disabled: `disabled` is known but not implemented by Sluice yet: the filter would run all the same",
    ],
  ],
];

test("faults of HTTP filters", () => {
  for (const [filters, expected] of FILTER_FAULTS) assert.deepEqual(problems("", { filters }), expected, filters);
});
