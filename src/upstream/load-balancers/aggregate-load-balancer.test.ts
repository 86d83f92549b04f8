import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { SimulatedNetwork } from "../../../test/support/simulated-network.js";
import { ReadBuffers } from "../../network/read-buffers.js";
import { createClusterMemory } from "../cluster.js";
import { clusterInfo } from "../cluster.test.support.js";
import type { ClusterInfo, EndpointConfig } from "../cluster-info.js";
import { ClusterManager } from "../cluster-manager.js";
import type { Host } from "../host.js";
import { ANY_HOST, type LoadBalancerContext } from "../load-balancer-context.js";
import type { ConnectionPool } from "../pool/connection-pool.js";
import { ProbeStream } from "../pool/pool.test.support.js";
import { poolKind } from "../pool/pool-kind.js";
import { assertNear, endpointRange, hashContext, numberOf, RING_HASH } from "./balancer.test.support.js";

function info(name: string, endpoints: readonly EndpointConfig[], changes: Partial<ClusterInfo> = {}): ClusterInfo {
  return clusterInfo({ name, statName: name, endpoints, ...changes });
}

function aggregate(name: string, members: readonly string[]): ClusterInfo {
  return info(name, [], { discovery: "aggregate", members, lbPolicy: { kind: "clusterProvided" } });
}

function start(...infos: readonly ClusterInfo[]) {
  const dispatcher = new SimulatedDispatcher();
  const context = { dispatcher, readBuffers: new ReadBuffers() };
  const sockets = new SimulatedNetwork(dispatcher, { readBuffers: context.readBuffers });
  const stats = new RecordedStats();
  const clusters = new ClusterManager(
    infos.map((one) => ({ info: one, memory: createClusterMemory(one) })),
    { ...context, sockets, connectionIds: { next: () => 1 } },
    stats.root,
    new SeededRandom(1),
  );
  /** The last digits of the hosts that are chosen. */
  const choices = (name: string, count: number, changes: Partial<LoadBalancerContext> = {}) =>
    Array.from({ length: count }, () => numberOf(clusters.get(name)?.chooseHost({ ...ANY_HOST, ...changes }) ?? null));
  return { dispatcher, clusters, stats, choices };
}

const ILL = { health: "unhealthy" } as const;

describe("an aggregate", () => {
  test("lines up the priorities of its clusters", () => {
    const run = start(
      aggregate("all", ["first", "second"]),
      info("first", [...endpointRange(1, 2), ...endpointRange(3, 4, ILL)]),
      info("second", endpointRange(5, 6)),
    );
    const chosen = run.choices("all", 1_000);
    // 70 % by the healthy half of the first.
    assertNear(chosen.filter((host) => host <= 2).length, 700, 50);
    assertNear(chosen.filter((host) => host >= 5).length, 300, 50);
  });

  test("follows what becomes of them", () => {
    const run = start(
      aggregate("all", ["first", "second"]),
      info("first", [], { discovery: "strictDns" }),
      info("second", endpointRange(5, 5)),
    );
    assert.deepEqual(run.choices("all", 2), [5, 5]);
    run.clusters.updateHosts("first", endpointRange(1, 1));
    assert.deepEqual(run.choices("all", 2), [1, 1]);
    run.clusters.updateHealth("first", [{ address: "10.0.0.1:80", mask: 1, flags: 1 }]);
    assert.deepEqual(run.choices("all", 2), [5, 5]);
    run.clusters.updateHosts("first", []);
    assert.deepEqual(run.choices("all", 2), [5, 5]);
  });

  test("leaves the host to the cluster's own policy and priorities", () => {
    const run = start(
      aggregate("all", ["first", "second"]),
      info("first", [...endpointRange(1, 2, ILL), ...endpointRange(3, 8, { priority: 1 })], { lbPolicy: RING_HASH }),
      info("second", endpointRange(9, 9)),
    );
    const chosen = run.choices("all", 20, hashContext(1234567890123456789n));
    assert.equal(new Set(chosen).size, 1);
    assert.ok((chosen[0] as number) >= 3 && (chosen[0] as number) <= 8);
  });

  test("panic is its clusters', and counted there", () => {
    const run = start(aggregate("all", ["first"]), info("first", endpointRange(1, 2, ILL)));
    assert.notEqual(run.choices("all", 1)[0], 0);
    assert.equal(run.stats.value("cluster.first.lb_healthy_panic"), 1);
    assert.equal(run.stats.value("cluster.all.lb_healthy_panic"), 0);
  });

  test("has no host where its clusters have none, and passes over what there is not", () => {
    const run = start(aggregate("all", ["none", "empty"]), info("empty", []));
    assert.deepEqual(run.choices("all", 1), [0]);
    assert.equal(run.stats.value("cluster.all.upstream_cx_none_healthy"), 1);
  });

  test("may hold other aggregates, and does not mind a circle", () => {
    const run = start(
      aggregate("all", ["inner", "last"]),
      aggregate("inner", ["all", "first"]),
      info("first", endpointRange(1, 1)),
      info("last", endpointRange(2, 2)),
    );
    assert.deepEqual(run.choices("all", 2), [1, 1]);
    assert.deepEqual(run.choices("inner", 2), [2, 2]);
  });

  test("a retry sees the priorities of all its clusters", () => {
    const run = start(
      aggregate("all", ["first", "second"]),
      info("first", endpointRange(1, 1)),
      info("second", [...endpointRange(2, 2), ...endpointRange(3, 3, { priority: 1 })]),
    );
    const priorities: number[] = [];
    const hosts = ["first", "second"].flatMap((name) => run.clusters.get(name)?.prioritySet.hosts ?? []);
    const chosen = run.choices("all", 1, {
      priorityLoad: (view) => {
        priorities.push(...hosts.map((host) => view.priorityOf(host)));
        return { healthy: [0, 0, 100], degraded: [0, 0, 0] };
      },
    });
    assert.deepEqual(chosen, [3]);
    assert.deepEqual(priorities, [0, 1, 2]);
  });

  test("the pool of its host is the member's", () => {
    const run = start(aggregate("all", ["first"]), info("first", endpointRange(1, 1)));
    const all = run.clusters.get("all");
    assert.ok(all);
    const pool = run.clusters.createPool(all, all.chooseHost() as Host, poolKind("http1", "default")) as ConnectionPool;
    run.dispatcher.inEvent(() => pool.newStream(new ProbeStream("x")));
    assert.equal(run.stats.value("cluster.first.upstream_cx_total"), 1);
    run.clusters.destroy();
  });
});
