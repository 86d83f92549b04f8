import assert from "node:assert/strict";
import { test } from "node:test";
import { RouterRun } from "./router.test.support.js";

/* What the access log tells of routes, clusters, attempts and bytes, from the configuration to the line. */

const RESPONSE_HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n";
const BAD = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

function metadata(on: string): object {
  return { metadata: { filter_metadata: { f: { on } } } };
}

test("metadata of everything that has some", () => {
  const run = new RouterRun({
    logFormat:
      "%METADATA(ROUTE:f:on)% %METADATA(CLUSTER:f:on)% %CLUSTER_METADATA(f)% %METADATA(LISTENER:f:on)% %METADATA(VIRTUAL_HOST:f:on)%",
    routes: [{ match: { prefix: "/" }, route: { cluster: "c" }, ...metadata("route") }],
    cluster: metadata("cluster"),
    listener: metadata("listener"),
  });
  run.get();
  run.respond(`${RESPONSE_HEAD}ok`);
  assert.deepEqual(run.log, ['route cluster {"on":"cluster"} listener -']);
});

test("every attempt", () => {
  const run = new RouterRun({
    hosts: 2,
    route: { retry_policy: { retry_on: "5xx" } },
    logFormat: "%UPSTREAM_HOSTS_ATTEMPTED% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %UPSTREAM_CONNECTION_IDS_ATTEMPTED%",
  });
  run.get();
  run.respond(BAD, run.origin(0, 0));
  run.runFor(100);
  run.respond(`${RESPONSE_HEAD}ok`, run.origin(0, 1));
  assert.deepEqual(run.log, ["10.0.0.1:80,10.0.0.2:80 2 2,3"]);
});

test("bytes on the wire, of heads and of everything, of each request by itself", () => {
  const run = new RouterRun({
    logFormat:
      "%DOWNSTREAM_HEADER_BYTES_RECEIVED% %DOWNSTREAM_WIRE_BYTES_RECEIVED% %DOWNSTREAM_HEADER_BYTES_SENT% %DOWNSTREAM_WIRE_BYTES_SENT% " +
      "%UPSTREAM_HEADER_BYTES_SENT% %UPSTREAM_WIRE_BYTES_SENT% %UPSTREAM_HEADER_BYTES_RECEIVED% %UPSTREAM_WIRE_BYTES_RECEIVED%",
  });
  const head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n";
  const client = run.connect();
  for (let i = 0; i < 2; i++) {
    run.send(`${head}abc`, client);
    const origin = run.origin();
    const sentHead = origin.received.indexOf("\r\n\r\n") + 4;
    const sent = origin.takeReceived().length;
    run.respond(`${RESPONSE_HEAD}ok`);
    const gotHead = client.received.indexOf("\r\n\r\n") + 4;
    const got = client.takeReceived().length;
    const expected = [head.length, head.length + 3, gotHead, got, sentHead, sent];
    expected.push(RESPONSE_HEAD.length, RESPONSE_HEAD.length + 2);
    assert.equal(run.log[i], expected.join(" "));
  }
});

test("the times of the connection, which repeat for each request on it", () => {
  const run = new RouterRun({
    logFormat: "%COMMON_DURATION(US_CX_BEG:US_CX_END)% %UPSTREAM_CONNECTION_POOL_READY_DURATION%",
    link: { latencyMs: 5 },
  });
  const client = run.get();
  for (let i = 0; i < 2; i++) {
    if (i > 0) run.get("/", client);
    run.respond(`${RESPONSE_HEAD}ok`);
  }
  assert.deepEqual(run.log, ["10 10", "10 0"]);
});
