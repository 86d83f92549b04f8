import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limits } from "../cluster.test.support.js";
import type { ClusterInfo } from "../cluster-info.js";
import { HealthFlags } from "../host-health.js";
import { OK, PoolRun } from "./pool.test.support.js";
import { DEFAULT_POOL_POLICY } from "./pool-policy.js";

function withRatio(ratio: number, overrides: Partial<ClusterInfo> = {}): Partial<ClusterInfo> {
  return { ...overrides, poolPolicy: { ...DEFAULT_POOL_POLICY, predictivePreconnectRatio: ratio } };
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe("predictive_preconnect_ratio", () => {
  test("the hosts of the next requests are connected to, and those requests do not wait", () => {
    const run = new PoolRun(withRatio(1.5), {}, 5);
    const first = run.request("1");
    run.run();
    assert.equal(total(run.connectionsPerHost), 3, "its own, and two before that is counted");
    const [second, third] = [run.request("2"), run.request("3")];
    assert.match(second.events[0] ?? "", /^on /);
    assert.match(third.events[0] ?? "", /^on /, "both at once");
    assert.equal(new Set([first, second, third].map(({ client }) => client?.remoteAddressText)).size, 3);
    run.run();
    // As Envoy counts: 1.5 for each stream, the one that is about to begin included.
    assert.deepEqual(run.connectionsPerHost, [1, 1, 1, 1, 1]);
    run.finish();
  });

  test("ten requests make fifteen connections", () => {
    const run = new PoolRun(withRatio(1.5), {}, 15);
    for (let index = 0; index < 10; index++) {
      run.request(String(index));
      run.run();
    }
    assert.equal(total(run.connectionsPerHost), 15);
    assert.equal(run.stat("upstream_cx_total"), 15);
    assert.equal(run.stat("upstream_rq_pending_total"), 1, "only the first had to wait");
    run.finish();
  });

  test("one request has three opened at most, and one for each host", () => {
    const run = new PoolRun(withRatio(3), {}, 8);
    run.request("1");
    run.run();
    assert.equal(total(run.connectionsPerHost), 4);
    const alone = new PoolRun(withRatio(3), {}, 1);
    alone.request("1");
    alone.run();
    assert.equal(total(alone.connectionsPerHost), 1, "the one that is foreseen is the one that serves");
    for (const one of [run, alone]) one.finish();
  });

  test("connections that are idle are enough for as many streams", () => {
    const run = new PoolRun(withRatio(1.5), {}, 3);
    for (let index = 0; index < 30; index++) {
      const stream = run.request(`${index}`);
      run.run();
      const peer = run.upstreams
        .flatMap(({ accepted }) => accepted)
        .find(({ received }) => received.includes(`GET /${index} `));
      peer?.send(OK);
      run.run();
      assert.equal(stream.events.at(-1), "complete");
    }
    assert.deepEqual(run.connectionsPerHost, [1, 1, 1]);
    run.finish();
  });

  test("without it, no connection is opened ahead", () => {
    const run = new PoolRun({}, {}, 3);
    run.request("1");
    run.run();
    assert.equal(total(run.connectionsPerHost), 1);
    assert.equal(run.cluster.connectivity, null);
    run.finish();
  });

  test("the circuit breaker of connections holds, and nothing is left of the pool that got none", () => {
    const run = new PoolRun(withRatio(3, { defaultLimits: limits({ maxConnections: 2 }) }), {}, 4);
    run.request("1");
    run.run();
    assert.equal(total(run.connectionsPerHost), 3, "two ahead; the request itself may always have one");
    assert.equal(run.cluster.resources.connectionPools.count, 3);
    assert.equal(run.stat("upstream_cx_overflow"), 2, "one ahead, one of the request");
    run.finish();
  });

  test("so does the one of pools", () => {
    const run = new PoolRun(withRatio(3, { defaultLimits: limits({ maxConnectionPools: 1 }) }), {}, 4);
    run.request("1");
    run.run();
    assert.equal(total(run.connectionsPerHost), 1);
    assert.equal(run.stat("upstream_cx_pool_overflow"), 1);
    run.finish();
  });

  test("hosts that are not healthy get the connections that requests need, and none ahead", () => {
    const run = new PoolRun(withRatio(2), {}, 3);
    const failed = HealthFlags.failedActiveHealthCheck;
    const changes = [1, 2, 3].map((one) => ({ address: `10.0.0.${one}:80`, mask: failed, flags: failed }));
    run.cluster.updateHealth(changes);
    run.request("1");
    run.run();
    assert.equal(total(run.connectionsPerHost), 1);
    run.finish();
  });

  test("a host that was foreseen and refuses fails no request, and is not asked over and over", () => {
    const run = new PoolRun(withRatio(1.5), {}, 3);
    const [, next] = [run.cluster.chooseHost(), run.cluster.chooseHost()];
    assert.ok(next !== null);
    run.network.setLink(next.address, { connect: "refuse" });
    run.cluster.chooseHost();
    const first = run.request("1");
    run.dispatcher.runFor(1_000);
    assert.match(first.events[0] ?? "", /^on /);
    assert.equal(run.stat("upstream_cx_connect_fail"), 1);
    assert.equal(run.stat("upstream_rq_pending_failure_eject"), 0);
    run.finish();
  });
});
