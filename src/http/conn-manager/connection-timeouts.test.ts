import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPeer } from "../../../test/support/simulated-peer.js";
import { headOf, ManagerRun, statusOf } from "./manager.test.support.js";

/*
 * The timers of a connection. What they start is a drain sequence: for the drain timeout a request that
 * is on its way is still served, as the last one.
 */

const TICK_MS = 100;
const DRAIN_MS = 5_000;
const CLOSE = "connection: close";

/** A client that has had a request answered. */
function served(run: ManagerRun): SimulatedPeer {
  const client = run.get();
  run.letOrigin((origin) => origin.answer());
  client.takeReceived();
  return client;
}

describe("idle_timeout", () => {
  const config = { idleTimeoutMs: 10_000 };

  test("closes a connection without requests, after the drain timeout", () => {
    const run = new ManagerRun({ config });
    const client = served(run);
    run.runFor(10_000 + DRAIN_MS - TICK_MS);
    assert.equal(client.fate, "open");
    assert.equal(run.stat("downstream_cx_idle_timeout"), 1);
    run.runFor(TICK_MS * 3);
    assert.notEqual(client.fate, "open");
    assert.equal(client.received, "");
    assert.equal(run.stat("downstream_cx_destroy_local"), 1);
    // Nobody asked for it: it is no drain from outside.
    assert.equal(run.stat("downstream_cx_drain_close"), 0);
    assert.deepEqual(run.log, ["200 - -"]);
  });

  test("closes at once a connection on which nothing was ever sent", () => {
    const run = new ManagerRun({ config });
    const client = run.connect();
    run.runFor(10_000 + TICK_MS);
    assert.notEqual(client.fate, "open");
    assert.equal(run.stat("downstream_cx_idle_timeout"), 1);
    assert.deepEqual(run.log, []);
  });

  test("lets a request through that comes meanwhile, as the last one", () => {
    const run = new ManagerRun({ config });
    const client = served(run);
    run.runFor(10_000 + TICK_MS);
    run.get("/", client);
    run.runFor(DRAIN_MS * 2);
    assert.equal(client.fate, "open");
    run.letOrigin((origin) => origin.answer());
    assert.equal(statusOf(client.received), 200);
    assert.ok(headOf(client.received).includes(CLOSE));
    assert.notEqual(client.fate, "open");
  });

  test("does not run while there is a request, and begins anew after it", () => {
    const run = new ManagerRun({ config: { ...config, drainTimeoutMs: 0 } });
    const client = run.get();
    run.runFor(60_000);
    run.letOrigin((origin) => origin.answer());
    run.runFor(9_900);
    assert.equal(client.fate, "open");
    run.runFor(100 + TICK_MS);
    assert.notEqual(client.fate, "open");
  });

  test("is off with 0", () => {
    const run = new ManagerRun({ config: { idleTimeoutMs: 0 } });
    const client = run.connect();
    run.runFor(24 * 3_600_000);
    assert.equal(client.fate, "open");
  });
});

describe("max_connection_duration", () => {
  const config = { maxConnectionDurationMs: 10_000 };

  test("makes the next response the last", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.runFor(10_000 + TICK_MS);
    assert.equal(run.stat("downstream_cx_max_duration_reached"), 1);
    run.letOrigin((origin) => origin.answer());
    assert.ok(headOf(client.received).includes(CLOSE));
    assert.notEqual(client.fate, "open");
  });

  test("lets a response that has begun end, and closes then", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.letOrigin((origin) => origin.begin());
    run.runFor(10_000 + DRAIN_MS + TICK_MS * 2);
    assert.equal(client.fate, "open");
    run.letOrigin((origin) => origin.data("1234567890", true));
    assert.ok(client.received.endsWith("1234567890"));
    assert.notEqual(client.fate, "open");
    assert.deepEqual(run.log, ["200 - -"]);
  });

  test("lets a response that has begun end before the drain timeout, and closes after it", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.letOrigin((origin) => origin.begin());
    run.runFor(10_000 + TICK_MS);
    run.letOrigin((origin) => origin.data("1234567890", true));
    assert.equal(client.fate, "open");
    run.runFor(DRAIN_MS + TICK_MS * 2);
    assert.notEqual(client.fate, "open");
  });

  test("closes an idle connection, at once where nothing was ever sent", () => {
    const run = new ManagerRun({ config });
    const idle = served(run);
    const silent = run.connect();
    run.runFor(10_000 + TICK_MS * 2);
    assert.equal(idle.fate, "open");
    assert.notEqual(silent.fate, "open");
    run.runFor(DRAIN_MS + TICK_MS * 2);
    assert.notEqual(idle.fate, "open");
  });
});

test("a drain sequence that has begun is not begun again", () => {
  const run = new ManagerRun({ config: { idleTimeoutMs: 1_000, maxConnectionDurationMs: 4_000 } });
  const client = served(run);
  run.runFor(1_000 + DRAIN_MS + TICK_MS * 3);
  assert.notEqual(client.fate, "open");
  assert.equal(run.stat("downstream_cx_max_duration_reached"), 1);
});

describe("draining from outside", () => {
  test("closes an idle connection at once", () => {
    const run = new ManagerRun();
    const client = run.connect();
    run.drainAll();
    assert.notEqual(client.fate, "open");
    assert.equal(run.stat("downstream_cx_drain_close"), 1);
  });

  test("lets a request end, as the last one", () => {
    const run = new ManagerRun();
    const client = run.get();
    run.drainAll();
    run.drainAll();
    assert.equal(client.fate, "open");
    run.letOrigin((origin) => origin.answer());
    assert.ok(headOf(client.received).includes(CLOSE));
    assert.notEqual(client.fate, "open");
    assert.equal(run.stat("downstream_cx_drain_close"), 1);
  });

  test("lets a response that has begun end", () => {
    const run = new ManagerRun();
    const client = run.get();
    run.letOrigin((origin) => origin.begin());
    run.drainAll();
    run.letOrigin((origin) => origin.data("1234567890", true));
    assert.notEqual(client.fate, "open");
  });
});

test("a connection that is cut takes its request along", () => {
  const run = new ManagerRun();
  const client = run.get();
  const idle = run.connect();
  run.eachManager((manager) => manager.cut("drain_timeout"));
  assert.notEqual(client.fate, "open");
  assert.notEqual(idle.fate, "open");
  assert.deepEqual(run.log, ["0 DC downstream_local_disconnect(drain_timeout)"]);
  assert.deepEqual(run.leftovers(), []);
});

test("what ends of connections is counted", () => {
  const run = new ManagerRun();
  run.runFor(1_000);
  run.connect().close();
  run.get().close();
  run.connect();
  run.runFor(500);
  run.drainAll();
  const counted = ["", "_remote", "_local", "_active_rq", "_remote_active_rq", "_local_active_rq"].map((kind) =>
    run.stat(`downstream_cx_destroy${kind}`),
  );
  assert.deepEqual(counted, [3, 2, 1, 1, 1, 0]);
  assert.equal(run.stat("downstream_cx_http1_total"), 3);
  assert.ok(run.stat("downstream_cx_length_ms") >= 500 && run.stat("downstream_cx_length_ms") < 1_000);
});

test("a connection that ends takes its timers along", () => {
  const run = new ManagerRun({
    config: { idleTimeoutMs: 1_000, maxConnectionDurationMs: 2_000, requestHeadersTimeoutMs: 500 },
  });
  const client = run.send("GET");
  client.close();
  run.runFor(60_000);
  assert.equal(run.stat("downstream_cx_idle_timeout"), 0);
  assert.equal(run.stat("downstream_cx_max_duration_reached"), 0);
  assert.deepEqual(run.log, ["0 DC downstream_remote_disconnect"]);
  assert.deepEqual(run.leftovers(), []);
});

describe("http1_safe_max_connection_duration", () => {
  const config = { maxConnectionDurationMs: 10_000, safeMaxConnectionDuration: true };

  test("the connection ends with the next response, and not before", () => {
    const run = new ManagerRun({ config });
    const client = served(run);
    run.runFor(10_000 + DRAIN_MS * 10);
    assert.equal(client.fate, "open");
    assert.equal(run.stat("downstream_cx_max_duration_reached"), 1);
    run.get("/", client);
    run.letOrigin((origin) => origin.answer());
    assert.ok(headOf(client.received).includes(CLOSE));
    assert.notEqual(client.fate, "open");
  });
});
