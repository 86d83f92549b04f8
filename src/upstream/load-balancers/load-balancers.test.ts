import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { HOST_SET_OPTIONS, hostsOf, prioritySetOf } from "../cluster.test.support.js";
import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import { ANY_HOST } from "../load-balancer-context.js";
import { PrioritySet } from "../priority-set.js";
import { LeastRequestLoadBalancer } from "./least-request-load-balancer.js";
import { RandomLoadBalancer } from "./random-load-balancer.js";
import { RoundRobinLoadBalancer } from "./round-robin-load-balancer.js";

const POLICIES = [RoundRobinLoadBalancer, RandomLoadBalancer, LeastRequestLoadBalancer];

/** The last digits of the hosts that were chosen. */
function choices(balancer: LoadBalancer, count: number): number[] {
  return Array.from({ length: count }, () => numberOf(balancer.chooseHost(ANY_HOST)));
}

function numberOf(host: Host | null): number {
  assert.ok(host?.address.kind === "ip");
  return Number(host.address.host.split(".").pop());
}

/** How often each of the hosts 1 to `hosts` was chosen. */
function shares(chosen: readonly number[], hosts: number): number[] {
  return Array.from({ length: hosts }, (_, index) => chosen.filter((one) => one === index + 1).length);
}

function assertNear(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);
}

describe("every load balancer", () => {
  for (const Policy of POLICIES) {
    test(`${Policy.name}: no host, one host, other hosts later`, () => {
      const hostSet = new PrioritySet(HOST_SET_OPTIONS);
      const balancer = new Policy(hostSet, new SeededRandom(1));
      assert.equal(balancer.chooseHost(ANY_HOST), null);
      hostSet.update(hostsOf([1]));
      assert.deepEqual(choices(balancer, 3), [1, 1, 1]);
      hostSet.update(hostsOf([1, 1, 1]));
      assert.ok(shares(choices(balancer, 300), 3).every((share) => share > 50));
      hostSet.update(hostsOf([1, 1]));
      assert.ok(choices(balancer, 50).every((host) => host <= 2));
      hostSet.update([]);
      assert.equal(balancer.chooseHost(ANY_HOST), null);
    });

    test(`${Policy.name}: hosts of unequal weights come and go`, () => {
      const hostSet = new PrioritySet(HOST_SET_OPTIONS);
      const balancer = new Policy(hostSet, new SeededRandom(1));
      hostSet.update(hostsOf([1, 5, 2]));
      assert.ok(shares(choices(balancer, 400), 3).every((share) => share >= 40));
      hostSet.update(hostsOf([3, 3]));
      assert.ok(shares(choices(balancer, 100), 2).every((share) => share >= 25));
      hostSet.update([]);
      assert.equal(balancer.chooseHost(ANY_HOST), null);
    });
  }
});

describe("RoundRobinLoadBalancer", () => {
  test("takes hosts in turn from a random one on", () => {
    const starts = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const chosen = choices(new RoundRobinLoadBalancer(prioritySetOf([1, 1, 1]), new SeededRandom(seed)), 7);
      starts.add(chosen[0] as number);
      for (let i = 1; i < chosen.length; i++) assert.equal(chosen[i], ((chosen[i - 1] as number) % 3) + 1);
    }
    assert.deepEqual([...starts].sort(), [1, 2, 3]);
  });

  test("keeps unequal weights exactly over a round, wherever it begins", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const balancer = new RoundRobinLoadBalancer(prioritySetOf([1, 3, 6]), new SeededRandom(seed));
      const rounds = shares(choices(balancer, 100), 3);
      assertNear(rounds[0] as number, 10, 1);
      assertNear(rounds[1] as number, 30, 1);
      assertNear(rounds[2] as number, 60, 1);
    }
  });
});

describe("RandomLoadBalancer", () => {
  test("every host has the same chance, whatever its weight", () => {
    const chosen = choices(new RandomLoadBalancer(prioritySetOf([1, 100, 1, 1]), new SeededRandom(5)), 4_000);
    for (const share of shares(chosen, 4)) assertNear(share, 1_000, 120);
  });
});

describe("LeastRequestLoadBalancer", () => {
  test("of two hosts it takes the less busy one whenever it draws both", () => {
    const hostSet = prioritySetOf([1, 1]);
    (hostSet.hosts[0] as Host).stats.rqActive = 5;
    const [busy, idle] = shares(choices(new LeastRequestLoadBalancer(hostSet, new SeededRandom(3)), 4_000), 2);
    // Drawn with replacement: the busy one is taken only when it is drawn twice.
    assertNear(busy as number, 1_000, 120);
    assertNear(idle as number, 3_000, 120);
  });

  test("requests that are given out and end keep the hosts even", () => {
    const hostSet = prioritySetOf([1, 1, 1, 1, 1]);
    const balancer = new LeastRequestLoadBalancer(hostSet, new SeededRandom(4));
    for (let request = 0; request < 1_000; request++) (balancer.chooseHost(ANY_HOST) as Host).stats.rqActive++;
    for (const { stats } of hostSet.hosts) assertNear(stats.rqActive, 200, 8);
  });

  test("unequal weights share the requests in proportion when nothing is in flight", () => {
    const balancer = new LeastRequestLoadBalancer(prioritySetOf([1, 4]), new SeededRandom(1));
    const [light, heavy] = shares(choices(balancer, 100), 2);
    assertNear(light as number, 20, 1);
    assertNear(heavy as number, 80, 1);
  });

  test("among unequal weights a host with requests in flight gets fewer", () => {
    const hostSet = prioritySetOf([1, 4]);
    (hostSet.hosts[1] as Host).stats.rqActive = 3;
    const balancer = new LeastRequestLoadBalancer(hostSet, new SeededRandom(1));
    // 4 / (3 + 1) is as much as 1 / (0 + 1).
    const [light, heavy] = shares(choices(balancer, 100), 2);
    assertNear(light as number, 50, 1);
    assertNear(heavy as number, 50, 1);
  });
});
