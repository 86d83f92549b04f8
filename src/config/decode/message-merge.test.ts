import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cluster } from "../../gen/envoy/config/cluster/v3/cluster_pb.js";
import { DescriptorStore } from "./descriptor-store.js";
import { MessageDecoder } from "./message-decoder.js";
import { mergeMessage } from "./message-merge.js";
import { ProblemList } from "./problem-list.js";
import { MessageSource, SourceMap } from "./source-map.js";
import { SourceText } from "./source-text.js";
import { parseYaml } from "./yaml-document.js";

function merged(file: string, text: string): { cluster: Cluster; sourceMap: SourceMap } {
  const problems = new ProblemList();
  const sourceMap = new SourceMap();
  const store = DescriptorStore.packed();
  const decoder = new MessageDecoder(store, sourceMap, problems);
  const desc = store.requireMessage("envoy.config.cluster.v3.Cluster");
  const [into, from] = [new SourceText("file", file), new SourceText("text", text)].map((source) => {
    const root = parseYaml(source, problems);
    assert.ok(root !== null);
    return decoder.decodeMessage(desc, root, new MessageSource(source, root.offset, desc, null, ""));
  });
  assert.equal(problems.toString(), "");
  assert.ok(into && from);
  mergeMessage(into, from, sourceMap);
  return { cluster: into as Cluster, sourceMap };
}

test("scalars, durations and oneofs are replaced; fields that are not given stay", () => {
  const { cluster, sourceMap } = merged(
    "name: a\nalt_stat_name: b\nconnect_timeout: 1.5s\ntype: STRICT_DNS",
    "name: c\nconnect_timeout: 2s\ncluster_type: { name: x }",
  );
  assert.equal(cluster.name, "c");
  assert.equal(cluster.altStatName, "b");
  assert.deepEqual([cluster.connectTimeout?.seconds, cluster.connectTimeout?.nanos], [2n, 0]);
  assert.equal(cluster.clusterDiscoveryType.case, "clusterType");
  assert.deepEqual(sourceMap.position(cluster, "name"), { file: "text", line: 1, column: 7 });
  assert.deepEqual(sourceMap.position(cluster, "altStatName"), { file: "file", line: 2, column: 16 });
  assert.equal(sourceMap.has(cluster, "type"), false);
});

test("messages are merged, lists appended, maps joined", () => {
  const { cluster, sourceMap } = merged(
    'load_assignment: { cluster_name: a, endpoints: [{ priority: 1 }] }\nlrs_report_endpoint_metrics: [x]\ntyped_extension_protocol_options: { k: { "@type": t/google.protobuf.Empty } }',
    'load_assignment:\n  endpoints: [{ priority: 2 }]\nlrs_report_endpoint_metrics: [y]\ntyped_extension_protocol_options: { l: { "@type": t/google.protobuf.Empty } }',
  );
  const { endpoints, clusterName } = cluster.loadAssignment ?? { endpoints: [], clusterName: "" };
  assert.equal(clusterName, "a");
  assert.deepEqual(
    endpoints.map((endpoint) => endpoint.priority),
    [1, 2],
  );
  const added = endpoints[1];
  assert.ok(added);
  assert.equal(sourceMap.path(added, "priority"), "load_assignment.endpoints[1].priority");
  assert.deepEqual(sourceMap.position(added, "priority"), { file: "text", line: 2, column: 27 });
  assert.deepEqual(cluster.lrsReportEndpointMetrics, ["x", "y"]);
  assert.deepEqual(sourceMap.position(cluster, "lrsReportEndpointMetrics", 1), { file: "text", line: 3, column: 31 });
  assert.deepEqual(Object.keys(cluster.typedExtensionProtocolOptions), ["k", "l"]);
});
