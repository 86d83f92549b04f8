import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limits } from "../cluster.test.support.js";
import type { ClusterInfo } from "../cluster-info.js";
import { HealthFlags } from "../host-health.js";
import { OK, PoolRun } from "./pool.test.support.js";
import { DEFAULT_POOL_POLICY, type PoolPolicy } from "./pool-policy.js";

function policy(parts: Partial<PoolPolicy>, overrides: Partial<ClusterInfo> = {}): Partial<ClusterInfo> {
  return { ...overrides, poolPolicy: { ...DEFAULT_POOL_POLICY, ...parts } };
}

describe("max_connection_duration of upstream connections", () => {
  test("an idle connection is closed when its time has come", () => {
    const run = new PoolRun(policy({ maxConnectionDurationMs: 10_000 }));
    run.ask("1");
    run.run();
    run.answer(0);
    run.dispatcher.runFor(9_000);
    assert.equal(run.connection(0).fate, "open");
    run.dispatcher.runFor(2_000);
    assert.equal(run.connection(0).fate, "closed");
    assert.equal(run.stat("upstream_cx_max_duration_reached"), 1);
    run.finish();
  });

  test("a stream goes on to its end, and the next one gets a connection of its own", () => {
    const run = new PoolRun(policy({ maxConnectionDurationMs: 10_000 }));
    const first = run.ask("1");
    run.run();
    run.dispatcher.runFor(11_000);
    assert.equal(run.connection(0).fate, "open", "it carries a stream");
    run.answer(0);
    assert.deepEqual(first.events, ["on 1", "200", "complete"]);
    assert.equal(run.connection(0).fate, "closed");
    const second = run.ask("2");
    run.run();
    assert.deepEqual(second.events, ["on 2"]);
    assert.equal(run.stat("upstream_cx_max_duration_reached"), 1);
    run.finish();
  });

  test("it counts from when the connection stands", () => {
    const run = new PoolRun(policy({ maxConnectionDurationMs: 10_000 }), { latencyMs: 2_000 });
    run.ask("1");
    run.dispatcher.runFor(4_000);
    run.connection(0).send(OK);
    run.dispatcher.runFor(8_500);
    assert.equal(run.stat("upstream_cx_max_duration_reached"), 0);
    run.dispatcher.runFor(3_000);
    assert.equal(run.stat("upstream_cx_max_duration_reached"), 1);
    run.finish();
  });

  test("one that is to end anyway is not counted", () => {
    const run = new PoolRun(policy({ maxConnectionDurationMs: 10_000 }, { maxRequestsPerConnection: 1 }));
    run.ask("1");
    run.run();
    assert.equal(run.stat("upstream_cx_max_requests"), 1, "its last request has begun");
    run.dispatcher.runFor(11_000);
    run.answer(0);
    assert.equal(run.connection(0).fate, "closed");
    assert.deepEqual(run.counted("upstream_cx_max_duration_reached", "upstream_cx_max_requests"), {
      upstream_cx_max_requests: 1,
    });
    run.finish();
  });
});

describe("a host that fails", () => {
  const failed = { mask: HealthFlags.failedActiveHealthCheck, flags: HealthFlags.failedActiveHealthCheck };

  test("a connection that is being made, and that nobody waits for, is given up", () => {
    const run = new PoolRun();
    const stream = run.ask("1");
    run.dispatcher.inEvent(() => stream.waiting?.cancel());
    run.clusters.updateHealth("c", [{ address: "10.0.0.1:80", ...failed }]);
    run.run();
    run.assertNothingActive();
  });

  test("one that somebody waits for goes on", () => {
    const run = new PoolRun();
    const stream = run.ask("1");
    run.clusters.updateHealth("c", [{ address: "10.0.0.1:80", ...failed }]);
    run.run();
    assert.deepEqual(stream.events, ["on 1"]);
    run.finish();
  });
});

describe("upstream_cx_length_ms", () => {
  test("a connect that failed has a length, too", () => {
    const run = new PoolRun({ connectTimeoutMs: 3_000 });
    run.network.setLink(run.host().address, { connect: "blackHole" });
    run.ask("1");
    run.dispatcher.runFor(4_000);
    assert.equal(run.stat("upstream_cx_connect_timeout"), 1);
    assert.equal(run.stat("upstream_cx_length_ms"), 3_000);
    run.finish();
  });
});

describe("per_upstream_preconnect_ratio", () => {
  test("a connection more stands ready for the next stream", () => {
    const run = new PoolRun(policy({ preconnectRatio: 1.5 }));
    run.ask("1");
    run.run();
    assert.equal(run.connections(), 2);
    const second = run.ask("2");
    assert.deepEqual(second.events, ["on 2"], "it did not wait");
    run.run();
    assert.equal(run.connections(), 3, "two streams, three connections");
    run.finish();
  });

  test("idle pools open nothing, and neither does the default", () => {
    const run = new PoolRun(policy({ preconnectRatio: 3 }));
    const stream = run.ask("1");
    run.run();
    run.answer(0);
    assert.deepEqual(stream.events.at(-1), "complete");
    run.dispatcher.runFor(1_000);
    assert.equal(run.connections(), 3);
    run.finish();
    const plain = new PoolRun();
    plain.ask("1");
    plain.run();
    assert.equal(plain.connections(), 1);
    plain.finish();
  });

  test("the circuit breaker holds for them too", () => {
    const run = new PoolRun(policy({ preconnectRatio: 3 }, { defaultLimits: limits({ maxConnections: 2 }) }));
    run.ask("1");
    run.run();
    assert.equal(run.connections(), 2);
    run.finish();
  });

  test("a host that refuses is not asked over and over for a spare one", () => {
    const run = new PoolRun(policy({ preconnectRatio: 1.5 }));
    run.ask("1");
    run.run();
    run.network.setLink(run.host().address, { connect: "refuse" });
    run.ask("2");
    run.dispatcher.runFor(1_000);
    assert.equal(run.stat("upstream_cx_connect_fail"), 1);
    run.finish();
  });

  test("a host that is not healthy gets the connections that streams need, and no spare one", () => {
    const run = new PoolRun(policy({ preconnectRatio: 3 }));
    const failed = HealthFlags.failedActiveHealthCheck;
    run.cluster.updateHealth([{ address: "10.0.0.1:80", mask: failed, flags: failed }]);
    run.ask("1");
    run.run();
    assert.equal(run.connections(), 1);
    run.finish();
  });
});
