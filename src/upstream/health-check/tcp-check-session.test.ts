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

  test("a kept connection that the host closes is a failure at once, and the next check comes an interval later", () => {
    const hex = (text: string): object => ({ text: Buffer.from(text).toString("hex") });
    const run = new CheckRun({ check: { tcp_health_check: { send: hex("PING"), receive: [hex("PONG")] } } });
    run.runFor(100);
    run.respond("PONG", run.checked());
    run.runFor(1_500);
    run.checked().close();
    run.run();
    assert.deepEqual([run.checkStat("attempt"), run.checkStat("network_failure"), run.healthy], [1, 1, 1]);
    run.runFor(1_900);
    assert.equal(run.upstreams[0]?.accepted.length, 1);
    run.runFor(200);
    assert.equal(run.checked(0, 1).takeReceived(), "PING");
    run.checked(0, 1).close();
    run.run();
    assert.equal(run.healthy, 0, "the second in a row");
    run.finish();
  });
});
