import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endpoint, limits } from "../cluster.test.support.js";
import { address, OK, PoolRun, ProbeStream } from "./pool.test.support.js";

function eventsOf(streams: readonly ProbeStream[]): string[] {
  return streams.map(({ events }) => events.join(", "));
}

describe("ConnectionPool: opening and using again", () => {
  test("the first request opens a connection, the next one takes it again", () => {
    const run = new PoolRun();
    const first = run.ask("1");
    assert.equal(run.stat("upstream_rq_pending_active"), 1);
    run.run();
    assert.equal(run.connection(0).takeReceived(), "GET /1 HTTP/1.1\r\nhost: a\r\n\r\n");
    run.answer(0);
    const second = run.ask("2");
    assert.deepEqual(second.events, ["on 1"], "a connection that is ready is taken at once");
    assert.equal(second.waiting, null);
    run.run();
    run.answer(0);
    assert.deepEqual(eventsOf([first, second]), ["on 1, 200, complete", "on 1, 200, complete"]);
    assert.equal(run.connections(), 1);
    const totals = ["upstream_cx_total", "upstream_cx_http1_total", "upstream_rq_total", "upstream_rq_pending_total"];
    assert.deepEqual(run.counted(...totals), {
      upstream_cx_total: 1,
      upstream_cx_http1_total: 1,
      upstream_rq_total: 2,
      upstream_rq_pending_total: 1,
    });
    assert.equal(run.stat("upstream_cx_connect_ms"), 2);
    run.finish();
    assert.equal(run.stat("upstream_rq_per_cx"), 2);
    assert.deepEqual(run.counted("upstream_cx_destroy", "upstream_cx_destroy_local", "upstream_cx_destroy_remote"), {
      upstream_cx_destroy: 1,
      upstream_cx_destroy_local: 1,
    });
  });

  test("of several ready connections the one used last is taken", () => {
    const run = new PoolRun();
    const streams = ["1", "2", "3"].map((name) => run.ask(name));
    run.run();
    assert.deepEqual(eventsOf(streams), ["on 1", "on 2", "on 3"]);
    for (const index of [0, 2, 1]) run.answer(index);
    assert.deepEqual(run.ask("4").events, ["on 2"]);
    assert.deepEqual(run.ask("5").events, ["on 3"]);
    assert.deepEqual(run.ask("6").events, ["on 1"]);
    run.finish();
  });

  test("streams that wait are served in the order in which they came", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const streams = ["1", "2", "3", "4"].map((name) => run.ask(name));
    for (let answered = 0; answered < streams.length; answered++) {
      run.run();
      const open = streams.map(({ events }) => events.length === 1);
      assert.deepEqual(
        open,
        [0, 1, 2, 3].map((index) => index === answered),
      );
      run.answer(0);
    }
    assert.equal(run.connections(), 1);
    run.finish();
  });

  test("a burst opens no more connections than there are streams", () => {
    const run = new PoolRun();
    const streams = Array.from({ length: 5 }, (_, index) => run.ask(String(index)));
    run.run();
    assert.equal(run.connections(), 5);
    assert.deepEqual(eventsOf(streams), ["on 1", "on 2", "on 3", "on 4", "on 5"]);
    run.finish();
  });

  test("one event opens three connections at most", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const busy = run.ask("busy");
    const waiting = Array.from({ length: 6 }, (_, index) => run.ask(String(index)));
    run.run();
    // The limit is lifted by what counts towards it, as if other pools of the cluster had closed theirs.
    for (let i = 0; i < 10; i++) run.cluster.resources.connections.dec();
    run.connection(0).reset();
    run.run();
    assert.deepEqual(busy.events, ["on 1", "reset: connection termination"]);
    assert.equal(run.connections(), 4);
    assert.equal(waiting.filter(({ client }) => client !== null).length, 3);
    for (let i = 0; i < 10; i++) run.cluster.resources.connections.inc();
    run.finish();
  });

  test("a stream that gave up waiting leaves its connection to the next one", () => {
    const run = new PoolRun();
    const first = run.ask("1");
    run.dispatcher.inEvent(() => first.waiting?.cancel());
    first.waiting?.cancel();
    assert.deepEqual(run.counted("upstream_rq_cancelled", "upstream_rq_pending_active"), { upstream_rq_cancelled: 1 });
    run.run();
    assert.equal(run.connections(), 1);
    assert.deepEqual(first.events, []);
    assert.deepEqual(run.ask("2").events, ["on 1"]);
    first.waiting?.cancel();
    run.finish();
    assert.equal(run.stat("upstream_rq_cancelled"), 1);
  });

  test("a stream that gives up in the middle of the queue does not hold up the others", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const [, second, third] = ["1", "2", "3"].map((name) => run.ask(name));
    run.run();
    run.dispatcher.inEvent(() => second?.waiting?.cancel());
    run.answer(0);
    assert.deepEqual(eventsOf([second as ProbeStream, third as ProbeStream]), ["", "on 1"]);
    run.finish();
  });
});

describe("ConnectionPool: a connection comes back", () => {
  test("a waiting stream is attached on the next turn, not within the response's event", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const first = run.ask("1");
    const second = run.ask("2");
    let attachedWithin = true;
    first.whenComplete = () => {
      attachedWithin = second.client !== null;
    };
    run.run();
    run.answer(0);
    assert.equal(attachedWithin, false);
    assert.deepEqual(second.events, ["on 1"]);
    run.finish();
  });

  test("a FIN that came with the response is seen before the next stream is attached", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const [first, second] = [run.ask("1"), run.ask("2")];
    run.run();
    run.connection(0).send(OK);
    run.connection(0).end();
    run.run();
    assert.deepEqual(eventsOf([first, second]), ["on 1, 200, complete", "on 2"]);
    run.answer(1);
    assert.deepEqual(second.events, ["on 2", "200", "complete"]);
    assert.equal(run.stat("upstream_cx_destroy_remote"), 1);
    assert.deepEqual(run.counted("upstream_cx_destroy_with_active_rq"), {});
    run.finish();
  });

  test("a RST behind the response costs nothing either", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const [first, second] = [run.ask("1"), run.ask("2")];
    run.run();
    run.connection(0).send(OK);
    run.connection(0).reset();
    run.run();
    assert.deepEqual(eventsOf([first, second]), ["on 1, 200, complete", "on 2"]);
    run.finish();
  });

  test("a stream that comes while others wait for the next turn stands behind them, and opens nothing", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const streams = [run.ask("1"), run.ask("2")];
    (streams[0] as ProbeStream).whenComplete = () => {
      run.dispatcher.post({ run: () => void streams.push(run.ask("3")) });
    };
    run.run();
    run.answer(0);
    run.answer(0);
    run.answer(0);
    assert.deepEqual(eventsOf(streams), Array(3).fill("on 1, 200, complete"));
    run.finish();
  });

  test("a response that asks to close, and one that lasts until the close, are not followed by another request", () => {
    for (const head of ["connection: close\r\ncontent-length: 0", "content-length: 0\r\nconnection: x, close"]) {
      const run = new PoolRun();
      const first = run.ask("1");
      run.run();
      run.answer(0, `HTTP/1.1 200 OK\r\n${head}\r\n\r\n`);
      assert.deepEqual(first.events, ["on 1", "200", "complete"]);
      assert.equal(run.connection(0).fate, "closed");
      assert.deepEqual(run.ask("2").events, []);
      run.finish();
    }
    const run = new PoolRun();
    const first = run.ask("1");
    run.run();
    run.answer(0, "HTTP/1.1 200 OK\r\n\r\nto the end");
    run.connection(0).end();
    run.run();
    assert.deepEqual(first.events, ["on 1", "200", "complete"]);
    run.finish();
  });

  test("after its last request a connection is closed", () => {
    const run = new PoolRun({ maxRequestsPerConnection: 2 });
    for (const [name, id] of [
      ["1", 1],
      ["2", 1],
      ["3", 2],
    ] as const) {
      const stream = run.ask(name);
      run.run();
      run.answer(id - 1);
      assert.deepEqual(stream.events, [`on ${id}`, "200", "complete"]);
    }
    assert.equal(run.stat("upstream_cx_max_requests"), 1);
    assert.equal(run.connection(0).fate, "closed");
    assert.equal(run.connection(1).fate, "open");
    run.finish();
  });

  test("streams that wait get a new connection when the one they waited for cannot be used again", () => {
    const run = new PoolRun({ maxRequestsPerConnection: 1, defaultLimits: limits({ maxConnections: 1 }) });
    const streams = ["1", "2", "3"].map((name) => run.ask(name));
    for (const index of [0, 1, 2]) {
      run.run();
      run.answer(index);
    }
    assert.deepEqual(eventsOf(streams), ["on 1, 200, complete", "on 2, 200, complete", "on 3, 200, complete"]);
    run.finish();
  });

  test("bytes behind a response are nobody's: the connection is not used again", () => {
    for (const excess of ["HTTP/1.1 200 OK\r\n\r\n", "x", "\r\n"]) {
      const run = new PoolRun();
      const first = run.ask("1");
      run.run();
      run.answer(0, OK + excess);
      assert.deepEqual(first.events, ["on 1", "200", "complete"]);
      assert.notEqual(run.connection(0).fate, "open", JSON.stringify(excess));
      run.finish();
    }
  });

  test("bytes that nobody asked for close a connection that waits in the pool", () => {
    const run = new PoolRun();
    run.ask("1");
    run.run();
    run.answer(0);
    run.answer(0, "HTTP/1.1 400 Bad Request\r\n\r\n");
    assert.notEqual(run.connection(0).fate, "open");
    assert.equal(run.stat("upstream_cx_protocol_error"), 1);
    run.ask("2");
    run.run();
    run.answer(1);
    // RFC 9110 15.5.9: a server says so before it closes.
    run.answer(1, "HTTP/1.1 408 Request Timeout\r\n\r\n");
    assert.notEqual(run.connection(1).fate, "open");
    assert.equal(run.stat("upstream_cx_protocol_error"), 1);
    assert.equal(run.stat("upstream_cx_active"), 0);
    run.finish();
  });

  test("bytes that were read before anything of the request was sent answer nobody: it may go elsewhere", () => {
    const run = new PoolRun();
    run.ask("1");
    run.run();
    run.answer(0);
    const stream = new ProbeStream("2");
    run.dispatcher.inEvent(() => {
      run.pool().newStream(stream);
      stream.client?.connection.onSocketReadable(Buffer.from(OK));
    });
    run.run();
    assert.deepEqual(stream.events, ["on 1", "reset: connection termination"]);
    assert.equal(stream.client?.staleness, "unsent");
    assert.equal(run.connection(0).received, "GET /1 HTTP/1.1\r\nhost: a\r\n\r\n");
    assert.equal(run.stat("upstream_cx_protocol_error"), 1);
    run.finish();
  });

  test("an idle connection is closed after the idle timeout, counted from its last response", () => {
    const run = new PoolRun({ idleTimeoutMs: 10_000 });
    run.ask("1");
    run.run();
    run.dispatcher.runFor(60_000);
    assert.equal(run.stat("upstream_cx_idle_timeout"), 0, "a response that takes long is no idleness");
    run.answer(0);
    run.dispatcher.runFor(9_000);
    run.ask("2");
    run.run();
    run.answer(0);
    run.dispatcher.runFor(9_900);
    assert.equal(run.connection(0).fate, "open");
    run.dispatcher.runFor(300);
    assert.equal(run.stat("upstream_cx_idle_timeout"), 1);
    assert.notEqual(run.connection(0).fate, "open");
    run.assertNothingActive();
  });

  test("a connection whose stream gave up before it stood is idle from the moment it stands", () => {
    const run = new PoolRun({ idleTimeoutMs: 1_000 });
    const stream = run.ask("1");
    run.dispatcher.inEvent(() => stream.waiting?.cancel());
    run.dispatcher.runFor(1_500);
    assert.equal(run.stat("upstream_cx_idle_timeout"), 1);
    run.assertNothingActive();
  });

  test("an idle timeout of 0 is none", () => {
    const run = new PoolRun({ idleTimeoutMs: 0 });
    run.ask("1");
    run.run();
    run.answer(0);
    run.dispatcher.runFor(48 * 3_600_000);
    assert.equal(run.connection(0).fate, "open");
    run.finish();
  });
});

describe("ConnectionPool: circuit breakers", () => {
  test("at the connection limit streams wait, and each pool may have one connection all the same", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) }, {}, 2);
    const first = run.ask("1", run.pool(0));
    const waits = run.ask("2", run.pool(0));
    const other = run.ask("3", run.pool(1));
    run.run();
    assert.deepEqual(eventsOf([first, waits, other]), ["on 1", "", "on 2"]);
    assert.equal(run.stat("upstream_cx_overflow"), 2, "for the one that was opened all the same, too");
    assert.deepEqual([run.connections(0), run.connections(1)], [1, 1]);
    run.answer(0);
    assert.deepEqual(waits.events, ["on 1"]);
    run.finish();
  });

  test("over the pending limit a stream fails at once", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxPendingRequests: 2 }) });
    const streams = ["1", "2", "3"].map((name) => run.ask(name));
    assert.deepEqual((streams[2] as ProbeStream).events, ["overflow"]);
    assert.equal((streams[2] as ProbeStream).waiting, null);
    run.run();
    assert.deepEqual(eventsOf(streams), ["on 1", "on 2", "overflow"]);
    assert.equal(run.stat("upstream_rq_pending_overflow"), 1);
    assert.equal(run.connections(), 2);
    run.finish();
  });

  test("a ready connection needs no place in the queue", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxPendingRequests: 1 }) });
    run.ask("1");
    run.run();
    run.answer(0);
    const waiting = run.ask("2");
    const second = run.ask("3");
    run.run();
    assert.deepEqual(eventsOf([waiting, second]), ["on 1", "on 2"]);
    run.finish();
  });

  test("over the request limit a stream fails when it would be attached", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxRequests: 1 }) });
    const streams = ["1", "2", "3"].map((name) => run.ask(name));
    run.run();
    assert.deepEqual(eventsOf(streams).sort(), ["on 1", "overflow", "overflow"].sort());
    assert.equal(run.stat("upstream_rq_pending_overflow"), 2);
    assert.equal(run.stat("upstream_rq_total"), 1);
    assert.equal(run.stat("upstream_rq_active"), 1);
    run.answer(0);
    assert.equal(run.ask("4").events.length, 1);
    assert.equal(run.ask("5").events[0], "overflow");
    run.finish();
  });
});

describe("ConnectionPool: hosts come and go", () => {
  test("a host that is removed finishes its streams and keeps no connection", () => {
    const run = new PoolRun({ discovery: "strictDns", defaultLimits: limits({ maxConnections: 2 }) });
    const pool = run.pool();
    const [first, idle] = [run.ask("1"), run.ask("idle")];
    run.run();
    run.answer(1);
    const waiting = [run.ask("2"), run.ask("3")];
    const host = run.host();
    run.clusters.updateHosts("c", []);
    run.run();
    assert.deepEqual(eventsOf([first, idle, ...waiting]), ["on 1", "on 2, 200, complete", "on 2", ""]);
    run.answer(0);
    assert.equal(run.connection(0).fate, "closed");
    run.answer(1);
    run.run();
    // The last one that waited got a connection of its own.
    run.answer(2);
    assert.deepEqual(eventsOf(waiting), ["on 2, 200, complete", "on 3, 200, complete"]);
    assert.equal(pool.isIdle, true);
    assert.deepEqual([host.stats.cxActive, host.stats.rqActive], [0, 0]);
    run.assertNothingActive();
  });

  test("idle connections of a removed host are closed at once", () => {
    const run = new PoolRun({ discovery: "strictDns" });
    run.ask("1");
    run.run();
    run.answer(0);
    run.clusters.updateHosts("c", []);
    run.run();
    assert.equal(run.connection(0).fate, "closed");
    run.assertNothingActive();
  });

  test("a connection that is being made to a removed host is given up when nobody wants it any more", () => {
    for (const cancelled of ["before", "after"] as const) {
      const run = new PoolRun({ discovery: "strictDns" });
      const stream = run.ask("1");
      const cancel = () => run.dispatcher.inEvent(() => stream.waiting?.cancel());
      if (cancelled === "before") cancel();
      run.clusters.updateHosts("c", []);
      if (cancelled === "after") cancel();
      run.assertNothingActive();
      run.run();
      assert.equal(run.stat("upstream_cx_destroy_local"), 1);
      assert.equal(run.stat("upstream_cx_connect_fail"), 1, "as Envoy counts it");
    }
  });

  test("of two that are being made to a removed host the one that is not needed is given up", () => {
    const run = new PoolRun({ discovery: "strictDns" });
    const streams = [run.ask("1"), run.ask("2")];
    run.clusters.updateHosts("c", []);
    run.dispatcher.inEvent(() => streams[0]?.waiting?.cancel());
    run.run();
    assert.match(streams[1]?.events[0] ?? "", /^on /);
    assert.equal(run.stat("upstream_cx_active"), 1);
    run.finish();
  });

  test("a logical host that moved uses its connections on, and opens new ones elsewhere", () => {
    const run = new PoolRun({ discovery: "logicalDns" });
    const moved = run.network.listenPeer(address(9));
    const first = run.ask("1");
    run.run();
    run.clusters.updateHosts("c", [endpoint(9)]);
    const second = run.ask("2");
    run.run();
    assert.deepEqual([run.connections(), moved.accepted.length], [1, 1]);
    run.answer(0);
    assert.equal(run.ask("3").client, first.client);
    assert.equal(first.client?.remoteAddressText, "10.0.0.1:80");
    assert.equal(second.client?.remoteAddressText, "10.0.0.9:80");
    run.finish();
  });

  test("destroyed, a pool fails what waits and what runs, and opens nothing more", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) });
    const [running, waiting] = [run.ask("1"), run.ask("2")];
    run.run();
    waiting.whenFailed = () => run.ask("again");
    run.clusters.destroy();
    run.run();
    assert.deepEqual(eventsOf([running, waiting]), ["on 1, reset: local reset", "local connection failure"]);
    assert.equal(run.connections(), 1);
    run.clusters.destroy();
    run.assertNothingActive();
  });

  test("destroyed while it connects", () => {
    const run = new PoolRun();
    const stream = run.ask("1");
    run.clusters.destroy();
    run.run();
    assert.deepEqual(stream.events, ["local connection failure"]);
    run.assertNothingActive();
  });

  test("destroying closes connections to hosts that are leaving too", () => {
    const run = new PoolRun({ discovery: "strictDns" });
    const stream = run.ask("1");
    run.run();
    run.clusters.updateHosts("c", []);
    run.clusters.destroy();
    run.run();
    assert.deepEqual(stream.events, ["on 1", "reset: local reset"]);
    run.assertNothingActive();
  });
});
