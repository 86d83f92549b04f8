import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headOf, ManagerRun, statusOf } from "./manager.test.support.js";

const STOP_REQUESTS = "envoy.overload_actions.stop_accepting_requests";
const NO_KEEPALIVE = "envoy.overload_actions.disable_http_keepalive";
const CLOSE = "connection: close";

describe("requests under load", () => {
  test("are refused before anything is made for them, and the connection goes on", () => {
    const run = new ManagerRun();
    run.setOverload(STOP_REQUESTS, true);
    const client = run.get();
    assert.equal(statusOf(client.received), 503);
    assert.ok(client.received.endsWith("\r\n\r\nenvoy overloaded"), client.received);
    assert.equal(run.origins.length, 0);
    assert.deepEqual(run.log, ["503 OM overload"]);
    assert.equal(run.stat("downstream_rq_overload_close"), 1);
    assert.equal(run.stat("downstream_rq_5xx"), 1);
    client.takeReceived();
    run.setOverload(STOP_REQUESTS, false);
    run.get("/", client);
    run.letOrigin((origin) => origin.answer());
    assert.equal(statusOf(client.received), 200);
  });

  test("are refused before their faults are looked for, and without leave to send the body", () => {
    const run = new ManagerRun();
    run.setOverload(STOP_REQUESTS, true);
    const client = run.send("POST /#x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n");
    assert.equal(statusOf(client.received), 503);
  });

  test("are told the reason where that is asked for", () => {
    const run = new ManagerRun({ config: { appendLocalOverload: true } });
    run.setOverload(STOP_REQUESTS, true);
    assert.ok(headOf(run.get().received).includes("x-envoy-local-overloaded: true"));
  });

  test("are refused at the load shed point, too", () => {
    const run = new ManagerRun();
    run.setOverload("envoy.load_shed_points.http_connection_manager_decode_headers", true);
    assert.equal(statusOf(run.get().received), 503);
    assert.deepEqual(run.log, ["503 OM overload"]);
  });
});

describe("keep-alive under load", () => {
  test("ends with the response", () => {
    const run = new ManagerRun();
    run.setOverload(NO_KEEPALIVE, true);
    const client = run.get();
    run.letOrigin((origin) => origin.answer());
    assert.equal(statusOf(client.received), 200);
    assert.ok(headOf(client.received).includes(CLOSE));
    assert.notEqual(client.fate, "open");
    assert.equal(run.stat("downstream_cx_overload_disable_keepalive"), 1);
  });

  test("a connection that is ending already is not counted", () => {
    const run = new ManagerRun({ config: { idleTimeoutMs: 1_000 } });
    const client = run.get();
    run.letOrigin((origin) => origin.answer());
    client.takeReceived();
    run.runFor(1_500);
    run.setOverload(NO_KEEPALIVE, true);
    run.get("/", client);
    run.letOrigin((origin) => origin.answer());
    assert.ok(headOf(client.received).includes(CLOSE));
    assert.equal(run.stat("downstream_cx_overload_disable_keepalive"), 0);
  });
});
