import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterOf, clusterProblems } from "./config-text.test.support.js";

test("an endpoint can have further addresses, of the same port", () => {
  const address = (host: string, port: number) => `{ socket_address: { address: "${host}", port_value: ${port} } }`;
  const text = (...others: string[]) =>
    `load_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{ endpoint: { address: ${address("::1", 80)}, additional_addresses: [${others.map((one) => `{ address: ${one} }`).join(", ")}] } }] }] }`;
  const [only] = clusterOf(text(address("127.0.0.1", 80), address("127.0.0.2", 80))).endpoints;
  assert.deepEqual(only?.address, { kind: "ip", host: "::1", port: 80, otherHosts: ["127.0.0.1", "127.0.0.2"] });
  assert.deepEqual(
    clusterProblems(text(address("127.0.0.1", 81))).map((line) => line.replace(/^.*: /, "")),
    ["only addresses at the endpoint's own port, 80, are tried"],
  );
});

test("further addresses of an endpoint that cannot have them are a warning", () => {
  const others = "additional_addresses: [{ address: { socket_address: { address: 127.0.0.2, port_value: 80 } } }]";
  const text = (type: string, address: string) =>
    `type: ${type}\nload_assignment: { cluster_name: c, endpoints: [{ lb_endpoints: [{ endpoint: { address: ${address}, ${others} } }] }] }`;
  for (const body of [
    text("STRICT_DNS", "{ socket_address: { address: a.test, port_value: 80 } }"),
    text("LOGICAL_DNS", "{ socket_address: { address: a.test, port_value: 80 } }"),
    text("STATIC", "{ pipe: { path: /tmp/a.sock } }"),
  ]) {
    const [problem = "", ...more] = clusterProblems(body);
    assert.match(problem, /additional_addresses.*: only an endpoint of a STATIC cluster that has a port/);
    assert.deepEqual(more, []);
    assert.equal(clusterOf(body).endpoints.length, 1);
  }
});

test("the host of a LOGICAL_DNS cluster is of the first priority", () => {
  const address = "{ socket_address: { address: a.test, port_value: 80 } }";
  const groups = `[{ priority: 3, lb_endpoints: [{ endpoint: { address: ${address} } }] }]`;
  const { endpoints } = clusterOf(`type: LOGICAL_DNS\nload_assignment: { cluster_name: c, endpoints: ${groups} }`);
  assert.deepEqual(
    endpoints.map(({ priority }) => priority),
    [0],
  );
});
