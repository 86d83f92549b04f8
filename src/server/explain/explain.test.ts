import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadBootstrap } from "../../config/bootstrap.js";
import { ConfigLookup } from "../../config/config-lookup.js";
import { explain } from "./explain.js";
import { parseHeader } from "./explain-request.js";
import type { Explanation } from "./explanation.js";

const TYPES = "type.googleapis.com/envoy.extensions.filters";
const HCM = `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`;
const ROUTER = `${TYPES}.http.router.v3.Router`;

/** A line of the fixture stands behind `#` in the expectations, so that it can be edited. */
const FIXTURE = `static_resources:
  listeners:
  - name: web
    address: { socket_address: { address: 127.0.0.1, port_value: 10000 } }
    filter_chains:
    - filter_chain_match: { source_prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }] }
      filters: []
    - name: local
      filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": ${HCM}
          stat_prefix: web
          generate_request_id: false
          normalize_path: true
          stream_idle_timeout: 60s # idle
          route_config:
            virtual_hosts:
            - name: exact # exact host
              domains: [shop.test, "shop.test:10000"]
              routes:
              - name: path
                match: { path: /health } # path
                direct_response: { status: 204 }
              - name: header
                match:
                  prefix: /
                  headers:
                  - { name: x-a, present_match: true }
                  - { name: x-b, string_match: { exact: "1" } } # second header
                route: { cluster: other }
              - name: query
                match:
                  prefix: /
                  query_parameters: [{ name: debug, string_match: { prefix: y } }] # query
                route: { cluster: other }
              - name: regex
                match: { safe_regex: { regex: "/r/[0-9]+" } } # regex
                route: { cluster: other }
              - name: grpc
                match:
                  prefix: /
                  grpc: {} # grpc
                route: { cluster: other }
              - name: tunnel
                match: { connect_matcher: {} }
                route: { cluster: other, upgrade_configs: [{ upgrade_type: CONNECT, connect_config: {} }] }
              - name: taken # taken
                match: { prefix: /api/ }
                route:
                  cluster: main
                  prefix_rewrite: /v1/
                  host_rewrite_literal: inner.test
                  timeout: 3s # timeout
            - name: wide
              domains: ["*.test"]
              routes:
              - match: { prefix: /only }
                route: { cluster: main }
          upgrade_configs: [{ upgrade_type: CONNECT }]
          http_filters:
          - name: envoy.filters.http.router # router
            typed_config: { "@type": ${ROUTER} }
  - name: second
    address: { socket_address: { address: "::1", port_value: 10001 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": ${HCM}
          stat_prefix: second
          route_config:
            virtual_hosts:
            - { name: any, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: main } }] }
          http_filters:
          - { name: envoy.filters.http.router, typed_config: { "@type": ${ROUTER} } }
  clusters:
  - name: main # main cluster
    type: STRICT_DNS
    connect_timeout: 0.25s # connect
    load_assignment:
      cluster_name: main
      endpoints:
      - lb_endpoints: [{ endpoint: { address: { socket_address: { address: host.internal, port_value: 80 } } } }]
  - name: other
    load_assignment:
      cluster_name: other
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 1 } } } }] }]
`;

const LINES = FIXTURE.split("\n");
const LOADED = loadBootstrap({ text: FIXTURE, strict: true });
const SOURCE = { config: LOADED.config, lookup: new ConfigLookup(LOADED.bootstrap, LOADED.sourceMap) };

function explainUrl(
  url: string,
  headers: readonly string[] = [],
  more: { method?: string; body?: string } = {},
): Explanation {
  const { method = "GET", body = "" } = more;
  return explain(
    { method, url, headers: headers.map(parseHeader), body, listener: url.startsWith("/") ? "web" : "", client: "" },
    SOURCE,
  );
}

/** The number of the line with a mark. */
function lineOf(mark: string): number {
  return LINES.findIndex((line) => line.endsWith(`# ${mark}`)) + 1;
}

const HOST = "host: shop.test";

describe("routes that were not taken, with their first condition that was not met", () => {
  const PATH = ["path", 'path exact "/health"', lineOf("path")];
  const FIRST_HEADER = ["header", "header x-a: present", lineOf("second header") - 1];
  const QUERY = ["query", 'query parameter debug: prefix "y"', lineOf("query")];
  const REGEX = ["regex", 'path regex "/r/[0-9]+"', lineOf("regex")];
  const GRPC = ["grpc", "content-type application/grpc or application/grpc+...", lineOf("grpc")];
  const CONNECT = ["tunnel", "method CONNECT", lineOf("taken") - 2];
  const CASES: readonly (readonly [string, string, readonly string[], readonly unknown[], string | null])[] = [
    ["the first route", "/health", [], [], "path"],
    ["all but the last", "/api/users", [], [PATH, FIRST_HEADER, QUERY, REGEX, GRPC, CONNECT], "taken"],
    [
      "the second of two headers",
      "/api/users",
      ["x-a: 0", "x-b: 2"],
      [PATH, ["header", 'header x-b: exact "1"', lineOf("second header")], QUERY, REGEX, GRPC, CONNECT],
      "taken",
    ],
    ["both headers are there", "/api/users", ["x-a: 0", "x-b: 1"], [PATH], "header"],
    ["a query parameter", "/?debug=yes", [], [PATH, FIRST_HEADER], "query"],
    ["a regular expression is for the whole path", "/r/1", [], [PATH, FIRST_HEADER, QUERY], "regex"],
    ["a content type", "/x", ["content-type: application/grpc"], [PATH, FIRST_HEADER, QUERY, REGEX], "grpc"],
    [
      "none at all",
      "/nothing",
      [],
      [PATH, FIRST_HEADER, QUERY, REGEX, GRPC, CONNECT, ["taken", 'path prefix "/api/"', lineOf("taken") + 1]],
      null,
    ],
  ];
  for (const [name, path, headers, passed, taken] of CASES) {
    test(name, () => {
      const explanation = explainUrl(path, [HOST, ...headers]);
      const told = explanation.passed.map(({ text, subject, expected, place }) => [
        text,
        `${subject} ${expected}`,
        place?.line,
      ]);
      assert.deepEqual(told, passed);
      assert.equal(explanation.route?.text ?? null, taken);
    });
  }
});

test("the way of a request, each step with its line", () => {
  const { listener, filterChain, asked, virtualHost, route, cluster } = explainUrl("/api/./users?id=1", [HOST]);
  assert.deepEqual([listener.text, listener.place?.line], ["web, 127.0.0.1:10000", 3]);
  assert.deepEqual([filterChain?.text, filterChain?.place?.line], ["local", 8]);
  assert.deepEqual(asked, { authority: "shop.test", path: "/api/users?id=1" }, "normalised");
  assert.deepEqual(
    [virtualHost?.text, virtualHost?.place?.line],
    ['exact, by its domain "shop.test"', lineOf("exact host")],
  );
  assert.deepEqual([route?.text, route?.place?.line], ["taken", lineOf("taken")]);
  assert.deepEqual([cluster?.text, cluster?.place?.line], ["main", lineOf("main cluster")]);
});

test("what the host gets: path and host rewritten, headers added", () => {
  const { upstream, reply } = explainUrl("/api/users?id=1", [HOST, "x-mine: 1"]);
  assert.equal(reply, null);
  assert.equal(upstream?.address, "host.internal:80");
  assert.deepEqual([upstream?.method, upstream?.path, upstream?.host], ["GET", "/v1/users?id=1", "inner.test"]);
  const original = upstream?.headers.find(({ name }) => name === "x-envoy-original-path");
  assert.deepEqual(original, { name: "x-envoy-original-path", before: [], after: ["/api/users?id=1"], place: null });
  assert.ok(!upstream?.headers.some(({ name }) => name === "x-mine"), "what stays is not told");
});

test("a body goes with the request", () => {
  const { upstream } = explainUrl("/api/users", [HOST], { method: "POST", body: "hällo" });
  assert.equal(upstream?.method, "POST");
  assert.deepEqual(upstream?.headers.find(({ name }) => name === "content-length")?.after, ["6"]);
});

test("timeouts in force, and the line that sets each", () => {
  const { settings } = explainUrl("/api/users", [HOST]);
  const told = new Map(settings.map(({ name, text, place }) => [name, [text, place?.line ?? null]]));
  assert.deepEqual(told.get("timeout"), ["3s", lineOf("timeout")]);
  assert.deepEqual(told.get("idle timeout"), ["60s", lineOf("idle")]);
  assert.deepEqual(told.get("connect timeout"), ["0.25s", lineOf("connect")]);
  assert.deepEqual(told.get("request timeout"), ["none", null]);
});

test("filters in their order", () => {
  const [filter] = explainUrl("/api/users", [HOST]).filters;
  assert.equal(filter?.name, "envoy.filters.http.router");
  assert.deepEqual([filter?.text, filter?.place?.line, filter?.perRoute], ["runs", lineOf("router"), []]);
});

test("an answer of the proxy itself", () => {
  const { reply, upstream, cluster } = explainUrl("/health", [HOST]);
  assert.deepEqual([reply?.status, reply?.details, upstream, cluster], [204, "direct_response", null, null]);
});

test("CONNECT that ends here opens a tunnel", () => {
  const { route, upstream, reply } = explainUrl("http://shop.test:10000", [HOST], { method: "CONNECT" });
  assert.deepEqual([route?.text, upstream, reply?.status, reply?.tunnel], ["tunnel", null, 200, "127.0.0.1:1"]);
});

test("a connection that the request is not let on is no tunnel", () => {
  const text = FIXTURE.replace("  - name: other\n", "$&    circuit_breakers: { thresholds: [{ max_requests: 0 }] }\n");
  const { config, bootstrap, sourceMap } = loadBootstrap({ text });
  const request = { method: "GET", url: "/only", body: "", listener: "web", client: "" };
  const headers = [HOST, "x-a: 1", "x-b: 1"].map(parseHeader);
  const { cluster, reply } = explain(
    { ...request, headers },
    { config, lookup: new ConfigLookup(bootstrap, sourceMap) },
  );
  assert.deepEqual([cluster?.text, reply?.status, reply?.tunnel, reply?.flags], ["other", 503, "", "UO"]);
});

test("no virtual host: the domains that there are", () => {
  const { virtualHost, domains, passed, reply } = explainUrl("/", ["host: shop.example"]);
  assert.deepEqual([virtualHost, passed, reply?.status], [null, [], 404]);
  assert.deepEqual(domains, ["shop.test", "shop.test:10000", "*.test"]);
  assert.equal(explainUrl("/only", ["host: other.test"]).virtualHost?.text, 'wide, by its domain "*.test"');
});

test("a request that is refused before it is routed", () => {
  const { asked, reply, passed } = explainUrl("/api/%00", [HOST]);
  assert.deepEqual([asked, passed, reply?.status], [null, [], 400]);
});

test("a request that is none, and the listener that gets one", () => {
  const CASES: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["http://", [], /names no host/],
    ["ftp://a/", [], /a URL begins with http/],
    ["a/b", [], /is neither a URL nor a path/],
    ["/a b", [], /has a character that a URL encodes/],
    ["/", ["x"], /a header is written 'name: value', not 'x'/],
    ["/", ["x y: 1"], /'x y' is no name of a header/],
    ["/", ["x: a\rb"], /has a control character/],
  ];
  for (const [url, headers, message] of CASES) {
    assert.throws(() => explainUrl(url, headers), { name: "ExplainRequestError", message }, url);
  }
  assert.throws(() => explainUrl("http://shop.test/"), /no listener has port 80: name one of web .* with --listener/);
  assert.throws(
    () => explain({ method: "G T", url: "/", headers: [], body: "", listener: "", client: "" }, SOURCE),
    /is no method/,
  );
  assert.throws(
    () => explain({ method: "GET", url: "/", headers: [], body: "", listener: "x", client: "" }, SOURCE),
    /no listener 'x'/,
  );
  assert.equal(explainUrl("http://shop.test:10001/x").listener.text, "second, [::1]:10001");
  const named = explain({ method: "GET", url: "/x", headers: [], body: "", listener: "second", client: "" }, SOURCE);
  assert.equal(named.request.authority, "[::1]:10001");
  assert.equal(named.upstream?.host, "[::1]:10001");
});
