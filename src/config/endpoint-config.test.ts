import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { clusterText, configOf } from "./config-text.test.support.js";

function cluster(body: string): ClusterInfo {
  const [only] = configOf(clusterText(body)).clusters;
  assert.ok(only);
  return only;
}

test("the host of a LOGICAL_DNS cluster is of the first priority", () => {
  const address = "{ socket_address: { address: a.test, port_value: 80 } }";
  const groups = `[{ priority: 3, lb_endpoints: [{ endpoint: { address: ${address} } }] }]`;
  const { endpoints } = cluster(`type: LOGICAL_DNS\nload_assignment: { cluster_name: c, endpoints: ${groups} }`);
  assert.deepEqual(
    endpoints.map(({ priority }) => priority),
    [0],
  );
});
