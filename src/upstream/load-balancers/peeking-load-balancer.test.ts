import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { LB_METADATA } from "../../common/metadata.js";
import { ANY_LOCALITY, endpoint, ROUND_ROBIN } from "../cluster.test.support.js";
import type { EndpointConfig } from "../cluster-info.js";
import { HealthFlags } from "../host-health.js";
import type { LbPolicyConfig, SubsetConfig } from "../load-balancing-config.js";
import { metadataMatchCriteria } from "../metadata-match.js";
import {
  BalancerRun,
  endpointRange,
  endpoints,
  LEAST_REQUEST,
  MAGLEV,
  RANDOM,
  RING_HASH,
} from "./balancer.test.support.js";

const WEIGHTED = [5, 1, 3, 2];
const LOCALITIES: readonly EndpointConfig[] = [
  ...endpointRange(1, 3, { locality: { region: "", zone: "a", subZone: "" }, localityWeight: 3 }),
  ...endpointRange(4, 6, { locality: { region: "", zone: "b", subZone: "" }, localityWeight: 1 }),
];
const PRIORITIES: readonly EndpointConfig[] = [
  ...endpointRange(1, 1),
  ...endpointRange(2, 4, { health: "unhealthy" }),
  ...endpointRange(5, 7, { priority: 1 }),
];

const FORESEEABLE: readonly (readonly [name: string, config: LbPolicyConfig, hosts: readonly EndpointConfig[]])[] = [
  ["round robin", ROUND_ROBIN, endpoints([1, 1, 1, 1])],
  ["round robin by weight", ROUND_ROBIN, endpoints(WEIGHTED)],
  ["random", RANDOM, endpoints([1, 1, 1, 1])],
  ["least request by weight", LEAST_REQUEST, endpoints(WEIGHTED)],
  ["localities by weight", { kind: "random", locality: { ...ANY_LOCALITY, weighted: true } }, LOCALITIES],
  ["priorities", RANDOM, PRIORITIES],
];

/** Chooses `count` hosts, and looks ahead now and then as a test's own random numbers say. */
function choicesWithPeeks(run: BalancerRun, count: number): number[] {
  const random = new SeededRandom(7);
  return Array.from({ length: count }, () => {
    for (let peeks = random.below(4); peeks > 0; peeks--) run.peek();
    return run.choices(1)[0] as number;
  });
}

describe("hosts that are foreseen", () => {
  for (const [name, config, hosts] of FORESEEABLE) {
    test(`${name}: they are chosen next and in order, and nobody gets another host than without`, () => {
      const run = new BalancerRun(config, hosts, { peeks: true });
      const plain = new BalancerRun(config, hosts);
      const foreseen = [run.peek(), run.peek(), run.peek()].filter((host) => host !== 0);
      assert.ok(foreseen.length > 0);
      const expected = plain.choices(1_000);
      assert.deepEqual(foreseen, expected.slice(0, foreseen.length));
      assert.deepEqual(choicesWithPeeks(run, 1_000), expected);
    });
  }

  for (const config of [LEAST_REQUEST, { ...LEAST_REQUEST, fullScan: true }, RING_HASH, MAGLEV]) {
    test(`${config.kind}: nobody knows beforehand, and choices stay what they were`, () => {
      const run = new BalancerRun(config, endpoints([1, 1, 1]), { peeks: true });
      assert.equal(run.peek(), 0);
      assert.deepEqual(choicesWithPeeks(run, 100), new BalancerRun(config, endpoints([1, 1, 1])).choices(100));
    });
  }

  test("there are as many as healthy hosts at most", () => {
    const hosts = [...endpointRange(1, 3), ...endpointRange(4, 4, { health: "unhealthy" })];
    const run = new BalancerRun(ROUND_ROBIN, hosts, { peeks: true });
    const foreseen = [run.peek(), run.peek(), run.peek(), run.peek()];
    assert.equal(foreseen[3], 0);
    assert.deepEqual(run.choices(3), foreseen.slice(0, 3));
    assert.equal(run.peek(), foreseen[0], "the next round");
  });

  test("a balancer that is not to foresee does not", () => {
    assert.equal(new BalancerRun(ROUND_ROBIN, endpoints([1, 1])).peek(), 0);
  });

  test("one that is gone, or has failed, is not chosen; the others are", () => {
    const run = new BalancerRun(ROUND_ROBIN, endpoints([1, 1, 1, 1]), { peeks: true });
    const [first = 0, second = 0, third = 0] = [run.peek(), run.peek(), run.peek()];
    const failed = run.hosts.find((host) => host.addressText === `10.0.0.${second}:80`);
    failed?.setHealthFlags(HealthFlags.failedActiveHealthCheck, HealthFlags.failedActiveHealthCheck);
    run.update(endpoints([1, 1, 1, 1]).filter((_, index) => index + 1 !== first));
    assert.deepEqual(run.choices(1), [third]);
    assert.ok(!run.choices(100).some((one) => one === first || one === second));
  });

  test("hosts that come change nothing for those that were foreseen", () => {
    const run = new BalancerRun(ROUND_ROBIN, endpoints([1, 1, 1]), { peeks: true });
    const foreseen = [run.peek(), run.peek()];
    run.update(endpoints([1, 1, 1, 1]));
    assert.deepEqual(run.choices(2), foreseen);
    assert.deepEqual(run.shares(400), [100, 100, 100, 100]);
  });

  test("when priorities get other shares, all is foreseen anew", () => {
    const failing = [...endpointRange(1, 4, { health: "unhealthy" }), ...endpointRange(5, 7, { priority: 1 })];
    const run = new BalancerRun(ROUND_ROBIN, failing, { peeks: true });
    assert.ok(run.peek() >= 5);
    run.update([...endpointRange(1, 4), ...endpointRange(5, 7, { priority: 1 })]);
    assert.ok(run.choices(4).every((one) => one <= 4));
  });

  test("an attempt that keeps away from hosts draws for itself", () => {
    const run = new BalancerRun(ROUND_ROBIN, endpoints([1, 1, 1]), { peeks: true });
    const foreseen = run.peek();
    const careful = { hostSelectionRetryCount: () => 1, shouldSelectAnotherHost: () => false };
    assert.notEqual(run.choices(1, careful)[0], foreseen);
    assert.equal(run.peek(careful), 0, "it tells nothing of the next request");
    assert.deepEqual(run.choices(1), [foreseen]);
  });

  test("so does one that other priorities are to serve", () => {
    const run = new BalancerRun(ROUND_ROBIN, [...endpointRange(1, 2), ...endpointRange(3, 4, { priority: 1 })], {
      peeks: true,
    });
    const foreseen = run.peek();
    const elsewhere = { priorityLoad: () => ({ healthy: [0, 100], degraded: [0, 0] }) };
    assert.ok((run.choices(1, elsewhere)[0] as number) >= 3);
    assert.deepEqual(run.choices(1), [foreseen]);
  });
});

describe("hosts that are foreseen in subsets", () => {
  const SUBSETS: SubsetConfig = {
    kind: "subset",
    policy: ROUND_ROBIN,
    fallback: "any",
    defaultSubset: {},
    selectors: [{ keys: ["v"], fallback: null, fallbackKeys: [], singleHost: false }],
    localityWeightAware: false,
    scaleLocalityWeight: false,
    panicModeAny: false,
    listAsAny: false,
    fallbackList: false,
    allowRedundantKeys: false,
  };
  const hosts = [1, 2, 3, 4].map((one) => ({
    ...endpoint(one),
    metadata: { [LB_METADATA]: { v: one <= 2 ? "old" : "new" } },
  }));
  const asking = (value: string) => ({ metadataMatch: () => metadataMatchCriteria({ v: value }) });

  test("each subset has its own", () => {
    const run = new BalancerRun(SUBSETS, hosts, { peeks: true });
    const old = run.peek(asking("old"));
    const young = run.peek(asking("new"));
    assert.ok(old <= 2 && old > 0 && young > 2);
    assert.deepEqual(run.choices(1, asking("new")), [young]);
    assert.deepEqual(run.choices(1, asking("old")), [old]);
    assert.ok(run.peek() > 0, "those of the fallback");
    assert.equal(run.stat("lb_subsets_selected"), 2, "requests count, predictions do not");
  });
});
