import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RuntimeValues } from "../../common/runtime.js";
import { ANY_LOCALITY, HOST_SET_OPTIONS, ROUND_ROBIN } from "../cluster.test.support.js";
import type { EndpointConfig } from "../cluster-info.js";
import { Host } from "../host.js";
import type { LbPolicyConfig, ZoneAwareConfig } from "../load-balancing-config.js";
import { type Locality, NO_LOCALITY } from "../locality.js";
import { PrioritySet } from "../priority-set.js";
import {
  assertNear,
  BalancerRun,
  endpointRange,
  LEAST_REQUEST,
  RANDOM,
  type RunOptions,
} from "./balancer.test.support.js";

const REQUESTS = 2_000;
const POLICIES = [ROUND_ROBIN, LEAST_REQUEST, RANDOM];

function zone(name: string): Locality {
  return { region: "r", zone: name, subZone: "" };
}

function inZone(name: string, first: number, last: number, changes: Partial<EndpointConfig> = {}): EndpointConfig[] {
  return endpointRange(first, last, { locality: zone(name), ...changes });
}

/** How many of the requests went to hosts `first` to `last`. */
function taken(run: BalancerRun, ranges: readonly (readonly [first: number, last: number])[]): number[] {
  const chosen = run.choices(REQUESTS);
  return ranges.map(([first, last]) => chosen.filter((host) => host >= first && host <= last).length);
}

describe("priorities", () => {
  for (const policy of POLICIES) {
    test(`${policy.kind}: what the first cannot take goes to the next`, () => {
      const run = new BalancerRun(policy, [
        ...endpointRange(1, 2),
        ...endpointRange(3, 4, { health: "unhealthy" }),
        ...endpointRange(5, 8, { priority: 1 }),
      ]);
      const [first, ill, second] = taken(run, [
        [1, 2],
        [3, 4],
        [5, 8],
      ]);
      assertNear(first, REQUESTS * 0.7, REQUESTS * 0.05);
      assertNear(second, REQUESTS * 0.3, REQUESTS * 0.05);
      assert.equal(ill, 0);
    });
  }

  test("a later priority is not used while earlier ones can take everything", () => {
    const run = new BalancerRun(ROUND_ROBIN, [...endpointRange(1, 2), ...endpointRange(3, 4, { priority: 1 })]);
    assert.deepEqual(taken(run, [[3, 4]]), [0]);
  });

  test("the overprovisioning factor says when they cannot", () => {
    const hosts = [
      ...endpointRange(1, 4),
      ...endpointRange(5, 5, { health: "unhealthy" }),
      ...endpointRange(6, 9, { priority: 1 }),
    ];
    const share = (overprovisioningFactor: number) =>
      taken(new BalancerRun(ROUND_ROBIN, hosts, { hostSet: { overprovisioningFactor } }), [[6, 9]])[0];
    assert.equal(share(140), 0);
    assertNear(share(100), REQUESTS * 0.2, REQUESTS * 0.05);
  });

  test("degraded hosts take what no priority's healthy ones can", () => {
    const run = new BalancerRun(ROUND_ROBIN, [
      ...endpointRange(1, 1),
      ...endpointRange(2, 4, { health: "degraded" }),
      ...endpointRange(5, 5, { priority: 1 }),
      ...endpointRange(6, 8, { priority: 1, health: "unhealthy" }),
    ]);
    // 35 % and 35 % by healthy hosts, the remaining 30 % by the degraded ones.
    const [healthy, degraded, second] = taken(run, [
      [1, 1],
      [2, 4],
      [5, 5],
    ]);
    assertNear(healthy, REQUESTS * 0.35, REQUESTS * 0.05);
    assertNear(degraded, REQUESTS * 0.3, REQUESTS * 0.05);
    assertNear(second, REQUESTS * 0.35, REQUESTS * 0.05);
  });

  test("a retry may ask for another priority", () => {
    const run = new BalancerRun(ROUND_ROBIN, [...endpointRange(1, 2), ...endpointRange(3, 4, { priority: 1 })]);
    const load = { healthy: [0, 100], degraded: [0, 0] };
    const shares = run.shares(100, { priorityLoad: () => load });
    assert.deepEqual(shares, [0, 0, 50, 50]);
  });
});

describe("panic", () => {
  const ill = endpointRange(3, 5, { health: "unhealthy" });

  test("below the threshold all hosts get requests, and it is counted", () => {
    const run = new BalancerRun(ROUND_ROBIN, [...endpointRange(1, 2), ...ill]);
    assert.ok(run.shares(100).every((share) => share === 20));
    assert.equal(run.stat("lb_healthy_panic"), 100);
  });

  test("at the threshold or without one there is none", () => {
    for (const panicThreshold of [40, 0]) {
      const run = new BalancerRun(ROUND_ROBIN, [...endpointRange(1, 2), ...ill], { panicThreshold });
      assert.deepEqual(run.shares(100), [50, 50, 0, 0, 0]);
      assert.equal(run.stat("lb_healthy_panic"), 0);
    }
    const none = new BalancerRun(ROUND_ROBIN, ill, { panicThreshold: 0 });
    assert.equal(none.choose(), null);
  });

  test("hosts that do not count do not cause it", () => {
    const run = new BalancerRun(ROUND_ROBIN, [...endpointRange(1, 2), ...ill]);
    for (const host of run.hosts.slice(2)) host.setHealthFlags(0x80, 0x80);
    run.prioritySet.refresh();
    assert.deepEqual(run.shares(100), [50, 50, 0, 0, 0]);
  });

  test("the last priority is not in panic while the others can take everything", () => {
    const run = new BalancerRun(ROUND_ROBIN, [
      ...endpointRange(1, 2, { health: "unhealthy" }),
      ...endpointRange(6, 8, { priority: 1 }),
    ]);
    assert.deepEqual(taken(run, [[1, 2]]), [0]);
    assert.equal(run.stat("lb_healthy_panic"), 0);
  });

  test("everywhere at once it divides by the number of hosts", () => {
    const run = new BalancerRun(ROUND_ROBIN, [
      ...endpointRange(1, 3, { health: "unhealthy" }),
      ...endpointRange(4, 4, { health: "unhealthy", priority: 1 }),
    ]);
    const [first, second] = taken(run, [
      [1, 3],
      [4, 4],
    ]);
    assertNear(first, REQUESTS * 0.75, REQUESTS * 0.05);
    assertNear(second, REQUESTS * 0.25, REQUESTS * 0.05);
  });

  test("traffic can be failed instead", () => {
    const zoneAware = { ...ANY_LOCALITY.zoneAware, failTrafficOnPanic: true };
    const run = new BalancerRun({ ...ROUND_ROBIN, locality: { weighted: false, zoneAware } } as LbPolicyConfig, ill);
    assert.equal(run.choose(), null);
  });
});

describe("locality-weighted balancing", () => {
  const weighted = { ...ANY_LOCALITY, weighted: true };

  for (const policy of POLICIES) {
    test(`${policy.kind}: localities by their weights, whatever the number of their hosts`, () => {
      const run = new BalancerRun({ ...policy, locality: weighted } as LbPolicyConfig, [
        ...inZone("a", 1, 1, { localityWeight: 3 }),
        ...inZone("b", 2, 9, { localityWeight: 1 }),
        ...inZone("c", 10, 12),
      ]);
      const [a, b, c] = taken(run, [
        [1, 1],
        [2, 9],
        [10, 12],
      ]);
      assertNear(a, REQUESTS * 0.75, 2);
      assertNear(b, REQUESTS * 0.25, 2);
      assert.equal(c, 0);
    });
  }

  test("a locality counts less when overprovisioning does not cover its unhealthy hosts", () => {
    const run = new BalancerRun({ ...ROUND_ROBIN, locality: weighted } as LbPolicyConfig, [
      ...inZone("a", 1, 2, { localityWeight: 1 }),
      ...inZone("a", 3, 4, { localityWeight: 1, health: "unhealthy" }),
      ...inZone("b", 5, 8, { localityWeight: 1 }),
    ]);
    // 0.7 to 1.
    assertNear(taken(run, [[1, 4]])[0], (REQUESTS * 0.7) / 1.7, 3);
  });

  test("without any weight hosts are balanced as if localities did not count", () => {
    const run = new BalancerRun({ ...ROUND_ROBIN, locality: weighted } as LbPolicyConfig, [
      ...inZone("a", 1, 1),
      ...inZone("b", 2, 4),
    ]);
    assert.ok(run.shares(100).every((share) => share === 25));
  });
});

describe("zone-aware routing", () => {
  /** `proxies` of each zone, this one in zone `a`; the same policy otherwise. */
  function start(upstream: EndpointConfig[], proxies: EndpointConfig[], zoneAware: Partial<ZoneAwareConfig> = {}) {
    const localSet = new PrioritySet({ ...HOST_SET_OPTIONS, localLocality: zone("a") });
    localSet.update(proxies.map((one) => new Host(one, "local")));
    const options: Partial<RunOptions> = { localSet, hostSet: { localLocality: zone("a") } };
    const locality = { weighted: false, zoneAware: { ...ANY_LOCALITY.zoneAware, ...zoneAware } };
    return { run: new BalancerRun({ ...ROUND_ROBIN, locality } as LbPolicyConfig, upstream, options), localSet };
  }

  test("everything stays in the zone when it has its share of the hosts", () => {
    const { run } = start(
      [...inZone("a", 1, 4), ...inZone("b", 5, 8)],
      [...inZone("a", 11, 12), ...inZone("b", 13, 14)],
    );
    assert.deepEqual(taken(run, [[1, 4]]), [REQUESTS]);
    assert.equal(run.stat("lb_zone_routing_all_directly"), REQUESTS);
  });

  test("the surplus goes to zones with room, in proportion to it", () => {
    // Proxies 40 : 40 : 20 %, hosts 25 : 50 : 25 %.
    const upstream = [...inZone("a", 1, 5), ...inZone("b", 6, 15), ...inZone("c", 16, 20)];
    const { run } = start(upstream, [...inZone("a", 31, 34), ...inZone("b", 35, 38), ...inZone("c", 39, 40)]);
    const [a, b, c] = taken(run, [
      [1, 5],
      [6, 15],
      [16, 20],
    ]);
    assertNear(a, REQUESTS * 0.625, REQUESTS * 0.04);
    assertNear(b, REQUESTS * 0.25, REQUESTS * 0.04);
    assertNear(c, REQUESTS * 0.125, REQUESTS * 0.04);
    assert.equal(run.stat("lb_zone_routing_sampled"), a);
    assert.equal(run.stat("lb_zone_routing_cross_zone"), (b as number) + (c as number));
  });

  test("it follows the proxies as they change", () => {
    const { run, localSet } = start([...inZone("a", 1, 4), ...inZone("b", 5, 8)], inZone("b", 13, 14));
    localSet.update([...inZone("a", 11, 12), ...inZone("b", 13, 14)].map((one) => new Host(one, "local")));
    assert.deepEqual(taken(run, [[1, 4]]), [REQUESTS]);
    localSet.update([...inZone("a", 11, 16), ...inZone("b", 17, 18)].map((one) => new Host(one, "local")));
    assertNear(taken(run, [[1, 4]])[0], (REQUESTS * 2) / 3, REQUESTS * 0.05);
  });

  test("zones do not count in small clusters, in one zone, or when the proxy's own has no hosts", () => {
    const proxies = [...inZone("a", 11, 12), ...inZone("b", 13, 14)];
    const small = start([...inZone("a", 1, 2), ...inZone("b", 3, 4)], proxies).run;
    assert.deepEqual(small.shares(100), [25, 25, 25, 25]);
    assert.equal(small.stat("lb_zone_cluster_too_small"), 1);
    assert.deepEqual(start(inZone("b", 1, 8), proxies).run.shares(80), [10, 10, 10, 10, 10, 10, 10, 10]);
    const zones = [...inZone("a", 1, 4), ...inZone("b", 5, 8)];
    assert.deepEqual(start(zones, inZone("a", 11, 14)).run.shares(80), Array(8).fill(10), "all proxies in one zone");
    const elsewhere = start(zones, [...inZone("b", 11, 12), ...inZone("c", 13, 14)]).run;
    assert.deepEqual(elsewhere.shares(80), Array(8).fill(10));
    assert.equal(elsewhere.stat("lb_local_cluster_not_ok"), 1, "this proxy is not among those that are known");
  });

  test("where the own zone has no hosts, requests go to zones with room", () => {
    // Proxies 50 : 25 : 25 %, hosts 0 : 75 : 25 %.
    const upstream = [...inZone("b", 1, 6), ...inZone("c", 7, 8)];
    const proxies = [...inZone("a", 11, 12), ...inZone("b", 13, 13), ...inZone("c", 14, 14)];
    const { run } = start(upstream, proxies);
    assert.deepEqual(
      taken(run, [
        [1, 6],
        [7, 8],
      ]),
      [REQUESTS, 0],
    );
    assert.equal(run.stat("lb_zone_routing_cross_zone"), REQUESTS);
  });

  test("only the first priority looks at zones", () => {
    const upstream = [
      ...inZone("a", 1, 8, { health: "unhealthy" }),
      ...inZone("a", 11, 14, { priority: 1 }),
      ...inZone("b", 15, 18, { priority: 1 }),
    ];
    const { run } = start(upstream, [...inZone("a", 31, 32), ...inZone("b", 33, 34)]);
    assert.deepEqual(taken(run, [[11, 14]]), [REQUESTS / 2]);
  });

  test("the own zone can be forced, from so many hosts on", () => {
    const proxies = [...inZone("a", 31, 39), ...inZone("b", 40, 40)];
    const upstream = [...inZone("a", 1, 2), ...inZone("b", 3, 10)];
    assert.deepEqual(taken(start(upstream, proxies, { forcedFromHosts: 2 }).run, [[1, 2]]), [REQUESTS]);
    assert.deepEqual(taken(start(upstream, inZone("a", 31, 33), { forcedFromHosts: 2 }).run, [[1, 2]]), [REQUESTS]);
    const few = start(upstream, proxies, { forcedFromHosts: 3 }).run;
    assertNear(taken(few, [[1, 2]])[0], (REQUESTS * 2) / 9, REQUESTS * 0.04);
  });

  test("zones can be measured by weight", () => {
    // Hosts 4 : 4, weights 12 : 4; proxies 3 : 1.
    const upstream = [...inZone("a", 1, 4, { weight: 3 }), ...inZone("b", 5, 8)];
    const proxies = [...inZone("a", 31, 33), ...inZone("b", 34, 34)];
    assert.deepEqual(taken(start(upstream, proxies, { basis: "weight" }).run, [[1, 4]]), [REQUESTS]);
    assertNear(taken(start(upstream, proxies).run, [[1, 4]])[0], (REQUESTS * 2) / 3, REQUESTS * 0.04);
  });

  test("zones count where localities are to be weighted but have no weights", () => {
    const localSet = new PrioritySet({ ...HOST_SET_OPTIONS, localLocality: zone("a") });
    localSet.update([...inZone("a", 11, 12), ...inZone("b", 13, 14)].map((one) => new Host(one, "local")));
    const locality = { ...ANY_LOCALITY, weighted: true };
    const options: Partial<RunOptions> = { localSet, hostSet: { localLocality: zone("a") } };
    const startWeighted = (changes: Partial<EndpointConfig>) => {
      const upstream = [...inZone("a", 1, 4, changes), ...inZone("b", 5, 8, changes)];
      return new BalancerRun({ ...ROUND_ROBIN, locality } as LbPolicyConfig, upstream, options);
    };
    assert.deepEqual(taken(startWeighted({}), [[1, 4]]), [REQUESTS]);
    assert.deepEqual(taken(startWeighted({ localityWeight: 1 }), [[1, 4]]), [REQUESTS / 2]);
  });

  test("a part of the requests can be left out of it", () => {
    const upstream = [...inZone("a", 1, 4), ...inZone("b", 5, 8)];
    const proxies = [...inZone("a", 11, 12), ...inZone("b", 13, 14)];
    const { run } = start(upstream, proxies, { routingEnabledPercent: 50 });
    assertNear(taken(run, [[1, 4]])[0], REQUESTS * 0.75, REQUESTS * 0.05);
    const off = start(upstream, proxies, { routingEnabledPercent: 0 }).run;
    assert.deepEqual(taken(off, [[1, 4]]), [REQUESTS / 2]);
  });

  test("the runtime may have what holds for the zones of all clusters", () => {
    const localSet = new PrioritySet({ ...HOST_SET_OPTIONS, localLocality: zone("a") });
    localSet.update([...inZone("a", 11, 13), ...inZone("b", 14, 14)].map((one) => new Host(one, "local")));
    const inOwnZone = (runtime: RuntimeValues) => {
      const options: Partial<RunOptions> = { localSet, hostSet: { localLocality: zone("a") }, runtime };
      const run = new BalancerRun(ROUND_ROBIN, [...inZone("a", 1, 4), ...inZone("b", 5, 8)], options);
      return taken(run, [[1, 4]])[0] as number;
    };
    assertNear(inOwnZone({}), (REQUESTS * 2) / 3, REQUESTS * 0.04);
    assert.equal(inOwnZone({ "upstream.zone_routing.enabled": 0 }), REQUESTS / 2);
    assert.equal(inOwnZone({ "upstream.zone_routing.min_cluster_size": 9 }), REQUESTS / 2);
    assert.equal(inOwnZone({ "upstream.zone_routing.force_local_zone.min_size": 4 }), REQUESTS);
    assertNear(
      inOwnZone({ "upstream.zone_routing.force_local_zone.min_size": 5 }),
      (REQUESTS * 2) / 3,
      REQUESTS * 0.04,
    );
  });

  test("with the proxies in panic requests go everywhere", () => {
    const proxies = [...inZone("a", 11, 11), ...inZone("b", 12, 16, { health: "unhealthy" })];
    const { run } = start([...inZone("a", 1, 4), ...inZone("b", 5, 8)], proxies);
    assert.ok(run.shares(80).every((share) => share === 10));
    assert.equal(run.stat("lb_local_cluster_not_ok"), 80);
    const failing = start([...inZone("a", 1, 4), ...inZone("b", 5, 8)], proxies, { failTrafficOnPanic: true }).run;
    assert.equal(failing.choose(), null);
  });

  test("a proxy that is nowhere has no zone", () => {
    const localSet = new PrioritySet(HOST_SET_OPTIONS);
    localSet.update(inZone("a", 11, 12).map((one) => new Host(one, "local")));
    const run = new BalancerRun(ROUND_ROBIN, [...inZone("a", 1, 4), ...inZone("b", 5, 8)], {
      localSet,
      hostSet: { localLocality: NO_LOCALITY },
    });
    assert.ok(run.shares(80).every((share) => share === 10));
  });
});
