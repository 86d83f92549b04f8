import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CheckRun } from "./health-check.test.support.js";

describe("a TCP check", () => {
  test("a connection is enough", () => {
    const run = new CheckRun({ check: { tcp_health_check: {} } });
    run.runFor(100);
    assert.equal(run.healthy, 1);
    run.finish();
  });

  test("or an answer to what is sent, in its order", () => {
    const hex = (text: string): object => ({ text: Buffer.from(text).toString("hex") });
    const run = new CheckRun({ check: { tcp_health_check: { send: hex("PING"), receive: [hex("PO"), hex("NG")] } } });
    run.runFor(100);
    assert.equal(run.checked().takeReceived(), "PING");
    run.respond("P", run.checked());
    assert.equal(run.healthy, 0);
    run.respond("O--NG", run.checked());
    assert.equal(run.healthy, 1);
    run.finish();
  });
});
