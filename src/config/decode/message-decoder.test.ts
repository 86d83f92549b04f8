import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cluster } from "../../gen/envoy/config/cluster/v3/cluster_pb.js";
import { decode } from "./decoding.test.support.js";

const CLUSTER = "envoy.config.cluster.v3.Cluster";

function cluster(text: string): Cluster {
  const { message, lines } = decode(CLUSTER, text);
  assert.deepEqual(lines, []);
  return message as Cluster;
}

test("fields by proto name and by JSON name", () => {
  assert.equal(cluster("alt_stat_name: x").altStatName, "x");
  assert.equal(cluster("altStatName: x").altStatName, "x");
});

test("every kind of field has the representation of the generated types", () => {
  const message = cluster(`
name: c
type: STRICT_DNS
lb_policy: 3
connect_timeout: 0.25s
per_connection_buffer_limit_bytes: 5
metadata: { filter_metadata: { envoy.lb: { a: [1] } } }
lrs_report_endpoint_metrics: [x, y]
least_request_lb_config: { choice_count: 4 }
typed_extension_protocol_options:
  k: { "@type": type.googleapis.com/google.protobuf.Empty }
`);
  assert.deepEqual(message.clusterDiscoveryType, { case: "type", value: 1 });
  assert.equal(message.lbPolicy, 3);
  assert.equal(message.connectTimeout?.nanos, 250_000_000);
  assert.equal(message.perConnectionBufferLimitBytes, 5);
  assert.deepEqual(message.metadata?.filterMetadata, { "envoy.lb": { a: [1] } });
  assert.deepEqual(message.lrsReportEndpointMetrics, ["x", "y"]);
  assert.equal(message.lbConfig.case, "leastRequestLbConfig");
  assert.equal(message.typedExtensionProtocolOptions.k?.typeUrl, "type.googleapis.com/google.protobuf.Empty");
});

test("enums by name, whatever the case, and by number", () => {
  for (const text of ["STRICT_DNS", "strict_dns", "1", "1.0"]) {
    assert.deepEqual(cluster(`type: ${text}`).clusterDiscoveryType, { case: "type", value: 1 }, text);
  }
});

test("null leaves a field unset", () => {
  const message = cluster("name: ~\nconnect_timeout: null\nhealth_checks:\ncluster_type: ~\ntype: STATIC");
  assert.equal(message.name, "");
  assert.equal(message.connectTimeout, undefined);
  assert.deepEqual(message.healthChecks, []);
  assert.equal(message.clusterDiscoveryType.case, "type");
});

test("a wrapper in a oneof and in a list stays a message", () => {
  const { message } = decode("envoy.config.route.v3.RouteAction", "auto_host_rewrite: true");
  const { hostRewriteSpecifier } = message as unknown as { hostRewriteSpecifier: unknown };
  assert.deepEqual(hostRewriteSpecifier, {
    case: "autoHostRewrite",
    value: { $typeName: "google.protobuf.BoolValue", value: true },
  });
});

const FAULTS: readonly (readonly [string, string])[] = [
  [
    "conect_timeout: 1s",
    "1:1 conect_timeout: unknown field `conect_timeout` of Cluster -> did you mean `connect_timeout`?",
  ],
  ["nothing_like_it: 1", "1:1 nothing_like_it: unknown field `nothing_like_it` of Cluster"],
  [
    "hosts: []",
    "1:1 hosts: unknown field `hosts` of Cluster -> `hosts` was removed with Envoy's v2 API: use `load_assignment`",
  ],
  [
    "alt_stat_name: a\naltStatName: b",
    "2:1 alt_stat_name: `alt_stat_name` and `altStatName` are the same field: give one of them",
  ],
  ["type: STATIC\ncluster_type: {}", "2:1 cluster_type: `cluster_type` cannot be set together with `type` (line 1)"],
  [
    "load_assignment: x",
    '1:18 load_assignment: expected a map with the fields of ClusterLoadAssignment, found the string "x"',
  ],
  [
    "load_assignment:\n- cluster_name: x",
    "2:1 load_assignment: expected a map with the fields of ClusterLoadAssignment, found a list -> take away the `-`: this is not a list",
  ],
  [
    "health_checks: {}",
    "1:16 health_checks: expected a list, found a map: taken for a list of one, as Envoy does -> begin the item with `- `",
  ],
  [
    'lrs_report_endpoint_metrics: "*"',
    '1:30 lrs_report_endpoint_metrics: expected a list, found the string "*": taken for a list of one, as Envoy does -> did you mean `["*"]`?',
  ],
  ["health_checks: 5", "1:16 health_checks: expected a list, found the number 5"],
  [
    "lrs_report_endpoint_metrics: {}",
    "1:30 lrs_report_endpoint_metrics: expected a list, found a map -> begin the item with `- `",
  ],
  ["lrs_report_endpoint_metrics: [a, null]", "1:34 lrs_report_endpoint_metrics[1]: null cannot stand here"],
  ["health_checks: [~]", "1:17 health_checks[0]: expected a map with the fields of HealthCheck, found null"],
  ["typed_extension_protocol_options: []", "1:35 typed_extension_protocol_options: expected a map, found a list"],
  [
    "lb_policy: round_robbin",
    '1:12 lb_policy: expected one of ROUND_ROBIN, LEAST_REQUEST, RING_HASH, RANDOM, MAGLEV, CLUSTER_PROVIDED, LOAD_BALANCING_POLICY_CONFIG; found the string "round_robbin" -> did you mean `ROUND_ROBIN`?',
  ],
  [
    "connect_timeout: 5",
    '1:18 connect_timeout: expected a duration such as "1.5s", found the number 5 -> did you mean `5s`?',
  ],
  [
    "circuit_breakers: { thresholds: [{}, { max_requests: x }] }",
    '1:54 circuit_breakers.thresholds[1].max_requests: expected an integer, found the string "x"',
  ],
];

test("faults have a place, a path and a proposal", () => {
  for (const [text, expected] of FAULTS) assert.deepEqual(decode(CLUSTER, text).lines, [expected], text);
});

test("one value where a list is expected is a list of one", () => {
  const { message } = decode(CLUSTER, 'lrs_report_endpoint_metrics: "*"\nhealth_checks: { timeout: 1s }');
  const { lrsReportEndpointMetrics, healthChecks } = message as Cluster;
  assert.deepEqual(lrsReportEndpointMetrics, ["*"]);
  assert.equal(healthChecks[0]?.timeout?.seconds, 1n);
  assert.equal(healthChecks.length, 1);
});

test("map keys are checked against their type", () => {
  const type = "envoy.extensions.filters.network.dubbo_proxy.v3.MethodMatch";
  assert.deepEqual(decode(type, "params_match: { 0: { exact_match: a }, '1': {} }").lines, []);
  assert.deepEqual(decode(type, "params_match: { a: {}, -1: {} }").lines, [
    '1:17 params_match["a"]: wrong key: expected an integer, found the string "a"',
    '1:24 params_match["-1"]: wrong key: -1 is out of range for: unsigned 32-bit integer (0 to 4294967295)',
  ]);
});

test("all faults of a text are found in one run, in its order", () => {
  const { lines } = decode(
    CLUSTER,
    "nmae: x\nconnect_timeout: 5\nlb_policy: X\nload_assignment: { cluster_name: 5 }\n",
  );
  assert.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    ["1:1", "2:18", "3:12", "4:34"],
  );
});

test("an unknown value leaves what is around it in place", () => {
  const { message, lines } = decode(CLUSTER, "lrs_report_endpoint_metrics: [a, 5, b]\nname: c");
  assert.equal(lines.length, 1);
  assert.deepEqual((message as Cluster).lrsReportEndpointMetrics, ["a", "b"]);
  assert.equal((message as Cluster).name, "c");
});
