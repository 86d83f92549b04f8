import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RuntimeValues } from "../../common/runtime.js";
import { ANY_LOCALITY, ROUND_ROBIN } from "../cluster.test.support.js";
import type { Host } from "../host.js";
import type { LbPolicyConfig } from "../load-balancing-config.js";
import {
  ALL_POLICIES,
  assertNear,
  BalancerRun,
  endpoints,
  LEAST_REQUEST,
  numberOf,
  RANDOM,
} from "./balancer.test.support.js";

describe("every load balancer", () => {
  for (const policy of ALL_POLICIES) {
    test(`${policy.kind}: no host, one host, other hosts later`, () => {
      const run = new BalancerRun(policy, []);
      assert.equal(run.choose(), null);
      run.update(endpoints([1]));
      assert.deepEqual(run.choices(3), [1, 1, 1]);
      run.update(endpoints([1, 1, 1]));
      assert.ok(run.shares(300).every((share) => share > 50));
      run.update(endpoints([1, 1]));
      assert.ok(run.choices(50).every((host) => host <= 2));
      run.update([]);
      assert.equal(run.choose(), null);
    });

    test(`${policy.kind}: hosts of unequal weights come and go`, () => {
      const run = new BalancerRun(policy, endpoints([1, 5, 2]));
      assert.ok(run.shares(400).every((share) => share >= 30));
      run.update(endpoints([3, 3]));
      assert.ok(run.shares(100).every((share) => share >= 25));
      run.update([]);
      assert.equal(run.choose(), null);
    });

    test(`${policy.kind}: another host for a retry, as far as there is one`, () => {
      const run = new BalancerRun(policy, endpoints([1, 1, 1, 1]));
      let declined = 0;
      const context = {
        shouldSelectAnotherHost: (host: Host) => numberOf(host) === 2 && ++declined > 0,
        hostSelectionRetryCount: () => 20,
      };
      assert.equal(run.shares(200, context)[1], 0);
      assert.ok(declined > 0);
      // Declined for good, the last one drawn is taken.
      const never = { shouldSelectAnotherHost: () => true, hostSelectionRetryCount: () => 3 };
      assert.notEqual(run.choose(never), null);
    });
  }
});

describe("round robin", () => {
  test("takes hosts in turn from a random one on", () => {
    const starts = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const chosen = new BalancerRun(ROUND_ROBIN, endpoints([1, 1, 1]), { seed }).choices(7);
      starts.add(chosen[0] as number);
      for (let i = 1; i < chosen.length; i++) assert.equal(chosen[i], ((chosen[i - 1] as number) % 3) + 1);
    }
    assert.deepEqual([...starts].sort(), [1, 2, 3]);
  });

  test("keeps unequal weights exactly over a round, wherever it begins", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const run = new BalancerRun(ROUND_ROBIN, endpoints([1, 3, 6]), { seed });
      const rounds = run.shares(100);
      assertNear(rounds[0], 10, 1);
      assertNear(rounds[1], 30, 1);
      assertNear(rounds[2], 60, 1);
    }
  });

  test("goes on with its turn when a host's health changes", () => {
    const run = new BalancerRun(ROUND_ROBIN, endpoints([1, 1, 1, 1, 1, 1]), { seed: 3 });
    const [before] = run.choices(1);
    run.update(
      endpoints([1, 1, 1, 1, 1, 1]).map((one, index) => ({ ...one, health: index === 5 ? "unhealthy" : "healthy" })),
    );
    assert.deepEqual(run.choices(2), [((before as number) % 5) + 1, (((before as number) + 1) % 5) + 1]);
  });
});

describe("random", () => {
  test("every host has the same chance, whatever its weight", () => {
    for (const share of new BalancerRun(RANDOM, endpoints([1, 100, 1, 1]), { seed: 5 }).shares(4_000)) {
      assertNear(share, 1_000, 120);
    }
  });
});

describe("least request", () => {
  test("of two hosts it takes the less busy one whenever it draws both", () => {
    const run = new BalancerRun(LEAST_REQUEST, endpoints([1, 1]), { seed: 3 });
    (run.hosts[0] as Host).stats.rqActive = 5;
    const [busy, idle] = run.shares(4_000);
    // Drawn with replacement: the busy one is taken only when it is drawn twice.
    assertNear(busy, 1_000, 120);
    assertNear(idle, 3_000, 120);
  });

  test("more choices leave a busy host alone more often", () => {
    const run = new BalancerRun({ ...LEAST_REQUEST, choiceCount: 4 }, endpoints([1, 1]), { seed: 3 });
    (run.hosts[0] as Host).stats.rqActive = 5;
    assertNear(run.shares(4_000)[0], 4_000 / 16, 70);
  });

  test("a full scan takes the least busy of all, and any of several", () => {
    const run = new BalancerRun({ ...LEAST_REQUEST, fullScan: true }, endpoints([1, 1, 1, 1]));
    for (const [index, active] of [3, 1, 7, 1].entries()) (run.hosts[index] as Host).stats.rqActive = active;
    const shares = run.shares(1_000);
    assert.deepEqual([shares[0], shares[2]], [0, 0]);
    assertNear(shares[1], 500, 60);
  });

  test("requests that are given out and end keep the hosts even", () => {
    const run = new BalancerRun(LEAST_REQUEST, endpoints([1, 1, 1, 1, 1]), { seed: 4 });
    for (let request = 0; request < 1_000; request++) (run.choose() as Host).stats.rqActive++;
    for (const { stats } of run.hosts) assertNear(stats.rqActive, 200, 8);
  });

  test("unequal weights share the requests in proportion when nothing is in flight", () => {
    const [light, heavy] = new BalancerRun(LEAST_REQUEST, endpoints([1, 4])).shares(100);
    assertNear(light, 20, 1);
    assertNear(heavy, 80, 1);
  });

  test("among unequal weights a host with requests in flight gets fewer, as the bias says", () => {
    const shares = (defaultValue: number) => {
      const activeRequestBias = { defaultValue, runtimeKey: "" };
      const run = new BalancerRun({ ...LEAST_REQUEST, activeRequestBias }, endpoints([1, 4]));
      (run.hosts[1] as Host).stats.rqActive = 3;
      return run.shares(100);
    };
    // 4 / (3 + 1) is as much as 1 / (0 + 1).
    assertNear(shares(1)[0], 50, 1);
    assertNear(shares(0)[0], 20, 1);
    // 4 / (3 + 1)^2
    assertNear(shares(2)[0], 80, 1);
    assertNear(shares(-1)[0], 50, 1);
  });

  test("the runtime may have the bias", () => {
    const activeRequestBias = { defaultValue: 1, runtimeKey: "bias" };
    const shares = (bias: number) => {
      const run = new BalancerRun({ ...LEAST_REQUEST, activeRequestBias }, endpoints([1, 4]), { runtime: { bias } });
      (run.hosts[1] as Host).stats.rqActive = 3;
      return run.shares(100);
    };
    assertNear(shares(0)[0], 20, 1);
    assertNear(shares(2)[0], 80, 1);
    // What makes no sense is the default of all, not of the configuration.
    assertNear(shares(-1)[0], 50, 1);
  });
});

describe("slow start", () => {
  const slowStart = { windowMs: 10_000, aggression: { defaultValue: 1, runtimeKey: "aggression" }, minWeight: 0.1 };
  const POLICIES: readonly LbPolicyConfig[] = [
    { kind: "roundRobin", slowStart, locality: ANY_LOCALITY },
    { ...LEAST_REQUEST, slowStart },
  ];
  for (const policy of POLICIES) {
    test(`${policy.kind}: a new host gets its share little by little`, () => {
      const run = new BalancerRun(policy, endpoints([1, 1]));
      run.clock.nowMs = 100_000;
      run.update(endpoints([1, 1, 1]));
      // At first the least share: 0.1 of 2.1.
      assertNear(run.shares(2_100)[2], 100, 3);
      run.clock.nowMs += 5_000;
      run.choices(20);
      assertNear(run.shares(2_500)[2], 500, 25);
      run.clock.nowMs += 5_000;
      run.choices(20);
      assertNear(run.shares(3_000)[2], 1_000, 25);
    });
  }

  test("aggression bends the curve, and the runtime may have it", () => {
    const shareOf = (defaultValue: number, runtime: RuntimeValues) => {
      const aggression = { defaultValue, runtimeKey: "aggression" };
      const policy: LbPolicyConfig = {
        kind: "roundRobin",
        slowStart: { ...slowStart, aggression },
        locality: ANY_LOCALITY,
      };
      const run = new BalancerRun(policy, endpoints([1]), { runtime });
      run.clock.nowMs = 100_000;
      run.update(endpoints([1, 1]));
      run.clock.nowMs += 2_500;
      run.choices(20);
      return run.shares(3_000)[1];
    };
    // The square root of a quarter is a half.
    assertNear(shareOf(2, {}), 1_000, 25);
    assertNear(shareOf(1, { aggression: 2 }), 1_000, 25);
    assertNear(shareOf(2, { aggression: 1 }), 600, 25);
    assertNear(shareOf(2, { aggression: 0 }), 600, 25);
  });
});
