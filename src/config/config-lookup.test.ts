import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBootstrap } from "./bootstrap.js";
import { ConfigLookup } from "./config-lookup.js";

const TEXT = `node: { id: me }
static_resources:
  listeners:
  - name: web
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: web
          stream_idle_timeout: 1.5s
          use_remote_address: true
          route_config:
            virtual_hosts:
            - name: a
              domains: [one.test, two.test]
              routes:
              - match: { prefix: / }
                route: { cluster: c, auto_host_rewrite: true, timeout: 0.25s }
          http_filters:
          - name: router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
  - name: c
    type: STRICT_DNS
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: { http_protocol_options: { enable_trailers: true } }
`;

const { bootstrap, sourceMap } = loadBootstrap({ text: TEXT, strict: true });
const LOOKUP = new ConfigLookup(bootstrap, sourceMap);
const MANAGER = "static_resources.listeners[0].filter_chains[0].filters[0].typed_config";
const ROUTE = `${MANAGER}.route_config.virtual_hosts[0].routes[0]`;
const OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

test("a path leads through lists, maps and what an Any holds, to a value and its line", () => {
  const CASES: readonly (readonly [string, string, number])[] = [
    ["node.id", "me", 1],
    ["static_resources.listeners[0].name", "web", 4],
    [`${MANAGER}.stream_idle_timeout`, "1.5s", 12],
    [`${MANAGER}.use_remote_address`, "true", 13],
    [`${MANAGER}.route_config.virtual_hosts[0].domains[1]`, "two.test", 17],
    [`${MANAGER}.route_config.virtual_hosts[0].domains`, "[one.test, two.test]", 17],
    [`${ROUTE}.route.auto_host_rewrite`, "true", 20],
    [`${ROUTE}.match`, "{ prefix: / }", 19],
    ["static_resources.clusters[0].type", "STRICT_DNS", 26],
    [
      `static_resources.clusters[0].typed_extension_protocol_options["${OPTIONS}"].explicit_http_config`,
      "{ http_protocol_options: { enable_trailers: true } }",
      30,
    ],
  ];
  for (const [path, value, line] of CASES) {
    const found = LOOKUP.find(path);
    assert.deepEqual([found?.path, found?.value, found?.position.line], [path, value, line], path);
  }
});

test("what is not set is not found", () => {
  const PATHS = [
    "node.cluster",
    "nope",
    "node.id.below",
    "static_resources.listeners[1]",
    "static_resources.listeners[0].filter_chains[0].filters[0].typed_config.rds",
    'static_resources.clusters[0].typed_extension_protocol_options["__proto__"]',
    "",
  ];
  for (const path of PATHS) assert.equal(LOOKUP.find(path), null, path);
});

test("lengths, types, and all settings below a message", () => {
  assert.equal(LOOKUP.length(`${MANAGER}.http_filters`), 1);
  assert.equal(LOOKUP.length(`${MANAGER}.access_log`), 0);
  assert.equal(
    LOOKUP.typeName(`${MANAGER}.http_filters[0].typed_config`),
    "envoy.extensions.filters.http.router.v3.Router",
  );
  assert.equal(LOOKUP.typeName("node.id"), "");
  assert.deepEqual(
    LOOKUP.leaves(`${ROUTE}.route`).map(({ path, value }) => [path.slice(ROUTE.length), value]),
    [
      [".route.cluster", "c"],
      [".route.auto_host_rewrite", "true"],
      [".route.timeout", "0.25s"],
    ],
  );
});
