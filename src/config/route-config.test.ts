import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { forwardAction, routeMatch } from "../route/route.test.support.js";
import type { RouteConfig } from "../route/route-config.js";
import {
  configOf,
  problemsBelow,
  ROUTE_CONFIG_PATH,
  ROUTES_PATH,
  routesText,
  virtualHostsText,
} from "./config-text.test.support.js";

function routeConfig(text: string): RouteConfig {
  const [listener] = configOf(text).listeners;
  const manager = listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig | undefined;
  assert.ok(manager?.routeConfig);
  return manager.routeConfig;
}

test("every field of a route", () => {
  const config = routeConfig(
    routesText(
      `
- name: a
  match: { path: /a, case_sensitive: false }
  route: { cluster: known, timeout: 0s, idle_timeout: 2s, cluster_not_found_response_code: NOT_FOUND, prefix_rewrite: /b, auto_host_rewrite: true }
- match: { path_separated_prefix: /c }
  direct_response: { status: 201, body: { inline_string: hi } }
- match: { prefix: / }
  direct_response: { status: 404, body: { inline_bytes: aGk= } }
- match: { prefix: "" }
  route: { cluster: known, auto_host_rewrite: false }`,
      "ignore_port_in_host_matching: true",
    ),
  );
  assert.equal(config.ignorePortInHostMatching, true);
  const [first, ...others] = config.virtualHosts[0]?.routes ?? [];
  assert.deepEqual(first, {
    name: "a",
    statPrefix: "",
    metadata: {},
    configPath: `${ROUTES_PATH}.routes[0]`,
    decorator: null,
    match: routeMatch({ path: { kind: "path", value: "/a" }, caseSensitive: false }),
    action: forwardAction({
      cluster: { kind: "name", name: "known" },
      idleTimeoutMs: 2_000,
      clusterNotFoundStatus: 404,
      pathRewrite: { kind: "prefix", value: "/b" },
      hostRewrite: { kind: "auto" },
    }),
    headerRules: null,
    filterOverrides: [],
  });
  assert.deepEqual(
    others.map(({ match, action }) => [match.path, action]),
    [
      [
        { kind: "pathSeparatedPrefix", value: "/c" },
        { kind: "directResponse", status: 201, body: "hi", bodyFormat: null },
      ],
      [
        { kind: "prefix", value: "/" },
        { kind: "directResponse", status: 404, body: "hi", bodyFormat: null },
      ],
      [{ kind: "prefix", value: "" }, forwardAction({ cluster: { kind: "name", name: "known" }, timeoutMs: 15_000 })],
    ],
  );
});

test("domains are lower case", () => {
  const config = routeConfig(
    virtualHostsText('- { name: a, domains: [A.Test, "*.B", "C.*"] }\n- { name: b, domains: ["*"] }'),
  );
  assert.deepEqual(
    config.virtualHosts.map((host) => host.domains),
    [["a.test", "*.b", "c.*"], ["*"]],
  );
});

test("clusters need not exist where that is not asked for", () => {
  const routes = "- { match: { prefix: / }, route: { cluster: later } }";
  assert.equal(routeConfig(routesText(routes, "validate_clusters: false")).virtualHosts[0]?.routes.length, 1);
});

const DOMAIN_FAULTS: readonly (readonly [string, readonly string[]])[] = [
  [
    '- { name: a, domains: ["*"] }\n- { name: b, domains: [x, "*"] }',
    ['13:39 error virtual_hosts[1].domains[1]: the domain "*" is already one of virtual host "a" (line 12)'],
  ],
  [
    "- { name: a, domains: [x, X] }",
    ['12:39 error virtual_hosts[0].domains[1]: the domain "x" is already one of this virtual host (line 12)'],
  ],
  [
    '- { name: a, domains: ["a.*.b", "*.c.*", "**"] }',
    [
      '12:36 error virtual_hosts[0].domains[0]: "a.*.b": a wildcard stands alone, at the beginning or at the end, and only once',
      '12:45 error virtual_hosts[0].domains[1]: "*.c.*": a wildcard stands alone, at the beginning or at the end, and only once',
      '12:54 error virtual_hosts[0].domains[2]: "**": a wildcard stands alone, at the beginning or at the end, and only once',
    ],
  ],
  ["- { name: a }", ["12:15 error virtual_hosts[0].domains: `domains` is missing: it must have at least 1 item"]],
  ["- { name: a, domains: [x], require_tls: ALL }", []],
  ["- { name: a, domains: [x], require_tls: NONE }", []],
];

test("faults of domains and virtual hosts", () => {
  for (const [body, expected] of DOMAIN_FAULTS) {
    assert.deepEqual(problemsBelow(ROUTE_CONFIG_PATH, virtualHostsText(body)), expected, body);
  }
});

const MATCH_ALL = "match: { prefix: / }";

const ROUTE_FAULTS: readonly (readonly [string, readonly string[]])[] = [
  [
    `- { ${MATCH_ALL}, route: { cluster: knwon } }`,
    ['15:59 error routes[0].route.cluster: there is no cluster "knwon" -> did you mean `known`?'],
  ],
  [
    `- { ${MATCH_ALL}, route: { cluster: other } }`,
    ['15:59 error routes[0].route.cluster: there is no cluster "other"'],
  ],
  [
    `- { ${MATCH_ALL} }`,
    [
      "15:17 error routes[0]: one of `route`, `redirect`, `direct_response`, `filter_action`, `non_forwarding_action` is required",
    ],
  ],
  [
    "- { match: {}, route: { cluster: known } }",
    [
      "15:26 error routes[0].match: one of `prefix`, `path`, `safe_regex`, `connect_matcher`, `path_separated_prefix`, `path_match_policy` is required",
    ],
  ],
  [
    '- { match: { safe_regex: { regex: "/(a|b" } }, route: { cluster: known } }',
    ['15:49 error routes[0].match.safe_regex.regex: "/(a|b" is no regular expression of RE2: missing closing )'],
  ],
  [
    "- { match: { regex: /.* }, route: { cluster: known } }",
    [
      "15:28 error routes[0].match.regex: unknown field `regex` of RouteMatch -> `regex` was removed with Envoy's v2 API: use `safe_regex: { regex: ... }`",
    ],
  ],
  [
    "- { match: { prefix: /, path: /a }, route: { cluster: known } }",
    ["15:39 error routes[0].match.path: `path` cannot be set together with `prefix` (line 15)"],
  ],
  [
    "- { match: { path_separated_prefix: /a/ }, route: { cluster: known } }",
    ["15:51 error routes[0].match.path_separated_prefix: must match the pattern ^[^?#]+[^?#/]$"],
  ],
  [
    '- { match: { prefix: /, headers: [{ name: a, string_match: { safe_regex: { regex: "a**" } } }] }, route: { cluster: known } }',
    [
      '15:97 error routes[0].match.headers[0].string_match.safe_regex.regex: "a**" is no regular expression of RE2: invalid nested repetition operator at character 2, before `**`',
    ],
  ],
  [
    `- { ${MATCH_ALL}, route: { cluster: known, host_rewrite: "%REG(x)%" } }`,
    ["15:80 error routes[0].route.host_rewrite: unknown operator %REG% (at offset 0) -> did you mean `REQ`?"],
  ],
  [
    `- { ${MATCH_ALL}, route: { cluster: known, timeout: -1s } }`,
    ["15:75 error routes[0].route.timeout: must not be negative"],
  ],
  [
    `- { ${MATCH_ALL}, route: { cluster: known, retry_policy: { retry_options_predicates: [{ name: p, typed_config: { "@type": type.googleapis.com/google.protobuf.Empty } }] } }, tracing: { random_sampling: { numerator: 1 } } }`,
    [
      "15:82 warning routes[0].route.retry_policy.retry_options_predicates: `retry_options_predicates` is known but not implemented by Sluice yet; it has no effect",
      "15:197 warning routes[0].tracing: `tracing` is known but not implemented by Sluice yet: there is no tracer, so nothing is sampled",
    ],
  ],
  [
    `- { ${MATCH_ALL}, direct_response: { status: 600 } }`,
    ["15:68 error routes[0].direct_response.status: must be at least 200 and less than 600"],
  ],
  [
    `- { ${MATCH_ALL}, direct_response: { status: 200, body: { filename: /no/such/file } } }`,
    [
      "15:91 error routes[0].direct_response.body.filename: cannot be read: ENOENT: no such file or directory, open '/no/such/file'",
    ],
  ],
  [
    `- { ${MATCH_ALL}, direct_response: { status: 200, body: { environment_variable: SLUICE_NOT_SET } } }`,
    [
      "15:103 error routes[0].direct_response.body.environment_variable: the environment variable SLUICE_NOT_SET is not set",
    ],
  ],
];

test("a domain that is none matches nothing, which is said", () => {
  const lines = problemsBelow(
    ROUTE_CONFIG_PATH,
    virtualHostsText('- { name: v, domains: [a.example, "http://b.example/"] }'),
  );
  assert.deepEqual(lines, [
    '12:47 warning virtual_hosts[0].domains[1]: no host is "http://b.example/": a domain is a name, without a scheme and a path',
  ]);
});

test("faults of routes", () => {
  for (const [body, expected] of ROUTE_FAULTS) {
    assert.deepEqual(problemsBelow(ROUTES_PATH, routesText(body)), expected, body);
  }
});

test("the body of a direct response is limited", () => {
  const route = (size: number) =>
    `- { ${MATCH_ALL}, direct_response: { status: 200, body: { inline_string: "${"x".repeat(size)}" } } }`;
  assert.deepEqual(problemsBelow(ROUTES_PATH, routesText(route(4096))), []);
  assert.deepEqual(problemsBelow(ROUTES_PATH, routesText(route(4097))), [
    "15:79 error routes[0].direct_response.body: the body has 4097 bytes; 4096 are allowed -> raise `max_direct_response_body_size_bytes` of the route configuration",
  ]);
  assert.deepEqual(problemsBelow(ROUTES_PATH, routesText(route(5), "max_direct_response_body_size_bytes: 5")), []);
  assert.equal(problemsBelow(ROUTES_PATH, routesText(route(6), "max_direct_response_body_size_bytes: 5")).length, 1);
});

test("routes are not blamed for clusters that could not be read", () => {
  const text = routesText(`- { ${MATCH_ALL}, route: { cluster: other } }`);
  for (const clusters of ["{ name: other }", "[{ nmae: other }]", "[{ name: 5 }]"]) {
    const faults = problemsBelow(ROUTES_PATH, text.replace("[{ name: known }]", clusters));
    assert.deepEqual(
      faults.filter((line) => line.includes("there is no cluster")),
      [],
    );
    assert.ok(faults.length > 0);
  }
});
