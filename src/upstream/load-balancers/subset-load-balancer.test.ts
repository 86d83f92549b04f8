import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MetadataStruct } from "../../common/metadata.js";
import { ANY_LOCALITY, endpoint, ROUND_ROBIN } from "../cluster.test.support.js";
import type { EndpointConfig } from "../cluster-info.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { LbPolicyConfig, SubsetConfig, SubsetSelectorConfig } from "../load-balancing-config.js";
import { metadataMatchCriteria } from "../metadata-match.js";
import { assertNear, BalancerRun, HASHING, hashContext, MAGLEV, RING_HASH } from "./balancer.test.support.js";

function selector(keys: readonly string[], changes: Partial<SubsetSelectorConfig> = {}): SubsetSelectorConfig {
  return { keys, fallback: null, fallbackKeys: [], singleHost: false, ...changes };
}

function subset(selectors: readonly SubsetSelectorConfig[], changes: Partial<SubsetConfig> = {}): SubsetConfig {
  return {
    kind: "subset",
    selectors,
    fallback: "none",
    defaultSubset: {},
    localityWeightAware: false,
    scaleLocalityWeight: false,
    panicModeAny: false,
    listAsAny: false,
    fallbackList: false,
    allowRedundantKeys: false,
    policy: ROUND_ROBIN,
    ...changes,
  };
}

function withMetadata(last: number, metadata: MetadataStruct, changes: Partial<EndpointConfig> = {}): EndpointConfig {
  return { ...endpoint(last), metadata: { "envoy.lb": metadata }, ...changes };
}

function wanting(criteria: MetadataStruct): Partial<LoadBalancerContext> {
  const match = metadataMatchCriteria(criteria);
  return { metadataMatch: () => match };
}

/** Hosts of two versions at two stages. */
const HOSTS = [
  withMetadata(1, { version: "1.0", stage: "prod" }),
  withMetadata(2, { version: "1.0", stage: "dev" }),
  withMetadata(3, { version: "2.0", stage: "prod" }),
  withMetadata(4, { version: "2.0", stage: "prod" }),
  withMetadata(5, {}),
];

describe("subsets", () => {
  test("a request goes to the hosts that have all it asks for", () => {
    const run = new BalancerRun(subset([selector(["version"]), selector(["stage", "version"])]), HOSTS);
    assert.deepEqual(run.shares(100, wanting({ version: "1.0" })), [50, 50, 0, 0, 0]);
    assert.deepEqual(run.shares(100, wanting({ version: "2.0", stage: "prod" })), [0, 0, 50, 50, 0]);
    assert.deepEqual(run.shares(10, wanting({ stage: "dev", version: "1.0" })), [0, 10, 0, 0, 0]);
    assert.equal(run.stat("lb_subsets_selected"), 210);
    // 1.0, 2.0, and three of both keys.
    assert.equal(run.stat("lb_subsets_active"), 5);
    assert.equal(run.stat("lb_subsets_created"), 5);
  });

  test("values are compared with their types", () => {
    const run = new BalancerRun(subset([selector(["v"])]), [
      withMetadata(1, { v: 1 }),
      withMetadata(2, { v: "1" }),
      withMetadata(3, { v: { b: [true], a: null } }),
    ]);
    assert.deepEqual(run.choices(2, wanting({ v: 1 })), [1, 1]);
    assert.deepEqual(run.choices(2, wanting({ v: "1" })), [2, 2]);
    assert.deepEqual(run.choices(2, wanting({ v: { a: null, b: [true] } })), [3, 3]);
  });

  test("without such a subset the fallback decides", () => {
    const none = new BalancerRun(subset([selector(["version"])]), HOSTS);
    for (const criteria of [{ version: "3.0" }, { version: "1.0", stage: "prod" }, { other: 1 }]) {
      assert.equal(none.choose(wanting(criteria)), null);
    }
    assert.equal(none.choose(), null);
    const any = new BalancerRun(subset([selector(["version"])], { fallback: "any" }), HOSTS);
    assert.deepEqual(any.shares(50, wanting({ version: "3.0" })), [10, 10, 10, 10, 10]);
    assert.deepEqual(any.shares(50), [10, 10, 10, 10, 10]);
    assert.equal(any.stat("lb_subsets_fallback"), 100);
    const config = subset([selector(["version"])], { fallback: "default", defaultSubset: { stage: "prod" } });
    const standard = new BalancerRun(config, HOSTS);
    assert.deepEqual(standard.shares(30, wanting({ version: "3.0" })), [10, 0, 10, 10, 0]);
  });

  test("in panic, any host if the default subset has none", () => {
    const config = subset([selector(["version"])], {
      fallback: "default",
      defaultSubset: { stage: "none" },
      panicModeAny: true,
    });
    const run = new BalancerRun(config, HOSTS);
    assert.deepEqual(run.shares(50, wanting({ version: "3.0" })), [10, 10, 10, 10, 10]);
    assert.equal(run.stat("lb_subsets_fallback_panic"), 50);
  });

  test("a selector may have a fallback of its own", () => {
    const config = subset(
      [
        selector(["version"], { fallback: "any" }),
        selector(["stage", "version"], { fallback: "keysSubset", fallbackKeys: ["stage"] }),
        selector(["stage"], { fallback: "none" }),
      ],
      { fallback: "default", defaultSubset: { version: "1.0" } },
    );
    const run = new BalancerRun(config, HOSTS);
    assert.deepEqual(run.shares(50, wanting({ version: "9" })), [10, 10, 10, 10, 10]);
    assert.deepEqual(run.shares(30, wanting({ stage: "prod", version: "9" })), [10, 0, 10, 10, 0]);
    assert.equal(run.choose(wanting({ stage: "none", version: "9" })), null);
    assert.deepEqual(run.shares(20, wanting({ other: "x" })), [10, 10, 0, 0, 0]);
  });

  test("a list can stand for each of its values", () => {
    const hosts = [withMetadata(1, { v: ["a", "b"] }), withMetadata(2, { v: "b" })];
    const run = new BalancerRun(subset([selector(["v"])], { listAsAny: true }), hosts);
    assert.deepEqual(run.shares(10, wanting({ v: "a" })), [10, 0]);
    assert.deepEqual(run.shares(10, wanting({ v: "b" })), [5, 5]);
    const exact = new BalancerRun(subset([selector(["v"])]), hosts);
    assert.equal(exact.choose(wanting({ v: "a" })), null);
    assert.deepEqual(exact.shares(10, wanting({ v: ["a", "b"] })), [10, 0]);
  });

  test("a subset can be one host", () => {
    const run = new BalancerRun(subset([selector(["version"], { singleHost: true })]), HOSTS);
    assert.deepEqual(run.choices(4, wanting({ version: "2.0" })), [3, 3, 3, 3]);
    assert.equal(run.stat("lb_subsets_single_host_per_subset_duplicate"), 2);
  });

  test("a subset that is one host is that of the first priority, and hosts of others are no duplicates", () => {
    const hosts = [withMetadata(1, { id: "a" }, { priority: 1 }), withMetadata(2, { id: "a" })];
    const run = new BalancerRun(subset([selector(["id"], { singleHost: true })]), hosts);
    assert.deepEqual(run.choices(2, wanting({ id: "a" })), [2, 2]);
    assert.equal(run.stat("lb_subsets_single_host_per_subset_duplicate"), 0);
  });

  test("the only host of a subset is taken, well or not", () => {
    const hosts = [withMetadata(1, { id: "a" }, { health: "unhealthy" }), withMetadata(2, { id: "b" })];
    for (const [singleHost, chosen] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const run = new BalancerRun(subset([selector(["id"], { singleHost })]), hosts, { panicThreshold: 0 });
      assert.deepEqual(run.choices(1, wanting({ id: "a" })), [chosen]);
      assert.equal(run.stat("lb_healthy_panic"), 0);
    }
  });

  test("a route may list criteria to fall back to", () => {
    const run = new BalancerRun(subset([selector(["version"]), selector(["stage"])], { fallbackList: true }), HOSTS);
    const wanted = wanting({ fallback_list: [{ version: "7" }, { stage: "dev" }, { version: "1.0" }] });
    assert.deepEqual(run.choices(2, wanted), [2, 2]);
    assert.equal(run.choose(wanting({ fallback_list: [{ version: "7" }] })), null);
    // What the route asks for otherwise stays, as far as it is not overridden.
    const both = subset([selector(["stage", "version"])], { fallbackList: true });
    const kept = wanting({ stage: "prod", version: "7", fallback_list: [{ version: "1.0" }] });
    assert.deepEqual(new BalancerRun(both, HOSTS).choices(2, kept), [1, 1]);
  });

  test("a list to fall back to that says nothing leaves the other criteria", () => {
    const run = new BalancerRun(subset([selector(["version"])], { fallbackList: true }), HOSTS);
    for (const list of [[], "1.0", [7]]) {
      assert.deepEqual(run.shares(4, wanting({ version: "1.0", fallback_list: list })), [2, 2, 0, 0, 0]);
    }
  });

  test("keys too many can be passed over", () => {
    const config = subset([selector(["version"]), selector(["stage", "version"])], { allowRedundantKeys: true });
    const run = new BalancerRun(config, HOSTS);
    assert.deepEqual(run.choices(2, wanting({ version: "1.0", stage: "prod", other: 1 })), [1, 1]);
    assert.deepEqual(run.shares(10, wanting({ version: "1.0", other: 1 })), [5, 5, 0, 0, 0]);
  });

  test("hosts come, go and change, and subsets with them", () => {
    const run = new BalancerRun(subset([selector(["version"])], { fallback: "any" }), HOSTS.slice(0, 2));
    const two = wanting({ version: "2.0" });
    assert.deepEqual(run.shares(10, two), [5, 5]);
    run.update(HOSTS);
    assert.deepEqual(run.shares(10, two), [0, 0, 5, 5, 0]);
    run.update(HOSTS.map((one, index) => (index === 4 ? withMetadata(5, { version: "2.0" }) : one)));
    assert.deepEqual(run.shares(9, two), [0, 0, 3, 3, 3]);
    run.update(HOSTS.slice(0, 2));
    assert.deepEqual(run.shares(10, two), [5, 5]);
    assert.equal(run.stat("lb_subsets_active"), 1);
    assert.equal(run.stat("lb_subsets_removed"), 1);
  });

  test("health and priorities count within a subset", () => {
    const hosts = [
      withMetadata(1, { v: 1 }, { health: "unhealthy" }),
      withMetadata(2, { v: 1 }, { priority: 1 }),
      withMetadata(3, { v: 2 }),
    ];
    const run = new BalancerRun(subset([selector(["v"])]), hosts);
    assert.deepEqual(run.choices(3, wanting({ v: 1 })), [2, 2, 2]);
    const ill = new BalancerRun(
      subset([selector(["v"])], { fallback: "any" }),
      [withMetadata(1, { v: 1 }, { health: "unhealthy" }), withMetadata(3, { v: 2 })],
      { panicThreshold: 0 },
    );
    // The subset is there, so there is no fallback.
    assert.equal(ill.choose(wanting({ v: 1 })), null);
  });

  test("weights of localities count in a subset if wanted, and can follow its part of their hosts", () => {
    const zone = (name: string, localityWeight: number) => ({
      locality: { region: "", zone: name, subZone: "" },
      localityWeight,
    });
    const hosts = [
      withMetadata(1, { v: 1 }, zone("a", 100)),
      ...[2, 3, 4].map((last) => withMetadata(last, { v: 2 }, zone("a", 100))),
      withMetadata(5, { v: 1 }, zone("b", 100)),
    ];
    const policy: LbPolicyConfig = {
      kind: "roundRobin",
      slowStart: null,
      locality: { ...ANY_LOCALITY, weighted: true },
    };
    const share = (localityWeightAware: boolean, scaleLocalityWeight: boolean) => {
      const config = subset([selector(["v"])], { policy, localityWeightAware, scaleLocalityWeight });
      return new BalancerRun(config, hosts).shares(1_000, wanting({ v: 1 }))[0];
    };
    assertNear(share(false, false), 500, 1);
    assertNear(share(true, false), 500, 1);
    // A quarter of zone a is in the subset, all of zone b.
    assertNear(share(true, true), 200, 1);
  });

  test("scaled weights are rounded, and one that becomes 0 leaves its locality out", () => {
    const inZone = (name: string, localityWeight: number, versions: readonly string[]): EndpointConfig[] =>
      versions.map((version, index) =>
        withMetadata(
          name === "a" ? index + 1 : index + 11,
          { version },
          {
            locality: { region: "", zone: name, subZone: "" },
            localityWeight,
          },
        ),
      );
    const policy: LbPolicyConfig = {
      kind: "roundRobin",
      slowStart: null,
      locality: { ...ANY_LOCALITY, weighted: true },
    };
    const config = subset([selector(["version"])], { policy, localityWeightAware: true, scaleLocalityWeight: true });
    // 2 * 1 / 2 is 1, 2 * 3 / 4 is 1.5, rounded 2.
    const run = new BalancerRun(config, [
      ...inZone("a", 2, ["1.0", "1.1"]),
      ...inZone("b", 2, ["1.0", "1.0", "1.0", "1.1"]),
    ]);
    const chosen = run.choices(300, wanting({ version: "1.0" }));
    assert.equal(chosen.filter((host) => host === 1).length, 100);
    // 1 * 1 / 3 is 0.
    const few = new BalancerRun(config, [...inZone("a", 1, ["1.0", "1.1", "1.1"]), ...inZone("b", 1, ["1.0"])]);
    assert.deepEqual(new Set(few.choices(10, wanting({ version: "1.0" }))), new Set([11]));
  });

  for (const hashing of [RING_HASH, MAGLEV]) {
    test(`${hashing.kind}: without locality_weight_aware a subset's hosts count by their own weights`, () => {
      const policy = { ...hashing, hashing: { ...HASHING, localityWeighted: true } };
      const zoned = HOSTS.map((host) => ({
        ...host,
        locality: { region: "", zone: "z", subZone: "" },
        localityWeight: 5,
      }));
      const run = new BalancerRun(subset([selector(["version"])], { policy }), zoned);
      assert.ok([3, 4].includes(run.choices(1, { ...wanting({ version: "2.0" }), ...hashContext(7n) })[0] as number));
    });
  }
});
