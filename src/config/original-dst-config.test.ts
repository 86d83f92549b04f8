import assert from "node:assert/strict";
import { test } from "node:test";
import { CLUSTER_PATH, clusterText, configOf, problemsBelow } from "./config-text.test.support.js";

const BASE = "type: ORIGINAL_DST\nlb_policy: CLUSTER_PROVIDED\n";

function problems(body: string): string[] {
  return problemsBelow(CLUSTER_PATH, clusterText(body));
}

test("where requests name their host, with Envoy's defaults", () => {
  const [standard] = configOf(clusterText(`${BASE}original_dst_lb_config: { use_http_header: true }`)).clusters;
  assert.deepEqual(standard?.originalDst, {
    headerName: "x-envoy-original-dst-host",
    metadataKey: null,
    portOverride: null,
    cleanupIntervalMs: 5_000,
  });
  const [full] = configOf(
    clusterText(`${BASE}cleanup_interval: 1s
original_dst_lb_config:
  use_http_header: true
  http_header_name: X-To
  upstream_port_override: 81
  metadata_key: { key: f, path: [{ key: a }, { key: b }] }`),
  ).clusters;
  assert.deepEqual(full?.originalDst, {
    headerName: "x-to",
    metadataKey: { namespace: "f", path: ["a", "b"] },
    portOverride: 81,
    cleanupIntervalMs: 1_000,
  });
});

test("what does not go together with ORIGINAL_DST", () => {
  const header = "original_dst_lb_config: { use_http_header: true }\n";
  assert.deepEqual(problems(`type: ORIGINAL_DST\n${header}`), [
    "3:5 error lb_policy: an ORIGINAL_DST cluster sends requests where they say -> use `lb_policy: CLUSTER_PROVIDED`",
    "5:29 warning original_dst_lb_config: has no effect with `lb_policy: ROUND_ROBIN`: it is for CLUSTER_PROVIDED",
  ]);
  assert.deepEqual(problems(`${BASE}${header}load_assignment: { cluster_name: c }`), [
    "7:22 error load_assignment: an ORIGINAL_DST cluster has no hosts but those that requests name",
  ]);
  assert.deepEqual(
    problems(`${BASE}original_dst_lb_config: { http_header_name: x, metadata_key: { key: a, path: [{ key: b }] } }`),
    ["6:49 error original_dst_lb_config.http_header_name: the header is not asked -> add `use_http_header: true`"],
  );
  assert.deepEqual(problems(BASE), [
    "3:5 warning: where a connection was going before it was redirected to the proxy cannot be asked of Node: no request has a host",
  ]);
  assert.deepEqual(problems(`${BASE}${header}outlier_detection: {}`), [
    "7:24 warning outlier_detection: requests go to the host that they name, whatever became of others",
  ]);
});
