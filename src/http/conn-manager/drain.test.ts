import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headOf, ManagerRun, statusOf } from "./manager.test.support.js";

const CLOSE = "connection: close";

describe("a server that goes out of service", () => {
  test("ends each connection with a response that says so, and no idle one", () => {
    const run = new ManagerRun();
    const idle = run.connect();
    const client = run.get();
    run.setHealthcheckFailed(true);
    run.letOrigin((origin) => origin.answer());
    assert.equal(statusOf(client.received), 200);
    assert.ok(headOf(client.received).includes(CLOSE));
    assert.notEqual(client.fate, "open");
    assert.equal(idle.fate, "open");
    assert.equal(run.stat("downstream_cx_drain_close"), 1);
  });

  test("goes on when its health check is well again", () => {
    const run = new ManagerRun();
    run.setHealthcheckFailed(true);
    run.setHealthcheckFailed(false);
    const client = run.get();
    run.letOrigin((origin) => origin.answer());
    assert.ok(!headOf(client.received).includes(CLOSE));
    assert.equal(run.stat("downstream_cx_drain_close"), 0);
  });

  test("drains in proportion", () => {
    const run = new ManagerRun();
    run.setDraining(0.5);
    let closed = 0;
    for (let i = 0; i < 100; i++) {
      const client = run.get();
      run.letOrigin((origin) => origin.answer());
      if (headOf(client.received).includes(CLOSE)) closed++;
    }
    assert.ok(closed > 30 && closed < 70, String(closed));
    assert.equal(run.stat("downstream_cx_drain_close"), closed);
  });
});
