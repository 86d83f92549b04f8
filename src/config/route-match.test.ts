import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { routeMatch } from "../route/route.test.support.js";
import type { RouteMatchConfig } from "../route/route-config.js";
import { configOf, problemsBelow, ROUTES_PATH, routesText } from "./config-text.test.support.js";

function matchOf(match: string): RouteMatchConfig | undefined {
  const [listener] = configOf(routeText(match)).listeners;
  const manager = listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig | undefined;
  return manager?.routeConfig?.virtualHosts[0]?.routes[0]?.match;
}

/** The match is on line 15 from column 24 on. */
function routeText(match: string): string {
  return routesText(`- match: ${match}\n  route: { cluster: known }`);
}

function problemsIn(match: string): string[] {
  return problemsBelow(`${ROUTES_PATH}.routes[0].match`, routeText(match));
}

const EXACT_V = { kind: "string", matcher: { kind: "exact", value: "v", ignoreCase: false } } as const;
const plain = { invert: false, treatMissingAsEmpty: false };

const MATCHES: readonly (readonly [string, Partial<RouteMatchConfig>])[] = [
  ["{ safe_regex: { google_re2: {}, regex: /a+ } }", { path: { kind: "regex", value: "/a+" } }],
  ["{ connect_matcher: {} }", { path: { kind: "connect", value: "" } }],
  ["{ prefix: /, grpc: {} }", { grpc: true }],
  [
    "{ prefix: /, runtime_fraction: { default_value: { numerator: 5, denominator: MILLION }, runtime_key: k } }",
    { runtimeFraction: { defaultValue: { numerator: 5, denominator: 1_000_000 }, runtimeKey: "k" } },
  ],
  [
    "{ prefix: /, runtime_fraction: { default_value: { numerator: 5 } } }",
    { runtimeFraction: { defaultValue: { numerator: 5, denominator: 100 }, runtimeKey: "" } },
  ],
  ["{ prefix: /, tls_context: { presented: false } }", { tlsContext: { presented: false, validated: null } }],
  ["{ prefix: /, tls_context: {} }", { tlsContext: { presented: null, validated: null } }],
  [
    "{ prefix: /, headers: [{ name: X-A, exact_match: v }, { name: Host, invert_match: true }] }",
    {
      headers: [
        { name: "x-a", value: EXACT_V, ...plain },
        { name: ":authority", value: { kind: "present", present: true }, ...plain, invert: true },
      ],
    },
  ],
  [
    // Envoy: an empty value is any.
    '{ prefix: /, headers: [{ name: a, exact_match: "" }, { name: a, present_match: false }] }',
    {
      headers: [
        {
          name: "a",
          value: { kind: "string", matcher: { kind: "prefix", value: "", ignoreCase: false } },
          ...plain,
        },
        { name: "a", value: { kind: "present", present: false }, ...plain },
      ],
    },
  ],
  [
    "{ prefix: /, headers: [{ name: a, range_match: { start: -1, end: 5 }, treat_missing_header_as_empty: true }] }",
    {
      headers: [{ name: "a", value: { kind: "range", start: -1n, end: 5n }, invert: false, treatMissingAsEmpty: true }],
    },
  ],
  [
    "{ prefix: /, headers: [{ name: a, string_match: { suffix: v, ignore_case: true } }, { name: a, safe_regex_match: { regex: v } }] }",
    {
      headers: [
        { name: "a", value: { kind: "string", matcher: { kind: "suffix", value: "v", ignoreCase: true } }, ...plain },
        { name: "a", value: { kind: "string", matcher: { kind: "regex", value: "v", ignoreCase: false } }, ...plain },
      ],
    },
  ],
  [
    "{ prefix: /, query_parameters: [{ name: a, string_match: { exact: v } }, { name: b }, { name: c, present_match: false }] }",
    {
      queryParameters: [
        { name: "a", value: EXACT_V },
        { name: "b", value: { kind: "present", present: true } },
        { name: "c", value: { kind: "present", present: false } },
      ],
    },
  ],
  [
    "{ prefix: /, dynamic_metadata: [{ filter: f, path: [{ key: a }, { key: b }], value: { string_match: { exact: v } }, invert: true }] }",
    { dynamicMetadata: [{ namespace: "f", path: ["a", "b"], value: EXACT_V, invert: true }] },
  ],
  [
    "{ prefix: /, dynamic_metadata: [{ filter: f, path: [{ key: a }], value: { or_match: { value_matchers: [{ null_match: {} }, { list_match: { one_of: { bool_match: true } } }, { double_match: { exact: 1 } }, { double_match: { range: { start: 1, end: 2 } } }, { present_match: true }] } } }] }",
    {
      dynamicMetadata: [
        {
          namespace: "f",
          path: ["a"],
          value: {
            kind: "or",
            matchers: [
              { kind: "null" },
              { kind: "item", matcher: { kind: "bool", value: true } },
              { kind: "number", value: 1 },
              { kind: "range", start: 1, end: 2 },
              { kind: "present", present: true },
            ],
          },
          invert: false,
        },
      ],
    },
  ],
];

test("every condition of a route", () => {
  for (const [text, expected] of MATCHES) assert.deepEqual(matchOf(text), routeMatch(expected), text);
});

const FAULTS: readonly (readonly [string, readonly string[]])[] = [
  [
    '{ safe_regex: { regex: "/(?=a)" } }',
    [
      '15:47 error safe_regex.regex: "/(?=a)" is no regular expression of RE2: invalid or unsupported Perl syntax at character 2, before `(?=a)` -> RE2 has no lookahead, lookbehind and back references: https://github.com/google/re2/wiki/Syntax',
    ],
  ],
  [
    "{ prefix: /, headers: [{ name: :pth }] }",
    [
      '15:55 warning headers[0].name: there is no pseudo-header ":pth": it is always missing -> pseudo-headers are `:method`, `:path`, `:authority`, `:scheme`, `:status`, `:protocol`',
    ],
  ],
  [
    "{ prefix: /, headers: [{ name: a, range_match: { start: 5, end: 5 } }] }",
    ["15:71 warning headers[0].range_match: no number is from 5 to before 5: this header can never match"],
  ],
  [
    '{ prefix: /, headers: [{ name: a, string_match: { custom: { name: lua, typed_config: { "@type": type.googleapis.com/envoy.extensions.string_matcher.lua.v3.Lua, source_code: { inline_string: x } } } } }] }',
    [
      "15:82 error headers[0].string_match.custom: an extension that matches strings is known but not implemented by Sluice yet",
    ],
  ],
  [
    '{ prefix: /, query_parameters: [{ name: a, string_match: { safe_regex: { regex: "[" } } }] }',
    [
      '15:104 error query_parameters[0].string_match.safe_regex.regex: "[" is no regular expression of RE2: missing closing ]',
    ],
  ],
  ["{ prefix: /, dynamic_metadata: [{ filter: f, path: [{ key: a }], value: { string_match: { exact: v } } }] }", []],
];

test("faults of conditions", () => {
  for (const [text, expected] of FAULTS) assert.deepEqual(problemsIn(text), expected, text);
});

test("a path that cannot be one matches nothing, which is said", () => {
  const text = 'no request matches "api": paths begin with `/`';
  assert.deepEqual(problemsIn("{ prefix: api }"), [`15:34 warning prefix: ${text}`]);
  assert.deepEqual(problemsIn("{ path: api }"), [`15:32 warning path: ${text}`]);
  assert.deepEqual(problemsIn('{ prefix: "" }'), []);
  assert.deepEqual(problemsIn('{ path: "*" }'), []);
});
