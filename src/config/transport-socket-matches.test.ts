import assert from "node:assert/strict";
import { test } from "node:test";
import { CLUSTER_PATH, clusterText, problemsBelow } from "./config-text.test.support.js";

const TLS = '{ name: tls, typed_config: { "@type": t/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext } }';
const PLAIN = '{ name: raw, typed_config: { "@type": t/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer } }';
const TLS_REFUSED = 'the transport socket "tls"';

function metadata(labels: string): string {
  return `metadata: { filter_metadata: { envoy.transport_socket_match: ${labels} } }`;
}

interface Parts {
  /** Beside the endpoint's address, and beside the list of endpoints. */
  readonly endpoint?: string;
  readonly locality?: string;
  readonly cluster?: string;
}

/** A cluster as a mesh has it: TLS to hosts that say so. Its socket without a match is on line 4, the match on line 6. */
function meshCluster({ endpoint = "", locality = "", cluster = "" }: Parts): string {
  const address = "endpoint: { address: { socket_address: { address: 1.1.1.1, port_value: 1 } } }";
  return `transport_socket: ${cluster === "" ? PLAIN : cluster}
transport_socket_matches:
- { name: secured, match: { mode: tls, level: { of: [1] } }, transport_socket: ${TLS} }
- { name: plain, match: { mode: none }, transport_socket: ${PLAIN} }
load_assignment:
  cluster_name: c
  endpoints:
  - ${locality === "" ? "priority: 0" : locality}
    lb_endpoints:
    - { ${address}${endpoint === "" ? "" : `, ${endpoint}`} }`;
}

/** Lines with an error of the socket for TLS. */
function refusals(body: string): string[] {
  return problemsBelow(CLUSTER_PATH, clusterText(body)).map((line) => {
    assert.ok(line.includes(TLS_REFUSED), line);
    return line.split(":", 1)[0] as string;
  });
}

const SECURED = metadata("{ mode: tls, level: { of: [1] }, more: x }");

test("a socket that no endpoint takes does no harm", () => {
  assert.deepEqual(refusals(meshCluster({})), []);
  assert.deepEqual(refusals(meshCluster({ endpoint: metadata("{ mode: tls }") })), []);
  assert.deepEqual(refusals(meshCluster({ endpoint: metadata("{ mode: tls, level: { of: [2] } }") })), []);
  assert.deepEqual(refusals(meshCluster({ endpoint: metadata("{ mode: none }"), cluster: TLS })), []);
});

test("one that an endpoint takes is an error where it stands", () => {
  assert.deepEqual(refusals(meshCluster({ endpoint: SECURED })), ["6"]);
  assert.deepEqual(refusals(meshCluster({ locality: SECURED })), ["6"]);
  assert.deepEqual(refusals(meshCluster({ locality: SECURED, endpoint: metadata("{ mode: none }") })), []);
  assert.deepEqual(refusals(meshCluster({ cluster: TLS })), ["4"]);
});

test("a match without labels takes every host, also those that requests bring", () => {
  const any = `transport_socket_matches: [{ name: any, transport_socket: ${PLAIN} }]`;
  assert.deepEqual(refusals(`transport_socket: ${TLS}\n${any}`), []);
  assert.deepEqual(refusals(`transport_socket_matches: [{ name: any, match: {}, transport_socket: ${TLS} }]`), ["4"]);
});

test("health checks choose for themselves", () => {
  const check = "{ timeout: 1s, interval: 1s, unhealthy_threshold: 1, healthy_threshold: 1, tcp_health_check: {}";
  const checked = (criteria: string) =>
    `${meshCluster({})}\nhealth_checks: [${check}, transport_socket_match_criteria: ${criteria} }]`;
  assert.deepEqual(refusals(checked("{ mode: none }")), []);
  assert.deepEqual(refusals(checked("{ mode: tls, level: { of: [1] } }")), ["6"]);
});
