import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { ANY_LOCALITY } from "../upstream/cluster.test.support.js";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { clusterOf, clusterProblems, configOf, exceptDeprecations, problemsOf } from "./config-text.test.support.js";

const ANYWHERE = {
  priority: 0,
  locality: { region: "", zone: "", subZone: "" },
  localityWeight: 0,
  health: "unknown",
  metadata: {},
} as const;

const OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

function problems(body: string): string[] {
  return exceptDeprecations(clusterProblems(body));
}

test("every field of a cluster", () => {
  const info = clusterOf(`
alt_stat_name: "a:b"
type: STRICT_DNS
lb_policy: LEAST_REQUEST
connect_timeout: 0.0001s
per_connection_buffer_limit_bytes: 1
dns_refresh_rate: 2s
dns_lookup_family: ALL
dns_jitter: 0.25s
respect_dns_ttl: true
dns_failure_refresh_rate: { base_interval: 1s }
wait_for_warm_on_init: false
typed_dns_resolver_config:
  name: envoy.network.dns_resolver.cares
  typed_config:
    "@type": t/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig
    resolvers:
    - socket_address: { address: 192.0.2.53, port_value: 53, protocol: UDP }
    - socket_address: { address: "2001:db8::53", port_value: 5353 }
circuit_breakers:
  thresholds:
  - { max_connections: 1, max_pending_requests: 2, max_requests: 3, max_retries: 4 }
  - { max_connections: 9 }
  - { priority: HIGH, max_retries: 5 }
typed_extension_protocol_options:
  ${OPTIONS}:
    "@type": type.googleapis.com/${OPTIONS}
    common_http_protocol_options: { idle_timeout: 0s, max_headers_count: 7, max_requests_per_connection: 8 }
    explicit_http_config: { http_protocol_options: { enable_trailers: true, allow_chunked_length: true, send_fully_qualified_url: true } }
load_assignment:
  cluster_name: c
  endpoints:
  - lb_endpoints:
    - endpoint: { address: { socket_address: { address: a.test, port_value: 1 } }, hostname: h }
      load_balancing_weight: 3
  - lb_endpoints:
    - endpoint: { address: { socket_address: { address: b.test, port_value: 2 } } }
    - endpoint: { address: { socket_address: { address: "::1", port_value: 3 } } }`);
  assert.deepEqual(info, {
    name: "c",
    observabilityName: "a:b",
    metadata: {},
    statName: "a_b",
    discovery: "strictDns",
    endpoints: [
      { address: { kind: "ip", host: "a.test", port: 1 }, hostname: "h", weight: 3, ...ANYWHERE },
      { address: { kind: "ip", host: "b.test", port: 2 }, hostname: "b.test", weight: 1, ...ANYWHERE },
      { address: { kind: "ip", host: "::1", port: 3 }, hostname: "", weight: 1, ...ANYWHERE },
    ],
    originalDst: null,
    members: [],
    overprovisioningFactor: 140,
    dropOverload: null,
    weightedPriorityHealth: false,
    lbPolicy: {
      kind: "leastRequest",
      choiceCount: 2,
      activeRequestBias: { defaultValue: 1, runtimeKey: "" },
      fullScan: false,
      slowStart: null,
      locality: ANY_LOCALITY,
    },
    healthyPanicThreshold: 50,
    overrideHostHealths: ["unknown", "healthy", "degraded"],
    closeConnectionsOnHostSetChange: false,
    closeConnectionsOnHostHealthFailure: false,
    ignoreHealthOnHostRemoval: false,
    ignoreNewHostsUntilFirstCheck: false,
    connectTimeoutMs: 1,
    perConnectionBufferLimitBytes: 1,
    defaultLimits: {
      maxConnections: 1,
      maxPendingRequests: 2,
      maxRequests: 3,
      maxRetries: 4,
      maxConnectionPools: 0xffff_ffff,
      maxConnectionsPerHost: 0xffff_ffff,
      retryBudget: null,
      trackRemaining: false,
    },
    highLimits: {
      maxConnections: 1024,
      maxPendingRequests: 1024,
      maxRequests: 1024,
      maxRetries: 5,
      maxConnectionPools: 0xffff_ffff,
      maxConnectionsPerHost: 0xffff_ffff,
      retryBudget: null,
      trackRemaining: false,
    },
    healthCheck: null,
    errorMatcher: null,
    trackedStats: { timeoutBudgets: false, messageSizes: false, perEndpoint: false },
    outlierDetection: null,
    idleTimeoutMs: 0,
    maxRequestsPerConnection: 8,
    poolPolicy: {
      maxConnectionDurationMs: 0,
      preconnectRatio: 1,
      predictivePreconnectRatio: 1,
      perDownstreamConnection: false,
      connect: { sources: [], keepalive: null },
    },
    maxResponseHeadersKb: 60,
    maxHeadersCount: 7,
    maxStreamDurationMs: 0,
    enableTrailers: true,
    allowChunkedLength: true,
    sendFullyQualifiedUrl: true,
    headerCase: null,
    dns: {
      lookupFamily: "all",
      refreshRateMs: 2_000,
      jitterMs: 250,
      failureRefresh: { baseMs: 1_000, maxMs: 10_000 },
      respectTtl: true,
      resolvers: ["192.0.2.53:53", "[2001:db8::53]:5353"],
      waitForWarm: false,
    },
  } satisfies ClusterInfo);
});

test("the older fields of HTTP options count when the typed ones are not there", () => {
  const info = clusterOf(
    "common_http_protocol_options: { idle_timeout: 5s }\nmax_requests_per_connection: 6\nhttp_protocol_options: { enable_trailers: true }",
  );
  assert.deepEqual([info.idleTimeoutMs, info.maxRequestsPerConnection, info.enableTrailers], [5_000, 6, true]);
});

test("how connections are opened and how long they are kept", () => {
  const { poolPolicy } = clusterOf(`
common_http_protocol_options: { max_connection_duration: 60s }
preconnect_policy: { per_upstream_preconnect_ratio: 1.5, predictive_preconnect_ratio: 2 }
upstream_bind_config: { source_address: { address: 127.0.0.2, port_value: 0 } }
upstream_connection_options: { tcp_keepalive: { keepalive_time: 30 } }`);
  assert.deepEqual(poolPolicy, {
    maxConnectionDurationMs: 60_000,
    preconnectRatio: 1.5,
    predictivePreconnectRatio: 2,
    perDownstreamConnection: false,
    connect: {
      sources: [{ kind: "ip", host: "127.0.0.2", port: 0 }],
      keepalive: { timeMs: 30_000, intervalMs: 75_000, probes: 9 },
    },
  });
  const { keepalive } = clusterOf("upstream_connection_options: { tcp_keepalive: {} }").poolPolicy.connect;
  assert.deepEqual(keepalive, { timeMs: 7_200_000, intervalMs: 75_000, probes: 9 }, "the operating system's defaults");
});

test("probes and their interval, and a warning for each on a Node that cannot set them", () => {
  const text = "upstream_connection_options: { tcp_keepalive: { keepalive_probes: 3, keepalive_interval: 5 } }";
  const { keepalive } = clusterOf(text).poolPolicy.connect;
  assert.deepEqual(keepalive, { timeMs: 7_200_000, intervalMs: 5_000, probes: 3 });
  const fields = ["keepalive_probes", "keepalive_interval"];
  const found = problems(text).map((problem) => fields.find((field) => problem.includes(`tcp_keepalive.${field}: `)));
  assert.deepEqual(found, net.Socket.prototype.setKeepAlive.length >= 4 ? [] : fields);
});

test("faults of health checks", () => {
  const check = (fields: string, more = ""): string[] =>
    problems(
      `health_checks: [{ timeout: 1s, interval: 1s, healthy_threshold: 1, unhealthy_threshold: 1, ${fields} }${more}]`,
    );
  const http = (fields: string): string[] => check(`http_health_check: { path: /, ${fields} }`);
  const second = ", { timeout: 1s, interval: 1s, healthy_threshold: 1, unhealthy_threshold: 1, tcp_health_check: {} }";
  assert.match(
    check("tcp_health_check: {}", second)[0] ?? "",
    /error health_checks\[1\]: a cluster has one health check/,
  );
  assert.match(http("send: { text: '61' }")[0] ?? "", /error .*send: needs a `method` whose requests have a body/);
  assert.deepEqual(http("send: { text: '61' }, method: PUT"), []);
  assert.match(http("receive: [{ text: '616263' }], response_buffer_size: 2")[0] ?? "", /it has 3 bytes/);
  assert.deepEqual(http("receive: [{ text: '616263' }], response_buffer_size: 0"), []);
  assert.match(http("receive: [{ text: 'ok' }]")[0] ?? "", /must be bytes as hex digits/);
  assert.match(http("request_headers_to_remove: [Host]")[0] ?? "", /request_headers_to_remove\[0\]: `Host` cannot be/);
  assert.match(http("codec_client_type: HTTP2")[0] ?? "", /error .*codec_client_type: .*HTTP2/);
});

test("faults of what an endpoint says of its checks", () => {
  const check = (address: string, fields: string): string =>
    problems(
      `load_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{ endpoint: { address: ${address}, health_check_config: { ${fields} } } }] }] }`,
    )[0] ?? "";
  const ip = "{ socket_address: { address: 10.0.0.1, port_value: 80 } }";
  const pipe = "{ pipe: { path: /a } }";
  assert.equal(check(ip, `address: ${pipe}`), "");
  assert.equal(check(pipe, `address: ${ip}, port_value: 81`), "");
  assert.match(check(ip, `address: ${pipe}, port_value: 81`), /error .*port_value: a pipe has no port/);
  assert.match(check(pipe, "port_value: 81"), /error .*port_value: a pipe has no port/);
  assert.match(check(ip, "address: { socket_address: { address: 10.0.0.2, port_value: 0 } }"), /a check needs a port/);
  assert.match(check(ip, "address: { socket_address: { address: a.test, port_value: 1 } }"), /is not an IP address/);
});

test("name servers, in the older fields too", () => {
  const server = "{ socket_address: { address: 192.0.2.1, port_value: 0 } }";
  assert.deepEqual(clusterOf(`dns_resolvers: [${server}]`).dns.resolvers, ["192.0.2.1:53"]);
  assert.deepEqual(clusterOf(`dns_resolution_config: { resolvers: [${server}] }`).dns.resolvers, ["192.0.2.1:53"]);
  assert.deepEqual(problems("dns_resolvers: [{ pipe: { path: /x } }]"), [
    "4:29 error dns_resolvers[0].pipe: a name server has an IP address",
  ]);
  assert.deepEqual(problems("dns_failure_refresh_rate: { base_interval: 2s, max_interval: 1s }"), [
    "4:66 error dns_failure_refresh_rate.max_interval: must not be below `base_interval` (2000 ms)",
  ]);
});

test("DNS as a type of cluster of its own", () => {
  const dns = (more: string) =>
    `cluster_type: { name: envoy.clusters.dns, typed_config: { "@type": t/envoy.extensions.clusters.dns.v3.DnsCluster${more} } }`;
  assert.equal(clusterOf(dns("")).discovery, "strictDns");
  const one = `\n${endpoint("{ socket_address: { address: a.example, port_value: 1 } }")}`;
  assert.equal(clusterOf(`${dns(", all_addresses_in_single_endpoint: true")}${one}`).discovery, "logicalDns");
  const fields =
    ", dns_lookup_family: V4_ONLY, dns_refresh_rate: 2s, respect_dns_ttl: true, dns_failure_refresh_rate: { base_interval: 1s }";
  assert.deepEqual(clusterOf(`${dns(fields)}\nwait_for_warm_on_init: false`).dns, {
    lookupFamily: "v4Only",
    jitterMs: 0,
    refreshRateMs: 2000,
    failureRefresh: { baseMs: 1000, maxMs: 10_000 },
    respectTtl: true,
    resolvers: [],
    waitForWarm: false,
  });
  const [wrong] = problems(dns(", dns_failure_refresh_rate: { base_interval: 2s, max_interval: 1s }"));
  assert.match(wrong ?? "", /dns_failure_refresh_rate.max_interval: must not be below `base_interval` \(2000 ms\)/);
});

test("an aggregate, and other types by their names", () => {
  const type = `{ name: x, typed_config: { "@type": t/envoy.extensions.clusters.aggregate.v3.ClusterConfig, clusters: [b, a] } }`;
  const { clusters } = configOf(
    `static_resources: { clusters: [{ name: a }, { name: b }, { name: c, lb_policy: CLUSTER_PROVIDED, cluster_type: ${type} }] }`,
  );
  const { discovery, members, lbPolicy } = clusters[2] as ClusterInfo;
  assert.deepEqual([discovery, members, lbPolicy], ["aggregate", ["b", "a"], { kind: "clusterProvided" }]);
  assert.equal(clusterOf("cluster_type: { name: envoy.cluster.strict_dns }").discovery, "strictDns");
});

test("a URL, or a host with its port, is no name", () => {
  const named = (address: string) =>
    problems(`type: STRICT_DNS\n${endpoint(`{ socket_address: { address: "${address}", port_value: 1 } }`)}`);
  assert.match(named("http://a.example:80/")[0] ?? "", /warning .* is no name of a host, which would be "a.example"/);
  assert.match(named("a.example:80")[0] ?? "", /warning .* which would be "a.example"/);
  assert.deepEqual(named("a.example"), []);
  assert.deepEqual(named("::1"), []);
});

test("endpoints may be pipes", () => {
  const info = clusterOf(
    "load_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: /a } } } }] }] }",
  );
  assert.deepEqual(info.endpoints, [{ address: { kind: "pipe", path: "/a" }, hostname: "", weight: 1, ...ANYWHERE }]);
});

test("endpoints have localities, priorities, health and metadata", () => {
  const info = clusterOf(`
load_assignment:
  cluster_name: c
  policy: { overprovisioning_factor: 200, weighted_priority_health: true }
  endpoints:
  - locality: { region: r, zone: z, sub_zone: s }
    load_balancing_weight: 7
    lb_endpoints:
    - endpoint: { address: { socket_address: { address: 1.1.1.1, port_value: 1 } } }
      health_status: DEGRADED
      metadata: { filter_metadata: { envoy.lb: { canary: true, list: [1, a, null] } } }
  - priority: 1
    lb_endpoints:
    - endpoint: { address: { socket_address: { address: 1.1.1.2, port_value: 1 } } }
      health_status: TIMEOUT`);
  assert.deepEqual([info.overprovisioningFactor, info.weightedPriorityHealth], [200, true]);
  assert.deepEqual(info.endpoints, [
    {
      address: { kind: "ip", host: "1.1.1.1", port: 1 },
      hostname: "",
      weight: 1,
      priority: 0,
      locality: { region: "r", zone: "z", subZone: "s" },
      localityWeight: 7,
      health: "degraded",
      metadata: { "envoy.lb": { canary: true, list: [1, "a", null] } },
    },
    {
      ...ANYWHERE,
      address: { kind: "ip", host: "1.1.1.2", port: 1 },
      hostname: "",
      weight: 1,
      priority: 1,
      health: "timeout",
    },
  ]);
});

test("plaintext may be said", () => {
  clusterOf("transport_socket: { name: envoy.transport_sockets.raw_buffer }");
  clusterOf(
    'transport_socket: { name: x, typed_config: { "@type": t/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer } }',
  );
});

function endpoint(address: string, fields = ""): string {
  return `load_assignment:\n  cluster_name: c\n  endpoints:\n  - lb_endpoints:\n    - endpoint: { address: ${address} }${fields}`;
}

const ENDPOINT = "load_assignment.endpoints[0].lb_endpoints[0]";
const SOCKET = `${ENDPOINT}.endpoint.address.socket_address`;

const HEAVY = "{ load_balancing_weight: 4000000000, lb_endpoints: [] }";

function aggregate(clusters: string): string {
  return `lb_policy: RANDOM\ncluster_type: { name: x, typed_config: { "@type": t/envoy.extensions.clusters.aggregate.v3.ClusterConfig, clusters: ${clusters} } }`;
}

const FAULTS: readonly (readonly [string, readonly string[]])[] = [
  [
    "type: EDS",
    [
      "4:11 warning type: discovery of endpoints (EDS) is known but not implemented by Sluice yet: the cluster has no hosts, and its requests get a 503",
    ],
  ],
  [
    "cluster_type: { name: envoy.clusters.redis }",
    ['4:19 error cluster_type: the cluster type "envoy.clusters.redis" is known but not implemented by Sluice yet'],
  ],
  [
    "cluster_type: { name: envoy.clusters.aggregate }",
    [
      '4:19 error cluster_type: an aggregate needs a `typed_config` with its clusters -> add `typed_config: { "@type": type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig, clusters: [...] }`',
    ],
  ],
  [
    aggregate("[c, d]"),
    [
      "4:16 error lb_policy: an aggregate leaves the choice to its clusters -> use `lb_policy: CLUSTER_PROVIDED`",
      '5:122 error cluster_type.typed_config.clusters[0]: the aggregate "c" cannot be a part of itself',
      '5:125 warning cluster_type.typed_config.clusters[1]: there is no static cluster "d": the aggregate goes without it',
    ],
  ],
  [
    "lb_policy: CLUSTER_PROVIDED",
    [
      "4:16 error lb_policy: CLUSTER_PROVIDED is for types of clusters that choose the host themselves: aggregates and ORIGINAL_DST",
    ],
  ],
  [
    endpoint("{ pipe: { path: '@name' } }"),
    [
      `8:48 error ${ENDPOINT}.endpoint.address.pipe.path: "@name" is an abstract name, which Node cannot share -> use the path of a file`,
    ],
  ],
  [
    "http2_protocol_options: {}",
    ["4:29 error http2_protocol_options: HTTP/2 to upstream hosts is known but not implemented by Sluice yet"],
  ],
  [
    "common_http_protocol_options: { idle_timeout: -1s }",
    ["4:51 error common_http_protocol_options.idle_timeout: must not be negative"],
  ],
  [
    "common_http_protocol_options: { headers_with_underscores_action: REJECT_REQUEST }",
    [
      "4:37 warning common_http_protocol_options.headers_with_underscores_action: `headers_with_underscores_action` is known but not implemented by Sluice yet; it has no effect",
    ],
  ],
  [
    endpoint("{ socket_address: { address: a.test, port_value: 1 } }"),
    [
      `8:61 error ${SOCKET}.address: "a.test" is not an IP address -> use \`type: STRICT_DNS\` for a cluster whose hosts are names`,
    ],
  ],
  [
    endpoint('{ socket_address: { address: "[::1]", port_value: 1 } }'),
    [`8:61 error ${SOCKET}.address: "[::1]" is not an IP address -> write IPv6 addresses without brackets`],
  ],
  [
    endpoint("{ socket_address: { address: 1.2.3.4, port_value: 0 } }"),
    [`8:50 error ${ENDPOINT}.endpoint.address.socket_address: an endpoint needs a port; 0 is none`],
  ],
  [
    endpoint("{ socket_address: { address: 1.2.3.4, named_port: http } }"),
    [`8:82 error ${SOCKET}.named_port: a named port cannot be resolved here -> use \`port_value\``],
  ],
  [
    endpoint("{ socket_address: { address: 1.2.3.4, port_value: 1, protocol: UDP } }"),
    [`8:95 error ${SOCKET}.protocol: UDP is known but not implemented by Sluice yet`],
  ],
  [
    "load_assignment: { cluster_name: c, endpoints: [{ priority: 2 }] }",
    [
      "4:65 warning load_assignment.endpoints[0].priority: there is no priority 1: it is taken for one without hosts, as Envoy does",
    ],
  ],
  [
    `load_assignment: { cluster_name: c, endpoints: [${HEAVY}, ${HEAVY}] }`,
    [
      "4:135 error load_assignment.endpoints[1].load_balancing_weight: the weights of the localities of priority 0 sum up to 8000000000, more than 2^32 - 1",
    ],
  ],
  [
    "type: STRICT_DNS\n" + endpoint("{ pipe: { path: /x } }"),
    [
      `9:40 error ${ENDPOINT}.endpoint.address.pipe: a cluster that resolves names has no pipes -> use \`type: STATIC\``,
    ],
  ],
  [
    "type: LOGICAL_DNS",
    ["3:5 error: a LOGICAL_DNS cluster has exactly one endpoint, not 0 -> STRICT_DNS takes any number"],
  ],
  [
    "load_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{ endpoint_name: x }] }] }",
    [`4:87 error ${ENDPOINT}.endpoint_name: endpoints by name are for discovery only -> use \`endpoint\``],
  ],
  [
    "load_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{}] }] }",
    [`4:70 error ${ENDPOINT}: an endpoint needs an address`],
  ],
  [
    'transport_socket: { name: envoy.transport_sockets.tls, typed_config: { "@type": t/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext } }',
    [
      '4:74 error transport_socket.typed_config: the transport socket "envoy.transport_sockets.tls" ' +
        "(`envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext`) is known but not implemented by Sluice yet " +
        "-> implemented: envoy.transport_sockets.raw_buffer",
    ],
  ],
  [
    "transport_socket: { name: envoy.transport_sockets.tls }",
    [
      '4:23 error transport_socket: the transport socket "envoy.transport_sockets.tls" has no `typed_config`: its type says which transport socket it is' +
        ' -> add `typed_config: { "@type": type.googleapis.com/<full name of the message> }`',
    ],
  ],
  [
    "hosts: []\ntls_context: {}",
    [
      "4:5 error hosts: unknown field `hosts` of Cluster -> `hosts` was removed with Envoy's v2 API: use `load_assignment`",
      "5:5 error tls_context: unknown field `tls_context` of Cluster -> `tls_context` was removed with Envoy's v2 API: use `transport_socket` with a typed UpstreamTlsContext",
    ],
  ],
];

test("the configuration of EDS is for clusters of that type", () => {
  const lines = problems("type: STRICT_DNS\neds_cluster_config: { service_name: x }");
  assert.ok(lines.includes("5:25 error eds_cluster_config: is for clusters of `type: EDS`"), lines.join("\n"));
  assert.ok(problems("type: EDS\neds_cluster_config: { service_name: x }").every((line) => line.includes("warning")));
});

test("faults of clusters", () => {
  for (const [body, expected] of FAULTS) assert.deepEqual(problems(body), expected, body);
});

test("names of clusters are unique", () => {
  assert.deepEqual(problemsOf("static_resources:\n  clusters:\n  - { name: a }\n  - { name: b }\n  - { name: a }"), [
    '5:13 error static_resources.clusters[2].name: there is another cluster "a" (line 3)',
  ]);
});
