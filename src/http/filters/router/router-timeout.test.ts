import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, RouterRun, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const POST = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n";

describe("route timeout", () => {
  test("starts when the request is complete, however long that takes", () => {
    const run = new RouterRun({ route: { timeout: "1s" } });
    const client = run.send(POST);
    run.runFor(5_000);
    assert.equal(client.received, "");
    client.send("body");
    run.runFor(1_000);
    assert.equal(client.received, "");
    run.runFor(2);
    run.run();
    assert.equal(statusOf(client.received), 504);
    assert.equal(bodyOf(client.received), "upstream request timeout");
    assert.notEqual(run.origin().fate, "open", "the answer that may still come is nobody's");
    run.finish([client]);
  });

  test("also runs while the request waits for a connection", () => {
    const run = new RouterRun({ route: { timeout: "1s" }, connect: "blackHole" });
    const client = run.get();
    run.runFor(1_100);
    assert.equal(statusOf(client.received), 504);
    assert.deepEqual(run.log, ["504 UT response_timeout"]);
    assert.equal(run.clusterStat("upstream_rq_cancelled"), 1);
    assert.equal(run.clusterStat("upstream_rq_tx_reset"), 0);
    run.finish([client]);
  });

  test("counts the request and the host", () => {
    const run = new RouterRun({ route: { timeout: "0.1s" } });
    const client = run.get();
    run.runFor(200);
    assert.equal(run.clusterStat("upstream_rq_timeout"), 1);
    const { rqTimeout, rqError, rqSuccess } = run.cluster.prioritySet.hosts[0]?.stats ?? {};
    assert.deepEqual([rqTimeout, rqError, rqSuccess], [1, 1, 0]);
    assert.equal(client.fate, "open");
    const next = run.get("/next", client);
    run.respond(OK, run.origin(1));
    assert.match(next.received, /ok$/);
    run.finish([client]);
  });

  test("after the response has begun the client sees it cut short", () => {
    const run = new RouterRun({ route: { timeout: "1s" } });
    const client = run.get();
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    run.runFor(1_100);
    assert.match(client.received, /half$/);
    assert.notEqual(client.fate, "open");
    assert.notEqual(run.origin().fate, "open");
    assert.deepEqual(run.log, ["200 UT response_timeout"]);
    run.finish([client]);
  });

  test("is over with the response", () => {
    for (const timeout of ["1s", "15s"]) {
      const run = new RouterRun({ route: { timeout } });
      const client = run.get();
      run.respond(OK);
      run.runFor(60_000);
      assert.deepEqual(run.log, ["200 - via_upstream"]);
      assert.equal(run.clusterStat("upstream_rq_timeout"), 0);
      run.finish([client]);
    }
  });

  test("is over with a failure, and with a client that leaves", () => {
    const run = new RouterRun({ route: { timeout: "1s" } });
    const client = run.get();
    run.origin().end();
    run.run();
    const leaves = run.get();
    leaves.close();
    run.runFor(60_000);
    assert.deepEqual(run.log, [
      "503 UC upstream_reset_before_response_started{connection_termination}",
      "0 DC downstream_remote_disconnect",
    ]);
    assert.equal(run.clusterStat("upstream_rq_timeout"), 0);
    run.finish([client]);
  });

  test("does not start for a request that ends after its response", () => {
    const run = new RouterRun({ route: { timeout: "1s" } });
    const client = run.send(POST);
    run.respond(OK);
    client.send("body");
    run.runFor(60_000);
    assert.deepEqual(run.log, ["200 - via_upstream"]);
    run.finish([client]);
  });

  test("0 is none: the stream's idle timeout ends it at last", () => {
    const run = new RouterRun({ route: { timeout: "0s", idle_timeout: "100s" } });
    const client = run.get();
    run.runFor(99_000);
    assert.equal(client.received, "");
    run.runFor(2_000);
    assert.equal(statusOf(client.received), 504);
    assert.deepEqual(run.log, ["504 SI stream_idle_timeout"]);
    run.finish([client]);
  });

  test("the default is 15 seconds, a tick late at most", () => {
    const run = new RouterRun();
    const client = run.get();
    run.runFor(14_990);
    assert.equal(client.received, "");
    run.runFor(120);
    run.run();
    assert.equal(statusOf(client.received), 504);
    run.finish([client]);
  });
});
