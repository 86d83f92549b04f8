import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parse } from "yaml";
import { DEFAULT_LOG_FORMAT } from "../http/formatter/default-format.js";
import { forwardAction, routeMatch } from "../route/route.test.support.js";
import { DNS, ROUND_ROBIN } from "../upstream/cluster.test.support.js";
import { NO_LOCALITY } from "../upstream/locality.js";
import { type BootstrapSource, loadBootstrap } from "./bootstrap.js";
import { configOf, problemsOf } from "./config-text.test.support.js";
import { ConfigError } from "./decode/config-problem.js";
import { QUICK_START, ROUTER_DEFAULTS } from "./quick-start.test.support.js";

function fileOf(t: TestContext, text: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "envoy.yaml");
  writeFileSync(path, text);
  return path;
}

function errorOf(source: BootstrapSource): ConfigError {
  try {
    loadBootstrap(source);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error;
  }
  return assert.fail("no error");
}

test("a file that is not UTF-8 is said to be none", (t) => {
  const file = fileOf(t, Buffer.from("node: { id: caf\xe9 }", "latin1"));
  assert.equal(errorOf({ path: file }).message, `${file}: error: is not UTF-8 text`);
});

test("of more problems than anybody reads, the first are listed and the others counted", () => {
  const text = Array.from({ length: 3000 }, (_, index) => `k${index}: 1`).join("\n");
  const { problems } = errorOf({ text });
  assert.equal(problems.length, 1001);
  assert.equal(problems[999]?.line, 1000);
  assert.equal(problems[1000]?.message, "and 2000 more problems, which are not listed");
  assert.equal(problems[1000]?.line, 0);
});

test("paths of the admin interface may be limited", () => {
  const address = "address: { socket_address: { address: 127.0.0.1, port_value: 0 } }";
  const text = `admin: { ${address}, allow_paths: [{ exact: /ready }, { prefix: /stats }] }`;
  const { config } = loadBootstrap({ text });
  assert.deepEqual(config.admin?.allowPaths, [
    { kind: "exact", value: "/ready", ignoreCase: false },
    { kind: "prefix", value: "/stats", ignoreCase: false },
  ]);
});

test("the quick start of Envoy's documentation, with all defaults", () => {
  const { config, warnings } = loadBootstrap({ text: QUICK_START });
  assert.deepEqual(warnings, []);
  const managerDefaults = config.listeners[0]?.filterChains[0]?.filters[0]?.config as object;
  assert.deepEqual(config, {
    node: { id: "", cluster: "", locality: NO_LOCALITY },
    localCluster: "",
    clusterPolicies: [],
    admin: { address: { kind: "ip", host: "127.0.0.1", port: 9901 }, allowPaths: [] },
    runtime: {},
    runtimeLayers: [],
    overload: null,
    outlierEventLog: null,
    statsFlushIntervalMs: 5_000,
    listeners: [
      {
        name: "listener_0",
        address: { kind: "ip", host: "0.0.0.0", port: 10000 },
        additionalAddresses: [],
        statPrefix: "0.0.0.0_10000",
        perConnectionBufferLimitBytes: 1_048_576,
        tcpBacklogSize: 0,
        metadata: {},
        ignoreGlobalConnectionLimit: false,
        drainType: "default",
        trafficDirection: "unspecified",
        bypassOverloadManager: false,
        defaultFilterChain: null,
        accessLogs: [],
        filterChains: [
          {
            name: "",
            match: null,
            metadata: {},
            filters: [
              {
                name: "envoy.filters.network.http_connection_manager",
                typeName: "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                config: {
                  // What a connection manager has by default is in connection-manager-config.test.ts.
                  ...managerDefaults,
                  statPrefix: "ingress_http",
                  codecType: "auto",
                  routeConfig: {
                    name: "local_route",
                    ignorePortInHostMatching: false,
                    hostHeader: "",
                    ignorePathParameters: false,
                    mostSpecificHeaderMutationsWins: false,
                    headerRules: null,
                    filterOverrides: [],
                    virtualHosts: [
                      {
                        name: "local_service",
                        domains: ["*"],
                        matcher: null,
                        requireTls: null,
                        configPath:
                          "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0]",
                        virtualClusters: [],
                        metadata: {},
                        includeRequestAttemptCount: false,
                        includeAttemptCountInResponse: false,
                        includeIsTimeoutRetryHeader: false,
                        headerRules: null,
                        filterOverrides: [],
                        routes: [
                          {
                            name: "",
                            statPrefix: "",
                            metadata: {},
                            configPath:
                              "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[0]",
                            match: routeMatch(),
                            decorator: null,
                            action: forwardAction({
                              cluster: { kind: "name", name: "service_envoyproxy_io" },
                              timeoutMs: 15_000,
                              hostRewrite: { kind: "literal", host: "www.envoyproxy.io" },
                            }),
                            headerRules: null,
                            filterOverrides: [],
                          },
                        ],
                      },
                    ],
                  },
                  upgrades: [],
                  httpFilters: [
                    {
                      name: "envoy.filters.http.router",
                      typeName: "envoy.extensions.filters.http.router.v3.Router",
                      disabled: false,
                      config: ROUTER_DEFAULTS,
                    },
                  ],
                  accessLogs: [{ sink: { kind: "stdout" }, format: DEFAULT_LOG_FORMAT, filter: null }],
                },
              },
            ],
          },
        ],
      },
    ],
    clusters: [
      {
        name: "service_envoyproxy_io",
        observabilityName: "service_envoyproxy_io",
        statName: "service_envoyproxy_io",
        metadata: {},
        discovery: "logicalDns",
        endpoints: [
          {
            address: { kind: "ip", host: "www.envoyproxy.io", port: 443 },
            hostname: "www.envoyproxy.io",
            weight: 1,
            priority: 0,
            locality: NO_LOCALITY,
            localityWeight: 0,
            health: "unknown",
            metadata: {},
          },
        ],
        originalDst: null,
        members: [],
        overprovisioningFactor: 140,
        dropOverload: null,
        weightedPriorityHealth: false,
        lbPolicy: ROUND_ROBIN,
        healthyPanicThreshold: 50,
        overrideHostHealths: ["unknown", "healthy", "degraded"],
        closeConnectionsOnHostSetChange: false,
        closeConnectionsOnHostHealthFailure: false,
        ignoreHealthOnHostRemoval: false,
        ignoreNewHostsUntilFirstCheck: false,
        connectTimeoutMs: 5_000,
        perConnectionBufferLimitBytes: 1_048_576,
        defaultLimits: {
          maxConnections: 1024,
          maxPendingRequests: 1024,
          maxRequests: 1024,
          maxRetries: 3,
          maxConnectionPools: 0xffff_ffff,
          maxConnectionsPerHost: 0xffff_ffff,
          retryBudget: null,
          trackRemaining: false,
        },
        highLimits: {
          maxConnections: 1024,
          maxPendingRequests: 1024,
          maxRequests: 1024,
          maxRetries: 3,
          maxConnectionPools: 0xffff_ffff,
          maxConnectionsPerHost: 0xffff_ffff,
          retryBudget: null,
          trackRemaining: false,
        },
        healthCheck: null,
        trackedStats: { timeoutBudgets: false, messageSizes: false, perEndpoint: false },
        outlierDetection: null,
        idleTimeoutMs: 3_600_000,
        maxRequestsPerConnection: 0,
        poolPolicy: {
          maxConnectionDurationMs: 0,
          preconnectRatio: 1,
          predictivePreconnectRatio: 1,
          perDownstreamConnection: false,
          connect: { sources: [], keepalive: null },
        },
        maxResponseHeadersKb: 60,
        maxHeadersCount: 100,
        maxStreamDurationMs: 0,
        enableTrailers: false,
        allowChunkedLength: false,
        sendFullyQualifiedUrl: false,
        errorMatcher: null,
        headerCase: null,
        dns: { ...DNS, lookupFamily: "v4Only" },
      },
    ],
  });
});

test("JSON is read as well, with either form of the names", () => {
  const document: unknown = parse(QUICK_START);
  const expected = configOf(QUICK_START);
  assert.deepEqual(configOf(JSON.stringify(document)), expected);
  assert.deepEqual(configOf(JSON.stringify(document, null, "\t")), expected);
  const camelCase = JSON.stringify(document).replace(/"([a-z]+_[a-z_]+)":/g, (_, name: string) => {
    return `"${name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase())}":`;
  });
  assert.deepEqual(configOf(camelCase), expected);
});

test("the runtime configuration is frozen plain data that can go to another thread", () => {
  const { config } = loadBootstrap({ text: QUICK_START });
  assert.deepEqual(structuredClone(config), config);
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    assert.ok(Object.isFrozen(value));
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(config);
});

test("clusters that do not say where their connections come from have the source of all", () => {
  const { clusters } = configOf(`
cluster_manager:
  upstream_bind_config: { source_address: { address: 127.0.0.2, port_value: 0 } }
static_resources:
  clusters:
  - { name: a }
  - name: b
    upstream_bind_config: { source_address: { address: 127.0.0.3, port_value: 0 } }`);
  const sources = clusters.map(({ poolPolicy }) => poolPolicy.connect.sources[0]?.host);
  assert.deepEqual(sources, ["127.0.0.2", "127.0.0.3"]);
});

test("an empty bootstrap is one without listeners", () => {
  const { config } = loadBootstrap({ text: "{}" });
  assert.deepEqual([config.listeners, config.clusters, config.admin], [[], [], null]);
});

test("the node and the flush interval", () => {
  const text = "node: { id: i, cluster: c, locality: { zone: z } }\nstats_flush_interval: 1.5s";
  const config = configOf(text);
  assert.deepEqual(config.node, {
    id: "i",
    cluster: "c",
    locality: { region: "", zone: "z", subZone: "" },
  });
  assert.equal(config.statsFlushIntervalMs, 1_500);
});

test("a file is read, and problems name it", (t) => {
  const path = fileOf(t, `\uFEFF${QUICK_START}`);
  assert.deepEqual(loadBootstrap({ path }).config, configOf(QUICK_START));
  const [problem] = errorOf({ path: fileOf(t, "\uFEFFnode: 5") }).problems;
  assert.match(problem?.file ?? "", /envoy\.yaml$/);
  assert.deepEqual([problem?.line, problem?.column], [1, 7]);
});

test("a file that cannot be read", () => {
  const [problem] = errorOf({ path: "/no/such/file.yaml" }).problems;
  assert.equal(problem?.file, "/no/such/file.yaml");
  assert.match(problem?.message ?? "", /^cannot be read: ENOENT/);
});

test("neither file nor text; an empty text", () => {
  assert.equal(errorOf({}).message, "configuration: error: neither a file nor a text is given");
  assert.equal(errorOf({ text: "" }).message, "--config-yaml: error: is empty");
  assert.equal(errorOf({ text: "null" }).problems.length, 1);
});

test("a text is merged over the file", (t) => {
  const path = fileOf(t, QUICK_START);
  const text = `
admin: { address: { socket_address: { port_value: 9000 } } }
static_resources: { clusters: [{ name: extra, connect_timeout: 1s }] }`;
  const { config, bootstrap, sourceMap } = loadBootstrap({ path, text });
  assert.deepEqual(config.admin?.address, { kind: "ip", host: "127.0.0.1", port: 9000 });
  assert.deepEqual(
    config.clusters.map((cluster) => cluster.name),
    ["service_envoyproxy_io", "extra"],
  );
  const added = bootstrap.staticResources?.clusters[1];
  assert.ok(added);
  assert.deepEqual(sourceMap.position(added, "connectTimeout"), { file: "--config-yaml", line: 3, column: 64 });
});

test("problems of a merged configuration lead to the text they are in", (t) => {
  const path = fileOf(t, QUICK_START);
  const text = "static_resources:\n  clusters:\n  - name: service_envoyproxy_io";
  const { problems } = errorOf({ path, text });
  assert.deepEqual(
    problems.map((p) => `${p.file} ${p.line}:${p.column} ${p.path}: ${p.message}`),
    [
      '--config-yaml 3:11 static_resources.clusters[1].name: there is another cluster "service_envoyproxy_io" (line 33)',
    ],
  );
});

const UNIMPLEMENTED = `
flags_path: /x
node: { id: x, user_agent_name: y }
admin:
  address: { pipe: { path: /a } }
  profile_path: ""
  ignore_global_conn_limit: false
cluster_manager: { enable_deferred_cluster_creation: true }
`;

test("what is known and not implemented is a warning", () => {
  assert.deepEqual(problemsOf(UNIMPLEMENTED), [
    "2:1 warning flags_path: `flags_path` is known but not implemented by Sluice yet; it has no effect",
    "3:16 warning node.user_agent_name: `user_agent_name` is known but not implemented by Sluice yet; it has no effect",
    "8:20 warning cluster_manager.enable_deferred_cluster_creation: `enable_deferred_cluster_creation` is known but not implemented by Sluice yet; it has no effect",
  ]);
});

test("with `strict` it is an error", () => {
  assert.deepEqual(
    problemsOf(UNIMPLEMENTED, { strict: true }).map((line) => line.split(" ").slice(0, 2).join(" ")),
    ["2:1 error", "3:16 error", "8:20 error"],
  );
});

test("warnings and errors come together", () => {
  const problems = problemsOf("flags_path: /x\nstatic_resources: { listeners: 5 }");
  assert.deepEqual(problems, [
    "1:1 warning flags_path: `flags_path` is known but not implemented by Sluice yet; it has no effect",
    "2:32 error static_resources.listeners: expected a list, found the number 5",
  ]);
});

test("dynamic resources are missing, and the static ones serve", () => {
  assert.deepEqual(problemsOf("dynamic_resources: { lds_config: { path: /x } }"), [
    "1:1 warning dynamic_resources: `dynamic_resources` is known but not implemented by Sluice yet: the listeners and clusters of the management server will be missing",
  ]);
  assert.deepEqual(problemsOf("dynamic_resources: {}"), []);
});

test("an error shows the line and a caret", () => {
  assert.equal(
    errorOf({ text: "node:\n  idd: x\n" }).message,
    "--config-yaml:2:3: error: node.idd: unknown field `idd` of Node\n    idd: x\n    ^\n  did you mean `id`?",
  );
});
