import assert from "node:assert/strict";
import { test } from "node:test";
import { hostAddress, RouterRun } from "../../src/http/filters/router/router.test.support.js";
import { SeededRandom } from "../support/seeded-random.js";
import type { SimulatedPeer } from "../support/simulated-peer.js";
import { ErraticOrigin } from "./erratic-origin.js";
import { HOSTS, MIRROR_HOST, soakOptions } from "./soak-config.js";

/*
 * Everything at once, in virtual time: clients that abort and dawdle, hosts that fail in every way, retries, hedges,
 * copies, tripped circuit breakers, health checks and ejections. In the end nothing is left of it: while the proxy still
 * runs, every gauge and every count of the circuit breakers is at zero, and the hosts are all used again.
 */

const RUNS = 40;
const STEPS = 400;
const PATHS = ["/plain", "/mirror", "/hedge", "/high", "/other"];
/** Longer than every timeout of the configuration. */
const QUIET_MS = 8_000;

class Soak {
  private readonly random: SeededRandom;
  private readonly run: RouterRun;
  private readonly origins: readonly ErraticOrigin[];
  private readonly clients = new Set<SimulatedPeer>();

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const { random } = this;
    const link = { latencyMs: random.below(3), windowBytes: 500 + random.below(30_000) };
    this.run = new RouterRun({ ...soakOptions(seed), link });
    const mirror = this.run.proxy.network.listenPeer(MIRROR_HOST);
    this.origins = [...this.run.upstreams, mirror].map((listener) => new ErraticOrigin(listener, random));
  }

  play(): Map<string, number> {
    for (let step = 0; step < STEPS; step++) {
      this.stepClients();
      if (this.random.below(30) === 0) this.changeLink();
      this.advance(this.random.below(5));
    }
    this.recover();
    this.assertNothingLeft("while the proxy runs");
    this.assertAllHostsServe();
    const counted = this.run.proxy.stats.nonZero;
    this.run.finish([...this.clients]);
    return new Map(counted);
  }

  private advance(ms: number): void {
    this.run.runFor(ms);
    for (const origin of this.origins) origin.act();
  }

  private stepClients(): void {
    const { random } = this;
    if (random.below(3) === 0 && this.clients.size < 12) this.clients.add(this.run.connect());
    const client = [...this.clients][random.below(Math.max(1, this.clients.size))];
    if (client === undefined) return;
    if (client.fate !== "open" && client.fate !== "connecting") {
      this.clients.delete(client);
      return;
    }
    client.takeReceived();
    switch (random.below(12)) {
      case 0:
        client.pauseReading();
        return;
      case 1:
        client.resumeReading();
        return;
      case 2:
        this.clients.delete(client);
        client[(["end", "close", "reset"] as const)[random.below(3)] as "end"]();
        return;
      default:
        this.request(client);
    }
  }

  private request(client: SimulatedPeer): void {
    const { random } = this;
    const path = PATHS[random.below(PATHS.length)];
    if (random.below(2) === 0) {
      client.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
      return;
    }
    const length = random.below(3) === 0 ? random.below(30_000) : random.below(300);
    client.send(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n`);
    // Some never send all of it.
    client.send("y".repeat(random.below(8) === 0 ? random.below(length + 1) : length));
  }

  private changeLink(): void {
    const connect = (["accept", "accept", "refuse", "blackHole"] as const)[this.random.below(4)] as "accept";
    this.run.proxy.network.setLink(hostAddress(1 + this.random.below(HOSTS)), { connect });
  }

  /** The faults are over, and the clients are gone. */
  private recover(): void {
    for (let host = 1; host <= HOSTS; host++) this.run.proxy.network.setLink(hostAddress(host), { connect: "accept" });
    for (const origin of this.origins) origin.isWell = true;
    for (const client of this.clients) client.resumeReading();
    for (let elapsedMs = 0; elapsedMs < 1_000; elapsedMs += 10) this.advance(10);
    for (const client of this.clients) client.close();
    for (let elapsedMs = 0; elapsedMs < QUIET_MS; elapsedMs += 10) this.advance(10);
  }

  private assertNothingLeft(when: string): void {
    const { proxy } = this.run;
    const left = [...proxy.leftovers()];
    for (const [name, value] of proxy.stats.nonZero) if (name.endsWith("_buffered")) left.push(`${name}: ${value}`);
    assert.deepEqual(left, [], when);
    for (const cluster of proxy.clusters.all()) {
      for (const priority of ["default", "high"] as const) {
        const { connectionPools, connections, pendingRequests, requests, retries } = cluster.resourcesOf(priority);
        const counts = [connectionPools, connections, pendingRequests, requests, retries].map(({ count }) => count);
        assert.deepEqual(counts, [0, 0, 0, 0, 0], `${cluster.info.name} ${priority} ${when}`);
      }
      for (const host of cluster.prioritySet.hosts) {
        const { cxActive, rqActive } = host.stats;
        assert.deepEqual([host.connections.count, cxActive, rqActive], [0, 0, 0], `${host.addressText} ${when}`);
      }
    }
    const requests = this.run.stat("http.in.downstream_rq_total");
    assert.equal(this.run.log.length, requests, "each request has its line in the log");
  }

  private assertAllHostsServe(): void {
    assert.equal(this.run.clusterStat("membership_healthy"), HOSTS);
    const before = this.run.cluster.prioritySet.hosts.map(({ stats }) => stats.rqSuccess);
    for (let i = 0; i < HOSTS * 2; i++) {
      const client = this.run.connect();
      client.send("GET /plain HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
      for (let round = 0; round < 10; round++) this.advance(5);
      assert.match(client.received, /^HTTP\/1.1 200 /);
    }
    for (const [index, { stats }] of this.run.cluster.prioritySet.hosts.entries()) {
      assert.ok(stats.rqSuccess > (before[index] as number), `host ${index + 1} gets requests again`);
    }
  }
}

/** What has to have happened in one run or another, or the test proves nothing. */
const HAPPENED = [
  "cluster.c.upstream_rq_retry",
  "cluster.c.upstream_rq_retry_success",
  "cluster.c.upstream_rq_retry_overflow",
  "cluster.c.upstream_rq_retry_limit_exceeded",
  "cluster.c.upstream_rq_pending_overflow",
  "cluster.c.upstream_rq_per_try_timeout",
  "cluster.c.upstream_rq_timeout",
  "cluster.c.upstream_rq_cancelled",
  "cluster.c.upstream_rq_stale_repeated",
  "cluster.c.upstream_rq_rx_reset",
  "cluster.c.upstream_rq_tx_reset",
  "cluster.c.upstream_cx_overflow",
  "cluster.c.upstream_cx_connect_fail",
  "cluster.c.upstream_cx_connect_timeout",
  "cluster.c.upstream_cx_protocol_error",
  "cluster.c.upstream_cx_max_requests",
  "cluster.c.upstream_cx_max_duration_reached",
  "cluster.c.upstream_cx_idle_timeout",
  "cluster.c.upstream_cx_destroy_local_with_active_rq",
  "cluster.c.upstream_cx_destroy_remote_with_active_rq",
  "cluster.c.retry_or_shadow_abandoned",
  "cluster.c.upstream_flow_control_paused_reading_total",
  "cluster.c.upstream_flow_control_backed_up_total",
  "cluster.c.outlier_detection.ejections_enforced_total",
  "cluster.c.health_check.failure",
  "cluster.m.upstream_rq_total",
  "cluster.m.upstream_rq_pending_overflow",
];

test("a soak ends with nothing left", () => {
  const happened = new Set<string>();
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      for (const name of new Soak(seed).play().keys()) happened.add(name);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}`, { cause: error });
    }
  }
  assert.deepEqual(
    HAPPENED.filter((name) => !happened.has(name)),
    [],
    "all of this has to happen",
  );
});
