import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBootstrap } from "./bootstrap.js";
import { managerText, problemsBelow } from "./config-text.test.support.js";

const HTTP2 = "http2_protocol_options: {}";
const H2 = "HTTP/2 to upstream hosts is known but not implemented by Sluice yet";
const LEFT_OUT = "no route leads to this cluster, so it is left out";

/** The cluster `spare` stands on line 13 or 14. */
function text(routes: string, cluster: string): string {
  const table = `route_config: { virtual_hosts: [{ name: v, domains: ["*"], routes: [${routes}] }] }`;
  return `${managerText("", { routes: table })}\n  clusters:\n  - { name: used }\n  - { name: spare, ${cluster} }`;
}

function problems(routes: string, cluster: string): string[] {
  return problemsBelow("static_resources.clusters[1]", text(routes, cluster)).map((line) => line.replace(/^\S+ /, ""));
}

const TO_USED = '{ match: { prefix: "/" }, route: { cluster: used } }';

test("what a cluster lacks that no route leads to is a warning, and the cluster is left out", () => {
  assert.deepEqual(problems(TO_USED, HTTP2), [`warning http2_protocol_options: ${H2}; ${LEFT_OUT}`]);
  const { config } = loadBootstrap({ text: text(TO_USED, HTTP2) });
  assert.deepEqual(
    config.clusters.map(({ name }) => name),
    ["used"],
  );
});

test("an error that any Envoy would report stays one", () => {
  const [problem] = problems(TO_USED, "load_assignment: { endpoints: [{ lb_endpoints: [{}] }] }");
  assert.match(problem ?? "", /^error load_assignment/);
});

test("a cluster that a route names has to work", () => {
  const error = [`error http2_protocol_options: ${H2}`];
  assert.deepEqual(problems('{ match: { prefix: "/" }, route: { cluster: spare } }', HTTP2), error);
  const mirror = "request_mirror_policies: [{ cluster: spare }]";
  const mirrored = problems(`{ match: { prefix: "/" }, route: { cluster: used, ${mirror} } }`, HTTP2);
  assert.ok(mirrored.includes(error[0] ?? ""), mirrored.join("\n"));
  const weighted = "weighted_clusters: { clusters: [{ name: spare, weight: 1 }] }";
  assert.ok(problems(`{ match: { prefix: "/" }, route: { ${weighted} } }`, HTTP2).includes(error[0] ?? ""));
});

test("a request that names the cluster itself can reach any", () => {
  const byHeader = problems('{ match: { prefix: "/" }, route: { cluster_header: x-cluster } }', HTTP2);
  assert.ok(byHeader.includes(`error http2_protocol_options: ${H2}`), byHeader.join("\n"));
});
