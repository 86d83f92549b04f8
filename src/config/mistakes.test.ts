import assert from "node:assert/strict";
import { test } from "node:test";
import { problemListOf } from "./config-text.test.support.js";

/*
 * Mistakes of people who write their first configuration: each has one message, at the place where it has to be mended,
 * which says how.
 */

const GOOD = `admin:
  address:
    socket_address: { address: 127.0.0.1, port_value: 9901 }
static_resources:
  listeners:
  - name: main
    address:
      socket_address: { address: 0.0.0.0, port_value: 8080 }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: "/api" }
                route: { cluster: service, timeout: 5s }
              - match: { prefix: "/" }
                direct_response: { status: 404, body: { inline_string: "none" } }
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: service
    type: STRICT_DNS
    connect_timeout: 1s
    load_assignment:
      cluster_name: service
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: backend, port_value: 80 } } }
`;

/** What is replaced, by what, where the error stands, and a part of its message or suggestion. */
type Mistake = readonly [before: string, after: string, place: string, says: string];

const ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
const TYPED = `            typed_config:\n              "@type": ${ROUTER}\n`;

const MISTAKES: readonly Mistake[] = [
  ["    type: STRICT", "\ttype: STRICT", "30:1", "use spaces"],
  ["    connect_timeout: 1s", "   connect_timeout: 1s", "31:4", "indent it by 4"],
  ["    connect_timeout: 1s", "      connect_timeout: 1s", "31:7", "indent it by 4 spaces"],
  ["static_resources:\n  listeners:", "listeners:", "27:3", "or indent it by 6 or 4 or 0 spaces"],
  ["connect_timeout: 1s", "connect_timeout 1s", "31:5", "write `connect_timeout: 1s`"],
  ["connect_timeout: 1s", "connect_timeout:1s", "31:20", "a space is missing behind the colon"],
  ['prefix: "/api"', 'prefix: "/api', "20:34", "this quote is never closed"],
  ['{ prefix: "/api" }', '{ prefix: "/api"', "20:24", "this `{` is never closed"],
  ['inline_string: "none"', "inline_string: a: b", "23:72", 'write "a: b"'],
  ['["*"]', "[*]", "18:25", 'write "*"'],
  ['["*"]', "[*.example.com]", "18:25", 'put it in quotes: "*.example.com"'],
  ['"@type": type.googleapis.com/envoy.extensions.filters.http', "@type: x", "27:15", 'write "@type"'],
  ['inline_string: "none"', "inline_string: %A%", "23:72", 'write "%A%"'],
  ["port_value: 8080", `port_value: ${"$"}{PORT}`, "8:55", "variables are not replaced"],
  [
    "  - name: service\n",
    '  - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster\n    name: service\n',
    "29:5",
    "leave it out",
  ],
  [
    "    connect_timeout: 1s",
    "    load_balancing_policy:\n      policies: [{ policy: { typed_extension_config: { name: x } } }]",
    "32:20",
    "fields of this Policy: leave out `policy`",
  ],
  ["    connect_timeout: 1s", "    lb_policy: ORIGINAL_DST_LB", "31:16", "did you mean `CLUSTER_PROVIDED`?"],
  [
    "stat_prefix: ingress",
    "stat_prefix: i\n          tracing: { operation_name: INGRESS }",
    "15:22",
    "`traffic_direction`",
  ],
  ["admin:", "node: { hidden_envoy_deprecated_build_version: x }\nadmin:", "1:9", "v2 API: leave it out"],
  ["port_value: 8080", "port: 8080", "8:43", "did you mean `port_value`?"],
  ["port_value: 8080", "port_value: 80800", "8:55", "must be at most 65535"],
  ["port_value: 8080", "port_value: http", "8:55", "expected an integer"],
  [", port_value: 8080", "", "8:23", "`port_value`"],
  ["address: 0.0.0.0", "address: localhost", "8:34", "0.0.0.0 and :: stand for all"],
  ["connect_timeout: 1s", "connect_timeout: 1s\n    connect_timeout: 2s", "32:5", "line 31 has it too"],
  ["connect_timeout: 1s", "conect_timeout: 1s", "31:5", "did you mean `connect_timeout`?"],
  ["connect_timeout: 1s", "connectTimout: 1s", "31:5", "did you mean `connect_timeout`?"],
  ["connect_timeout: 1s", "connect_timeout: 1", "31:22", "did you mean `1s`?"],
  ["connect_timeout: 1s", "connect_timeout: 250ms", "31:22", "did you mean `0.25s`?"],
  ["connect_timeout: 1s", "connect_timeout: -1s", "31:22", "must be more than 0s"],
  ["connect_timeout: 1s", "connect_timeout: *t", "31:22", "is not defined above"],
  ["timeout: 5s", "timeout: 5 s", "21:53", "did you mean `5s`?"],
  ["STRICT_DNS", "STRICT_DSN", "30:11", "did you mean `STRICT_DNS`?"],
  ["STRICT_DNS", "strict-dns", "30:11", "did you mean `STRICT_DNS`?"],
  ["STRICT_DNS", "STATIC", "36:61", "use `type: STRICT_DNS`"],
  ["type: STRICT_DNS", "type: STRICT_DNS\n    lb_policy: ROUND-ROBIN", "31:16", "did you mean `ROUND_ROBIN`?"],
  ["    address:\n      socket", "    address:\n    - socket", "8:5", "take away the `-`"],
  ["cluster: service,", "cluster: servce,", "21:35", "did you mean `service`?"],
  ["stat_prefix: ingress", "stat_prefix: ingress\n          use_remote_address: yes", "15:31", "did you mean `true`?"],
  ["          stat_prefix: ingress\n", "", "13:11", "`stat_prefix` is missing"],
  ["name: service\n    type", "name: 5\n    type", "29:11", 'put it in quotes: "5"'],
  ['{ prefix: "/api" }', '{ safe_regex: "/a.*" }', "20:38", 'did you mean `{ regex: "/a.*" }`?'],
  ["cluster: service, timeout: 5s }", "cluster: service }\n                timeout: 5s", "22:17", "indent it more"],
  ["status: 404", "status: 4040", "23:44", "must be at least 200 and less than 600"],
  ["status: 404", "status: Not Found", "23:44", "expected an integer"],
  ['- match: { prefix: "/api" }', '- prefix: "/api"', "20:17", "`prefix` is a field of `match`"],
  ['- match: { prefix: "/api" }\n                route:', "- route:", "20:17", "`match` is required"],
  ["                route: { cluster: service, timeout: 5s }\n", "", "20:17", "one of `route`"],
  [`"@type": ${ROUTER}`, "{}", "27:15", "`@type` is missing"],
  [TYPED, "", "25:13", `"@type": ${ROUTER}`],
  [ROUTER, ROUTER.slice(ROUTER.indexOf("/") + 1), "27:24", `did you mean \`${ROUTER}\`?`],
  ["v3.Router", "v3.Rooter", "27:24", "did you mean `envoy.extensions.filters.http.router.v3.Router`?"],
  ["extensions.filters.http.router.v3", "config.filter.http.router.v2", "27:24", "router.v3.Router`?"],
  [TYPED, "            config: {}\n", "26:13", "use `typed_config`"],
  [`envoy.filters.http.router\n${TYPED}`, "envoy.router\n", "25:13", `"@type": ${ROUTER}`],
  ["type: STRICT_DNS", "type: STRICT_DNS\n    tls_context: {}", "31:5", "use `transport_socket`"],
  ["type: STRICT_DNS", "type: STRICT_DNS\n    hosts: []", "31:5", "use `load_assignment`"],
  ['{ prefix: "/api" }', '{ regex: "/a.*" }', "20:26", "use `safe_regex"],
  ["  clusters:\n", "  clusters:\n  - name: service\n", "30:11", "there is another cluster"],
  ["- endpoint: { address: {", "- endpoint: { adress: {", "36:23", "did you mean `address`?"],
];

test("the good configuration has no problem", () => {
  assert.deepEqual(problemListOf(GOOD), []);
});

/** Envoy takes one value for a list of one, and so it runs. */
const TAKEN: readonly Mistake[] = [
  ["  - name: service", "    name: service", "29:5", "begin the item with `- `"],
  ['domains: ["*"]', 'domains: "*"', "18:24", 'did you mean `["*"]`?'],
];

for (const [before, after, place, says] of TAKEN) {
  test(`${JSON.stringify(before)} as ${JSON.stringify(after)} is taken with a warning`, () => {
    const [problem, ...others] = problemListOf(GOOD.replace(before, after));
    assert.deepEqual(others, []);
    assert.equal(problem?.severity, "warning");
    assert.equal(`${problem?.line}:${problem?.column}`, place);
    assert.ok(problem?.suggestion.includes(says), problem?.suggestion);
  });
}

for (const [before, after, place, says] of MISTAKES) {
  test(`${JSON.stringify(before)} as ${JSON.stringify(after)}`, () => {
    const text = GOOD.replace(before, () => after);
    assert.notEqual(text, GOOD);
    const errors = problemListOf(text).filter(({ severity }) => severity === "error");
    const [error] = errors;
    assert.equal(errors.length, 1, errors.map(({ line, message }) => `${line}: ${message}`).join("\n"));
    assert.equal(`${error?.line}:${error?.column}`, place, `${error?.message} ${error?.suggestion}`);
    assert.ok(`${error?.message} ${error?.suggestion}`.includes(says), `${error?.message} -> ${error?.suggestion}`);
  });
}

const WHOLE: readonly (readonly [text: string, place: string, says: string])[] = [
  ["", "0:0", "is empty"],
  ["# nothing yet\n", "0:0", "is empty"],
  ["hello", "1:1", "expected a map with the fields of Bootstrap"],
  ["- admin: {}", "1:1", "take away the `-`"],
  ["admin: {}\n---\nadmin: {}", "2:1", "a configuration is one document"],
  ['{ "admin": {},, "node": {} }', "1:15", "a comma too many"],
  ['{ "admin": {}\n "node": {} }', "2:2", "a comma is missing"],
  ['// mine\n{ "admin": {} }', "1:1", "begin it with `#`"],
  ['{ "admin": {},\n  /* none */ "node": {} }', "2:3", "begin it with `#`"],
  ['{ "admin": {', "1:12", "this `{` is never closed"],
  ["\uFEFFadmn: {}", "1:1", "did you mean `admin`?"],
  ["node:\r\n  idd: x\r\n", "2:3", "did you mean `id`?"],
];

test("texts that are something else altogether", () => {
  for (const [text, place, says] of WHOLE) {
    const [error] = problemListOf(text);
    assert.equal(`${error?.line}:${error?.column}`, place, text);
    assert.ok(`${error?.message} ${error?.suggestion}`.includes(says), `${error?.message} -> ${error?.suggestion}`);
  }
});
