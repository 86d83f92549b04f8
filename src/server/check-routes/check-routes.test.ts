import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { stringify } from "yaml";
import { loadRouteTables } from "../../config/route-table-file.js";
import { loadRouteTests } from "../../config/route-tests.js";
import { checkRoutes, type RouteCheck } from "./check-routes.js";

const TABLE = `
response_headers_to_add: [{ header: { key: x-table, value: "%RESPONSE_CODE%" } }]
virtual_hosts:
- name: forwarding
  domains: [a.test]
  virtual_clusters: [{ name: posts, headers: [{ name: ":method", string_match: { exact: POST } }] }]
  routes:
  - match: { prefix: /share, runtime_fraction: { runtime_key: share.key, default_value: { numerator: 50 } } }
    route: { cluster: share }
  - match: { prefix: /share, runtime_fraction: { default_value: { numerator: 50 } } }
    route: { cluster: keyless }
  - match: { prefix: /weighted }
    route:
      weighted_clusters:
        runtime_key_prefix: weights
        clusters: [{ name: w1, weight: 30 }, { name: w2, weight: 70 }]
  - match: { prefix: /meta, dynamic_metadata: [{ filter: f, path: [{ key: k }], value: { string_match: { exact: v } } }] }
    route: { cluster: meta }
  - match: { prefix: /header }
    route: { cluster_header: x-cluster, timeout: 2.5s, host_rewrite_literal: new.test, prefix_rewrite: /new }
    metadata: { filter_metadata: { team: { name: blue, size: 3 } } }
    request_headers_to_add: [{ header: { key: x-path, value: "%REQ(:path)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" } }]
    response_headers_to_remove: [x-secret]
  - { match: { prefix: /bad }, route: { cluster: bad, regex_rewrite: { pattern: { regex: /bad }, substitution: "no slash" } } }
  - { match: { connect_matcher: {} }, route: { cluster: tunnel } }
- name: answering
  domains: [b.test]
  require_tls: EXTERNAL_ONLY
  routes:
  - { match: { path: /go }, redirect: { host_redirect: c.test, response_code: TEMPORARY_REDIRECT } }
  - match: { path: /text }
    direct_response: { status: 203, body: { inline_string: hällo } }
    response_headers_to_add: [{ header: { key: content-type, value: text/html } }]
  - { match: { path: /none }, non_forwarding_action: {} }
`;

const NOWHERE = {
  cluster_name: "",
  virtual_host_name: "",
  virtual_cluster_name: "",
  path_rewrite: "",
  host_rewrite: "",
};
const header = (name: string, exact: string): object => ({ name, string_match: { exact } });

/** Input beside the authority, and what is to come of it. */
const CASES: readonly (readonly [string, Record<string, unknown>, object])[] = [
  ["a.test", { path: "/share" }, { cluster_name: "keyless" }],
  ["a.test", { path: "/share", random_value: 50 }, { ...NOWHERE, path_redirect: "" }],
  ["a.test", { path: "/share", runtime: "share.key", random_value: 49 }, { cluster_name: "share" }],
  ["a.test", { path: "/share", runtime: "other.key", random_value: 49 }, { cluster_name: "keyless" }],
  ["a.test", { path: "/weighted", random_value: 29 }, { cluster_name: "w1" }],
  ["a.test", { path: "/weighted", random_value: 30 }, { cluster_name: "w2" }],
  ["a.test", { path: "/weighted", random_value: "9007199254740991" }, { cluster_name: "w2" }],
  [
    "a.test",
    {
      path: "/meta",
      dynamic_metadata: [
        { metadata_namespace: "f", value: { k: "v" } },
        { metadata_namespace: "f", value: { k: "x" } },
      ],
    },
    { cluster_name: "meta" },
  ],
  [
    "a.test",
    {
      path: "/meta",
      dynamic_metadata: [
        { metadata_namespace: "f", value: { k: "v" } },
        { metadata_namespace: "f", value: { k: "x" }, allow_overwrite: true },
      ],
    },
    { cluster_name: "" },
  ],
  [
    "a.test",
    {
      path: "/header?q=1",
      method: "POST",
      additional_request_headers: [{ key: "X-Cluster", value: "named" }],
      additional_response_headers: [
        { key: "x-secret", value: "s" },
        { key: "x-kept", value: "k" },
      ],
    },
    {
      cluster_name: "named",
      virtual_host_name: "forwarding",
      virtual_cluster_name: "posts",
      path_rewrite: "/new?q=1",
      host_rewrite: "new.test",
      path_redirect: "",
      timeout: "2.5s",
      route_metadata: [
        { namespace: "team", key: "name", value: "blue" },
        { namespace: "team", key: "size", value: "3" },
      ],
      request_header_matches: [
        header("x-path", "/header?q=1 127.0.0.1"),
        header("x-envoy-original-path", "/header?q=1"),
        header("x-forwarded-proto", "http"),
        header(":authority", "new.test"),
        { name: "x-envoy-internal", invert_match: true },
      ],
      response_header_matches: [
        header("x-table", "200"),
        header("x-kept", "k"),
        { name: "x-secret", invert_match: true },
      ],
      request_header_fields: [
        { key: "x-cluster", value: "named" },
        { key: "x-none", value: "" },
      ],
    },
  ],
  ["a.test", { path: "/weighted" }, { virtual_cluster_name: "other", timeout: "15s" }],
  ["a.test", { path: "/bad" }, { cluster_name: "bad", path_rewrite: "" }],
  ["a.test", { path: "/", method: "CONNECT" }, { cluster_name: "tunnel" }],
  ["a.test", { path: "/nothing" }, { ...NOWHERE, path_redirect: "" }],
  ["c.test", { path: "/" }, { ...NOWHERE, path_redirect: "" }],
  ["b.test", { path: "/go" }, { path_redirect: "https://b.test/go", code_redirect: 301 }],
  ["b.test", { path: "/go", internal: true }, { ...NOWHERE, path_redirect: "http://c.test/go", code_redirect: 307 }],
  ["b.test", { path: "/go", ssl: true }, { path_redirect: "https://c.test/go" }],
  [
    "b.test",
    { path: "/text", ssl: true },
    {
      path_redirect: "https://b.test/text",
      code_redirect: 203,
      response_header_matches: [
        header("content-length", "6"),
        header("content-type", "text/plain,text/html"),
        header("x-table", "203"),
      ],
    },
  ],
  ["b.test", { path: "/none", ssl: true }, { ...NOWHERE, path_redirect: "" }],
];

function check(t: TestContext, table: string, tests: object): RouteCheck {
  const directory = mkdtempSync(join(tmpdir(), "sluice-routes-"));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, "table.yaml"), table);
  writeFileSync(join(directory, "tests.yaml"), stringify(tests));
  const { tables } = loadRouteTables(join(directory, "table.yaml"));
  const config = tables[0]?.config;
  assert.ok(config !== undefined);
  return checkRoutes(config, loadRouteTests(join(directory, "tests.yaml")));
}

function testOf([authority, input, validate]: (typeof CASES)[number]): object {
  return {
    test_name: `${authority} ${JSON.stringify(input)}`,
    input: { authority, method: "GET", ...input },
    validate,
  };
}

test("a table answers as its tests expect", (t) => {
  const { results, coverage } = check(t, TABLE, { tests: CASES.map(testOf) });
  for (const { name, failures } of results) assert.deepEqual(failures, [], name);
  assert.equal(results.length, CASES.length);
  assert.deepEqual(coverage.missing, []);
  assert.equal(coverage.routes.length, 11);
});

test("each field can fail", (t) => {
  const wrong = {
    cluster_name: "x",
    virtual_cluster_name: "x",
    virtual_host_name: "x",
    path_rewrite: "x",
    host_rewrite: "x",
    path_redirect: "x",
    code_redirect: 301,
    timeout: "1s",
    route_metadata: [{ namespace: "team", key: "name", value: "red" }],
    request_header_matches: [header("x-path", "x")],
    response_header_matches: [{ name: "x-table", invert_match: true }],
  };
  const { results, coverage } = check(t, TABLE, { tests: [testOf(["a.test", { path: "/header" }, wrong])] });
  assert.deepEqual(
    results[0]?.failures.map(({ field, actual }) => `${field}: ${actual}`),
    [
      'cluster_name: ""',
      'virtual_cluster_name: "other"',
      'virtual_host_name: "forwarding"',
      'path_rewrite: "/new"',
      'host_rewrite: "new.test"',
      'path_redirect: ""',
      'code_redirect: "none"',
      'timeout: "2.5s"',
      'route_metadata team: name: "blue"',
      'request_header_matches: "/header 127.0.0.1"',
      'response_header_matches: "200"',
    ],
  );
  assert.equal(coverage.coveredCount, 0);
});

test("weights of the runtime, and routes of a matcher tree", (t) => {
  const runtime = { weights: { w1: 100, w2: 0 } };
  const { results } = check(t, TABLE, {
    runtime,
    tests: [testOf(["a.test", { path: "/weighted", random_value: 99 }, { cluster_name: "w1" }])],
  });
  assert.deepEqual(results[0]?.failures, []);
  const tree = `
virtual_hosts:
- name: tree
  domains: ["*"]
  matcher:
    matcher_tree:
      input: { name: i, typed_config: { "@type": type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput, header_name: x-a } }
      exact_match_map:
        map:
          one: { action: { name: r, typed_config: { "@type": type.googleapis.com/envoy.config.route.v3.Route, match: { prefix: / }, route: { cluster: one } } } }
    on_no_match: { action: { name: r, typed_config: { "@type": type.googleapis.com/envoy.config.route.v3.Route, match: { prefix: / }, route: { cluster: other } } } }
`;
  const { results: ofTree, coverage } = check(t, tree, {
    tests: [
      testOf(["h", { path: "/", additional_headers: [{ key: "x-a", value: "one" }] }, { cluster_name: "one" }]),
      testOf(["h", { path: "/" }, { cluster_name: "other" }]),
    ],
  });
  for (const { failures } of ofTree) assert.deepEqual(failures, []);
  assert.equal(coverage.percent, 100);
});
