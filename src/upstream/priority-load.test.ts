import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as check, integer, property, tuple } from "fast-check";
import { endpoint, HOST_SET_OPTIONS } from "./cluster.test.support.js";
import { Host } from "./host.js";
import type { EndpointHealth } from "./host-health.js";
import { HostSet } from "./host-set.js";
import { availabilityOf, loadOf, panicLoadOf } from "./priority-load.js";

/** A priority with this many hosts of each kind. */
function hostSet(priority: number, healthy: number, degraded: number, unhealthy: number): HostSet {
  const healths: EndpointHealth[] = [
    ...Array.from({ length: healthy }, () => "healthy" as const),
    ...Array.from({ length: degraded }, () => "degraded" as const),
    ...Array.from({ length: unhealthy }, () => "unhealthy" as const),
  ];
  const hosts = healths.map((health, index) => new Host({ ...endpoint(index + 1), health, priority }, "c"));
  return new HostSet(priority, hosts, HOST_SET_OPTIONS);
}

function loads(...priorities: readonly (readonly [healthy: number, degraded: number, unhealthy: number])[]) {
  return loadOf(availabilityOf(priorities.map((counts, priority) => hostSet(priority, ...counts))));
}

describe("the load of priorities", () => {
  test("goes to the first as long as overprovisioning covers what is unhealthy", () => {
    assert.deepEqual(loads([100, 0, 0], [100, 0, 0])?.healthy, [100, 0]);
    assert.deepEqual(loads([72, 0, 28], [100, 0, 0])?.healthy, [100, 0]);
    assert.deepEqual(loads([71, 0, 29], [100, 0, 0])?.healthy, [99, 1]);
    assert.deepEqual(loads([50, 0, 50], [100, 0, 0])?.healthy, [70, 30]);
    assert.deepEqual(loads([25, 0, 75], [100, 0, 0])?.healthy, [35, 65]);
    assert.deepEqual(loads([0, 0, 100], [100, 0, 0])?.healthy, [0, 100]);
  });

  test("is spread over what is left when all together cannot take it", () => {
    // 35 %, 35 % and 28 % of 98 %; what rounding leaves goes to the first.
    assert.deepEqual(loads([25, 0, 75], [25, 0, 75], [20, 0, 80])?.healthy, [37, 35, 28]);
    assert.deepEqual(loads([20, 0, 80], [20, 0, 80])?.healthy, [50, 50]);
    assert.equal(loads([0, 0, 5], [0, 0, 1]), null);
    assert.equal(loads([0, 0, 0]), null);
  });

  test("degraded hosts take what healthy ones of all priorities cannot", () => {
    assert.deepEqual(loads([0, 100, 0], [100, 0, 0]), { healthy: [0, 100], degraded: [0, 0] });
    assert.deepEqual(loads([25, 75, 0], [25, 0, 75]), { healthy: [35, 35], degraded: [30, 0] });
    assert.deepEqual(loads([0, 10, 90]), { healthy: [0], degraded: [100] });
  });

  test("excluded hosts do not count, nor are weights asked unless configured", () => {
    const set = hostSet(0, 5, 0, 5);
    assert.deepEqual(availabilityOf([set]).healthy, [70]);
    for (const host of set.hosts.slice(5)) host.setHealthFlags(0x80, 0x80);
    assert.deepEqual(availabilityOf([new HostSet(0, set.hosts, HOST_SET_OPTIONS)]).healthy, [100]);
    const weighted = { ...HOST_SET_OPTIONS, weightedPriorityHealth: true };
    const heavy = [new Host(endpoint(1, 1), "c"), new Host({ ...endpoint(2, 3), health: "unhealthy" }, "c")];
    assert.deepEqual(availabilityOf([new HostSet(0, heavy, weighted)]).healthy, [35]);
    assert.deepEqual(availabilityOf([new HostSet(0, heavy, HOST_SET_OPTIONS)]).healthy, [70]);
  });

  test("a host that discovery drains does not count, as it is meant to go", () => {
    const hosts = (["healthy", "draining", "unhealthy"] as const).map(
      (health, index) => new Host({ ...endpoint(index + 1), health }, "c"),
    );
    assert.deepEqual(availabilityOf([new HostSet(0, hosts, HOST_SET_OPTIONS)]).healthy, [70]);
  });

  test("sums up to 100 for any hosts", () => {
    const count = integer({ min: 0, max: 30 });
    void check(
      property(array(tuple(count, count, count), { minLength: 1, maxLength: 6 }), (priorities) => {
        const hostSets = priorities.map((counts, priority) => hostSet(priority, ...counts));
        const load = loadOf(availabilityOf(hostSets)) ?? panicLoadOf(hostSets);
        const sum = [...load.healthy, ...load.degraded].reduce((total, one) => total + one, 0);
        assert.equal(sum, 100);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("in panic follows the number of hosts", () => {
    assert.deepEqual(panicLoadOf([hostSet(0, 0, 0, 2), hostSet(1, 1, 0, 0)]).healthy, [67, 33]);
    assert.deepEqual(panicLoadOf([hostSet(0, 0, 0, 0), hostSet(1, 0, 0, 0)]).healthy, [100, 0]);
  });
});
