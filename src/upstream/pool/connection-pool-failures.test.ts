import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limits } from "../cluster.test.support.js";
import { address, OK, PoolRun, type ProbeStream } from "./pool.test.support.js";

function eventsOf(streams: readonly ProbeStream[]): string[] {
  return streams.map(({ events }) => events.join(", "));
}

describe("ConnectionPool: failures", () => {
  const FAILURES = ["upstream_cx_connect_fail", "upstream_cx_connect_timeout", "upstream_rq_pending_failure_eject"];

  test("a refused connect fails all that wait, with what the system said", () => {
    const run = new PoolRun({}, { connect: "refuse" });
    const streams = ["1", "2", "3"].map((name) => run.ask(name));
    run.run();
    const text = "remote connection failure: delayed connect error: Connection refused";
    assert.deepEqual(eventsOf(streams), [text, text, text]);
    assert.equal(run.stat("upstream_rq_pending_failure_eject"), 3);
    assert.equal(run.stat("upstream_cx_connect_fail"), 3);
    assert.equal(run.host().stats.cxConnectFail, 3);
    run.assertNothingActive();
  });

  test("a connect that is never answered fails after the connect timeout", () => {
    const run = new PoolRun({ connectTimeoutMs: 250 }, { connect: "blackHole" });
    const streams = ["1", "2"].map((name) => run.ask(name));
    run.dispatcher.runFor(249);
    assert.deepEqual(eventsOf(streams), ["", ""]);
    run.dispatcher.runFor(2);
    assert.deepEqual(eventsOf(streams), ["connection timeout", "connection timeout"]);
    assert.deepEqual(run.counted(...FAILURES), {
      upstream_cx_connect_fail: 2,
      upstream_cx_connect_timeout: 2,
      upstream_rq_pending_failure_eject: 2,
    });
    run.assertNothingActive();
  });

  test("the connect timeout does not outlive the connect", () => {
    const run = new PoolRun({ connectTimeoutMs: 250 });
    run.ask("1");
    run.dispatcher.runFor(1_000);
    run.answer(0);
    assert.deepEqual(run.counted(...FAILURES), {});
    run.finish();
  });

  test("a failed connect does not touch streams that have a connection", () => {
    const run = new PoolRun();
    const first = run.ask("1");
    run.run();
    run.network.setLink(address(1), { connect: "refuse" });
    const second = run.ask("2");
    run.run();
    run.answer(0);
    assert.deepEqual(eventsOf([first, second]), [
      "on 1, 200, complete",
      "remote connection failure: delayed connect error: Connection refused",
    ]);
    run.finish();
  });

  test("streams that come back from within their failure are tried anew", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) }, { connect: "refuse" });
    const streams = ["1", "2"].map((name) => run.ask(name));
    const again: ProbeStream[] = [];
    for (const stream of streams) {
      stream.whenFailed = () => {
        run.network.setLink(address(1), { connect: "accept" });
        again.push(run.ask("again"));
      };
    }
    run.run();
    assert.deepEqual(eventsOf(again), ["on 2", ""]);
    assert.equal(run.stat("upstream_rq_pending_failure_eject"), 2);
    run.answer(0);
    assert.deepEqual(eventsOf(again), ["on 2, 200, complete", "on 2"]);
    run.finish();
  });

  test("a stream that gives up another one while the queue is emptied", () => {
    const run = new PoolRun({}, { connect: "refuse" });
    const [first, second, third] = ["1", "2", "3"].map((name) => run.ask(name)) as [
      ProbeStream,
      ProbeStream,
      ProbeStream,
    ];
    first.whenFailed = () => second.waiting?.cancel();
    run.run();
    assert.deepEqual(second.events, []);
    assert.equal(first.events.length + third.events.length, 2);
    run.assertNothingActive();
  });

  test("the upstream closes before the response is complete", () => {
    for (const [sent, events] of [
      ["", "on 1, reset: connection termination"],
      ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab", "on 1, 200, reset: connection termination"],
      ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n", "on 1, 200, reset: connection termination"],
    ] as const) {
      for (const how of ["end", "reset"] as const) {
        const run = new PoolRun();
        const stream = run.ask("1");
        run.run();
        run.answer(0, sent);
        run.connection(0)[how]();
        run.run();
        assert.deepEqual(stream.events.join(", "), events, how);
        assert.equal(run.stat("upstream_cx_destroy_remote_with_active_rq"), 1);
        run.assertNothingActive();
      }
    }
  });

  test("a RST is no orderly end of a response that lasts until the close", () => {
    const run = new PoolRun();
    const stream = run.ask("1");
    run.run();
    run.answer(0, "HTTP/1.1 200 OK\r\n\r\nhalf");
    run.connection(0).reset();
    run.run();
    assert.deepEqual(stream.events, ["on 1", "200", "reset: connection termination"]);
    run.assertNothingActive();
  });

  test("what is no response is a protocol error", () => {
    const run = new PoolRun();
    const stream = run.ask("1");
    run.run();
    run.answer(0, "SMTP ready\r\n\r\n");
    assert.deepEqual(stream.events, ["on 1", "reset: protocol error"]);
    assert.equal(run.stat("upstream_cx_protocol_error"), 1);
    assert.equal(run.stat("upstream_cx_destroy_local_with_active_rq"), 1);
    assert.notEqual(run.connection(0).fate, "open");
    run.assertNothingActive();
  });

  test("a stream that is given up takes its connection with it", () => {
    for (const responds of [false, true]) {
      const run = new PoolRun();
      const stream = run.ask("1");
      run.run();
      if (responds) run.answer(0, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab");
      run.dispatcher.inEvent(() => stream.encoder?.resetStream("local reset"));
      run.run();
      assert.notEqual(run.connection(0).fate, "open");
      assert.equal(stream.events.at(-1), responds ? "200" : "on 1", "who gave up is not told");
      assert.equal(run.stat("upstream_cx_destroy_local_with_active_rq"), 1);
      run.assertNothingActive();
    }
  });

  test("a stream that is given up within its own response", () => {
    const run = new PoolRun();
    const stream = run.ask("1");
    stream.whenHeaders = () => stream.encoder?.resetStream("local reset");
    run.run();
    run.answer(0, OK + OK);
    assert.deepEqual(stream.events, ["on 1", "200"]);
    run.assertNothingActive();
  });
});
