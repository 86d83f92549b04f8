import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limits } from "../cluster.test.support.js";
import { PoolRun } from "./pool.test.support.js";
import { poolKind } from "./pool-kind.js";

describe("pools of two priorities", () => {
  test("share no connection, and each has circuit breakers of its own", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxPendingRequests: 0 }) });
    assert.deepEqual(run.ask("a").events, ["overflow"]);
    const high = run.ask("b", run.pool(0, "high"));
    run.run();
    run.answer(0);
    assert.deepEqual(high.events, ["on 1", "200", "complete"]);
    assert.equal(run.cluster.resourcesOf("high").connections.count, 1);
    assert.equal(run.cluster.resources.connections.count, 0);
    assert.notEqual(run.pool(), run.pool(0, "high"));
    run.finish();
  });
});

describe("max_connection_pools", () => {
  test("a host beyond the limit gets no pool, until another host's has nothing left", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnectionPools: 1 }) }, {}, 2);
    const stream = run.ask("a");
    run.run();
    assert.equal(run.clusters.createPool(run.cluster, run.host(1), poolKind("http1", "default")), null);
    assert.equal(run.stat("upstream_cx_pool_overflow"), 1);
    run.answer(0, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    assert.deepEqual(stream.events, ["on 1", "200", "complete"]);
    run.ask("b", run.pool(1));
    run.run();
    run.answer(0, "");
    run.connection(0, 1).send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    run.run();
    run.finish();
  });

  test("a pool of the same host that carries nothing makes room", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnectionPools: 1 }) });
    run.ask("a");
    run.run();
    const tcp = poolKind("tcp", "default");
    assert.equal(run.clusters.createPool(run.cluster, run.host(), tcp), null, "it is at work");
    run.answer(0);
    assert.equal(run.connection(0).fate, "open");
    const pool = run.clusters.createPool(run.cluster, run.host(), tcp);
    assert.equal(run.clusters.existingPool(run.host(), tcp), pool);
    run.run();
    assert.equal(run.connection(0).fate, "closed");
    run.finish();
  });
});

describe("per_host_thresholds", () => {
  test("streams wait for the connections that a host may have, beside other hosts that have theirs", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnectionsPerHost: 1 }) }, {}, 2);
    const streams = [run.ask("a"), run.ask("b"), run.ask("c", run.pool(1))];
    run.run();
    assert.deepEqual([run.connections(0), run.connections(1)], [1, 1]);
    assert.equal(run.stat("upstream_cx_overflow"), 1);
    run.answer(0);
    run.answer(0);
    assert.deepEqual(streams[1]?.events, ["on 1", "200", "complete"]);
    run.connection(0, 1).reset();
    run.run();
    run.finish();
  });

  test("connections of another priority count, and the last word is that a pool may have one", () => {
    const run = new PoolRun({
      defaultLimits: limits({ maxConnectionsPerHost: 1 }),
      highLimits: limits({ maxConnectionsPerHost: 2 }),
    });
    run.ask("a");
    for (const name of ["b", "c", "d"]) run.ask(name, run.pool(0, "high"));
    run.run();
    assert.equal(run.connections(), 2);
    run.finish();
  });
});

test("what asks for a connection when everything has been closed gets none, and is counted nowhere", () => {
  const run = new PoolRun();
  const first = run.ask("a");
  let late: string[] = [];
  first.whenFailed = () => {
    late = run.ask("b").events;
  };
  run.finish();
  assert.deepEqual(first.events, ["local connection failure"]);
  assert.deepEqual(late, ["local connection failure"]);
});

describe("max_connections", () => {
  test("a pool without a connection opens one at the limit, and that is an overflow all the same", () => {
    const run = new PoolRun({ defaultLimits: limits({ maxConnections: 1 }) }, {}, 2);
    const streams = [run.ask("a"), run.ask("b", run.pool(1)), run.ask("c", run.pool(1))];
    run.run();
    assert.deepEqual([run.connections(0), run.connections(1)], [1, 1]);
    assert.equal(run.stat("upstream_cx_overflow"), 2, "the one that was opened, and the one that was not");
    assert.deepEqual(
      streams.map(({ events }) => events.length),
      [1, 1, 0],
    );
    run.finish();
  });
});
