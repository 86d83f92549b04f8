import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RecordedStats } from "../../test/support/recorded-stats.js";
import { SeededRandom } from "../../test/support/seeded-random.js";
import { Runtime } from "../common/runtime.js";
import { Cluster, createClusterMemory } from "./cluster.js";
import { address, clusterInfo, endpoint, HOST_SET_OPTIONS, hostsOf } from "./cluster.test.support.js";
import type { ClusterInfo } from "./cluster-info.js";
import { HealthFlags } from "./host-health.js";
import { ANY_HOST } from "./load-balancer-context.js";
import { ALL_POLICIES } from "./load-balancers/balancer.test.support.js";
import { NO_LOCALITY } from "./locality.js";
import { outlierConfig } from "./outlier-detection/outlier.test.support.js";
import { PrioritySet } from "./priority-set.js";

function startCluster(overrides: Partial<ClusterInfo>) {
  const stats = new RecordedStats();
  const info = clusterInfo(overrides);
  const cluster = new Cluster(info, createClusterMemory(info), {
    scope: stats.root,
    random: new SeededRandom(1),
    clock: { now: () => 0 },
    countsMembership: true,
    localLocality: NO_LOCALITY,
    failures: { onConsecutiveFailures: () => {}, onDegraded: () => {}, onImmediateHealthCheckFail: () => {} },
    runtime: new Runtime(),
    localSet: null,
  });
  return {
    cluster,
    hosts: () => cluster.prioritySet.hosts,
    texts: () => cluster.prioritySet.hosts.map((host) => host.addressText),
    stat: (name: string) => stats.value(`cluster.c.${name}`),
  };
}

describe("Cluster", () => {
  test("a static cluster has its hosts from the start, also one that is listed twice", () => {
    const { texts, stat } = startCluster({ endpoints: [endpoint(1), endpoint(2), endpoint(1)] });
    assert.deepEqual(texts(), ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.1:80"]);
    assert.equal(stat("membership_total"), 3);
    assert.equal(stat("membership_healthy"), 3);
    assert.equal(stat("membership_change"), 1);
  });

  test("below its threshold of healthy hosts it panics", () => {
    const endpoints = [endpoint(1), ...[2, 3, 4].map((last) => ({ ...endpoint(last), health: "unhealthy" as const }))];
    for (const [healthyPanicThreshold, panics] of [
      [25, 0],
      [26, 1],
    ] as const) {
      const { cluster, stat } = startCluster({ endpoints, healthyPanicThreshold });
      cluster.chooseHost();
      assert.equal(stat("lb_healthy_panic"), panics, String(healthyPanicThreshold));
    }
  });

  test("a cluster that resolves names has none until they are found", () => {
    const { cluster, texts, stat } = startCluster({ discovery: "strictDns", endpoints: [endpoint(1)] });
    assert.deepEqual(texts(), []);
    assert.equal(cluster.chooseHost(), null);
    assert.equal(stat("upstream_cx_none_healthy"), 1);
    assert.equal(stat("membership_change"), 0);
  });

  test("hosts that stay are the same objects; what changes nothing is no change", () => {
    const { cluster, hosts, texts, stat } = startCluster({ discovery: "strictDns" });
    cluster.updateHosts([endpoint(1), endpoint(2)]);
    const [first, second] = hosts();
    cluster.updateHosts([endpoint(2), endpoint(1)]);
    assert.equal(stat("membership_change"), 1);
    cluster.updateHosts([endpoint(3), endpoint(2)]);
    assert.deepEqual(texts(), ["10.0.0.3:80", "10.0.0.2:80"]);
    assert.ok(hosts()[1] === second && !hosts().includes(first as never));
    assert.equal(stat("membership_change"), 2);
    assert.equal(stat("membership_total"), 2);
    cluster.updateHosts([]);
    assert.equal(stat("membership_change"), 3);
    assert.equal(stat("membership_total"), 0);
  });

  test("a host may change its weight; another hostname makes another host", () => {
    const { cluster, hosts, stat } = startCluster({ discovery: "strictDns" });
    cluster.updateHosts([endpoint(1), endpoint(2, 1, "a")]);
    const [first, second] = hosts();
    cluster.updateHosts([endpoint(1, 5), endpoint(2, 1, "a")]);
    assert.ok(hosts()[0] === first && first?.weight === 5);
    assert.equal(stat("membership_change"), 1);
    assert.equal(stat("max_host_weight"), 5);
    cluster.updateHosts([endpoint(1, 5), endpoint(2, 1, "b")]);
    assert.ok(hosts()[0] === first && hosts()[1] !== second && hosts()[1]?.hostname === "b");
    assert.equal(stat("membership_change"), 2);
  });

  test("an address that names resolve to twice is one host, time and again", () => {
    const { cluster, hosts, stat } = startCluster({ discovery: "strictDns" });
    cluster.updateHosts([endpoint(1), endpoint(1), endpoint(2)]);
    const before = hosts();
    assert.equal(before.length, 2);
    cluster.updateHosts([endpoint(1), endpoint(2), endpoint(1)]);
    assert.deepEqual(hosts(), before);
    assert.equal(stat("membership_change"), 1);
  });

  test("hosts that come and go leave their rows of shared counts to others", () => {
    const limits = { ...clusterInfo({}).defaultLimits, maxConnectionsPerHost: 1 };
    const { cluster, hosts } = startCluster({
      discovery: "strictDns",
      defaultLimits: limits,
      outlierDetection: outlierConfig({ consecutive5xx: 1 }),
    });
    for (let round = 0; round < 4200; round += 100) {
      cluster.updateHosts(Array.from({ length: 100 }, (_, index) => endpoint(round + index)));
    }
    const [host] = hosts();
    host?.connections.inc();
    assert.equal(host?.connections.count, 1, "still counted, after more hosts than there are rows");
  });

  test("a logical host that is elsewhere is watched anew", () => {
    const { cluster, hosts } = startCluster({ discovery: "logicalDns", outlierDetection: outlierConfig() });
    cluster.updateHosts([endpoint(1)]);
    const before = hosts()[0]?.outlier;
    const { failedOutlierCheck } = HealthFlags;
    cluster.updateHealth([{ address: "10.0.0.1:80", mask: failedOutlierCheck, flags: failedOutlierCheck }]);
    cluster.updateHosts([endpoint(1)]);
    assert.equal(hosts()[0]?.health, "unhealthy", "the same address");
    cluster.updateHosts([endpoint(2)]);
    assert.equal(hosts()[0]?.health, "healthy");
    assert.notEqual(hosts()[0]?.outlier, before);
  });

  test("a logical host keeps its identity and connects elsewhere", () => {
    const { cluster, hosts, stat } = startCluster({ discovery: "logicalDns" });
    cluster.updateHosts([endpoint(1, 1, "a.test")]);
    const [host] = hosts();
    cluster.updateHosts([endpoint(2, 1, "a.test")]);
    assert.equal(hosts()[0], host);
    assert.deepEqual(host?.address, address(2));
    assert.equal(host?.addressText, "10.0.0.2:80");
    assert.equal(stat("membership_change"), 1);
    // A name that never resolved to anything has no host.
    cluster.updateHosts([]);
    assert.equal(hosts().length, 0);
  });

  test("each policy is a balancer of its own", () => {
    for (const lbPolicy of ALL_POLICIES) {
      const { cluster } = startCluster({ lbPolicy, endpoints: [endpoint(1)] });
      assert.equal(cluster.chooseHost()?.addressText, "10.0.0.1:80");
    }
  });

  test("health from elsewhere changes who gets requests, and is counted", () => {
    const { cluster, hosts, stat } = startCluster({ endpoints: [1, 2, 3, 4].map((last) => endpoint(last)) });
    const { failedActiveHealthCheck, degradedActiveHealthCheck } = HealthFlags;
    const mask = failedActiveHealthCheck | degradedActiveHealthCheck;
    cluster.updateHealth([
      { address: "10.0.0.2:80", mask, flags: failedActiveHealthCheck },
      { address: "10.0.0.3:80", mask, flags: degradedActiveHealthCheck },
    ]);
    assert.deepEqual(
      hosts().map(({ health }) => health),
      ["healthy", "unhealthy", "degraded", "healthy"],
    );
    assert.deepEqual(
      ["total", "healthy", "degraded", "excluded", "change"].map((name) => stat(`membership_${name}`)),
      [4, 2, 1, 0, 1],
    );
    // 140 % of half of the hosts is 70 %, and of a quarter is 35 %.
    const chosen = Array.from({ length: 400 }, () => cluster.chooseHost()?.addressText);
    const times = (last: number) => chosen.filter((text) => text === `10.0.0.${last}:80`).length;
    assert.equal(times(2), 0);
    assert.ok(times(3) > 80 && times(3) < 160, String(times(3)));
    cluster.updateHealth([{ address: "10.0.0.2:80", mask, flags: 0 }]);
    assert.equal(stat("membership_healthy"), 3);
  });

  test("a host that a filter wants is taken if it is there and well, else another unless it is strict", () => {
    const { cluster } = startCluster({
      endpoints: [endpoint(1), { ...endpoint(2), health: "draining" }, endpoint(3)],
    });
    const choose = (wanted: string, strict: boolean) =>
      cluster.chooseHost({ ...ANY_HOST, overrideHost: () => ({ address: wanted, strict }) })?.addressText ?? null;
    for (let i = 0; i < 5; i++) assert.equal(choose("10.0.0.3:80", false), "10.0.0.3:80");
    assert.equal(choose("10.0.0.2:80", true), null);
    assert.notEqual(choose("10.0.0.2:80", false), "10.0.0.2:80");
    assert.equal(choose("10.0.0.9:80", true), null);
    assert.notEqual(choose("10.0.0.9:80", false), null);
  });
});

describe("PrioritySet", () => {
  test("tells its observers after each update, when the new hosts are there", () => {
    const prioritySet = new PrioritySet(HOST_SET_OPTIONS);
    const seen: number[] = [];
    prioritySet.update(hostsOf([1]));
    prioritySet.addObserver({ onHostsChanged: () => void seen.push(prioritySet.hosts.length) });
    prioritySet.update(hostsOf([1, 1]));
    prioritySet.update([]);
    assert.deepEqual(seen, [2, 0]);
    assert.equal(prioritySet.hostSets.length, 1);
  });
});
