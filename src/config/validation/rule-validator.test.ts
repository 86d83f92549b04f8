import assert from "node:assert/strict";
import { test } from "node:test";
import { DescriptorStore } from "../decode/descriptor-store.js";
import { MessageDecoder } from "../decode/message-decoder.js";
import { ProblemList } from "../decode/problem-list.js";
import { MessageSource, SourceMap } from "../decode/source-map.js";
import { SourceText } from "../decode/source-text.js";
import { parseYaml } from "../decode/yaml-document.js";
import { Deprecations } from "./deprecations.js";
import { compileRules } from "./field-rules.js";
import { RuleValidator } from "./rule-validator.js";

/** Problems of a text as a message of `envoy.` and the given type: decoding and constraints. */
function faults(typeName: string, text: string): string[] {
  const problems = new ProblemList();
  const sourceMap = new SourceMap();
  const store = DescriptorStore.packed();
  const source = new SourceText("f", text);
  const root = parseYaml(source, problems);
  assert.ok(root !== null);
  const desc = store.requireMessage(`envoy.${typeName}`);
  const decoder = new MessageDecoder(store, sourceMap, problems);
  const message = decoder.decodeMessage(desc, root, new MessageSource(source, root.offset, desc, null, ""));
  if (message !== null) {
    new RuleValidator(store, sourceMap, problems, new Deprecations(store, problems)).validate(message);
  }
  return problems.sorted().map((p) => `${p.line}:${p.column}${p.path === "" ? "" : ` ${p.path}`}: ${p.message}`);
}

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["config.core.v3.SocketAddress", "{ address: a, port_value: 80 }", []],
  [
    "config.core.v3.SocketAddress",
    "{ port_value: 65536, protocol: 7 }",
    [
      "1:1 address: `address` is missing: it must not be empty",
      "1:15 port_value: must be at most 65535",
      "1:32 protocol: must be one of TCP, UDP",
    ],
  ],
  // A oneof that must be set; a field of it that could not be read counts as set.
  ["config.core.v3.SocketAddress", "{ address: a }", ["1:1: one of `port_value`, `named_port` is required"]],
  [
    "config.core.v3.SocketAddress",
    "{ address: a, port_value: x }",
    ['1:27 port_value: expected an integer, found the string "x"'],
  ],
  [
    "config.core.v3.SocketAddress",
    "{ address: a, prt_value: 1 }",
    ["1:15 prt_value: unknown field `prt_value` of SocketAddress"],
  ],
  // A required message, and one that is misspelt.
  ["config.route.v3.Route", "{ route: { cluster: a } }", ["1:1 match: `match` is required"]],
  ["config.route.v3.Route", "{ macth: {}, route: { cluster: a } }", ["1:3 macth: unknown field `macth` of Route"]],
  // Below messages, lists and maps.
  [
    "config.route.v3.VirtualHost",
    "name: v\ndomains: [a, ''," + ' "a\\nb"]\nroutes: [{ match: {}, direct_response: { status: 99 } }]',
    [
      "2:18 domains[2]: must be a valid header value",
      "3:19 routes[0].match: one of `prefix`, `path`, `safe_regex`, `connect_matcher`, `path_separated_prefix`, `path_match_policy` is required",
      "3:50 routes[0].direct_response.status: must be at least 200 and less than 600",
    ],
  ],
  ["config.route.v3.VirtualHost", "{ name: v }", ["1:1 domains: `domains` is missing: it must have at least 1 item"]],
  ["config.route.v3.VirtualHost", "{ name: v, domains: [] }", ["1:21 domains: must have at least 1 item"]],
  ["config.cluster.v3.Cluster", "{ name: c, connect_timeout: 0s }", ["1:29 connect_timeout: must be more than 0s"]],
  [
    "config.cluster.v3.Cluster",
    "{ name: c, dns_refresh_rate: 0.001s }",
    ["1:30 dns_refresh_rate: must be more than 0.001s"],
  ],
  [
    "config.listener.v3.FilterChainMatch",
    "{ destination_port: 0, source_ports: [1, 0] }",
    [
      "1:21 destination_port: must be at least 1 and at most 65535",
      "1:42 source_ports[1]: must be at least 1 and at most 65535",
    ],
  ],
  // Wrappers are checked when they are set only.
  ["config.core.v3.CidrRange", "{ address_prefix: a }", []],
  ["config.core.v3.CidrRange", "{ address_prefix: a, prefix_len: 129 }", ["1:34 prefix_len: must be at most 128"]],
  // What an Any holds.
  [
    "config.core.v3.TypedExtensionConfig",
    'name: a\ntyped_config: { "@type": t/envoy.config.core.v3.Pipe, mode: 512 }',
    ["2:15 typed_config.path: `path` is missing: it must not be empty", "2:61 typed_config.mode: must be at most 511"],
  ],
  ["config.core.v3.TypedExtensionConfig", "{ name: a }", ["1:1 typed_config: `typed_config` is required"]],
  [
    "config.core.v3.ApiConfigSource",
    "{ api_type: 1, refresh_delay: 1s, request_timeout: 0s }",
    ["1:52 request_timeout: must be more than 0s"],
  ],
];

test("the constraints of the protos", () => {
  for (const [type, text, expected] of CASES) assert.deepEqual(faults(type, text), expected, text);
});

test("the rules of every field of every proto can be compiled", () => {
  const store = DescriptorStore.packed();
  const rules = store.requireExtension("validate/validate.proto", "validate.rules");
  let count = 0;
  for (const name of store.typeNames()) {
    for (const field of store.requireMessage(name).fields) {
      const compiled = compileRules(field, rules);
      count += compiled.value.length + compiled.size.length + (compiled.required ? 1 : 0);
    }
  }
  assert.ok(count > 500, `only ${count} rules`);
});
