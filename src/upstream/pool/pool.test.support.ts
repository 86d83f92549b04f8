import assert from "node:assert/strict";
import type { LinkOptions } from "../../../test/support/link-options.js";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { type PeerListener, SimulatedNetwork } from "../../../test/support/simulated-network.js";
import type { SimulatedPeer } from "../../../test/support/simulated-peer.js";
import type { FlowRecorder } from "../../flow/flow-recorder.js";
import type { RequestEncoder } from "../../http/codec/codec.js";
import type { ResetReason } from "../../http/codec/reset-reason.js";
import { HeaderMap } from "../../http/headers/header-map.js";
import { ReadBuffers } from "../../network/read-buffers.js";
import { type Cluster, createClusterMemory } from "../cluster.js";
import { address, clusterInfo, endpoint } from "../cluster.test.support.js";
import type { ClusterInfo } from "../cluster-info.js";
import { ClusterManager } from "../cluster-manager.js";
import type { Host } from "../host.js";
import { ANY_HOST, type LoadBalancerContext } from "../load-balancer-context.js";
import type { ResourcePriority } from "../resource-manager.js";
import type { ActiveClient } from "./active-client.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { Cancellable, PoolCallbacks } from "./pool-callbacks.js";
import { poolKind } from "./pool-kind.js";

export const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** A stream of a test: sends `GET /<name>` once it has a connection, and writes down what becomes of it. */
export class ProbeStream implements PoolCallbacks {
  readonly flow: FlowRecorder | null = null;
  readonly flowStreamId = 0;
  needsFreshConnection = false;
  looksForEnd = false;
  readonly name: string;
  readonly events: string[] = [];
  encoder: RequestEncoder | null = null;
  client: ActiveClient | null = null;
  waiting: Cancellable | null = null;
  whenFailed: () => void = () => {};
  whenHeaders: () => void = () => {};
  whenComplete: () => void = () => {};

  constructor(name: string) {
    this.name = name;
  }

  onPoolReady(encoder: RequestEncoder, client: ActiveClient): void {
    this.encoder = encoder;
    this.client = client;
    this.events.push(`on ${client.connection.id}`);
    const headers = new HeaderMap();
    headers.method = "GET";
    headers.path = `/${this.name}`;
    headers.authority = "a";
    encoder.encodeHeaders(headers, true);
  }

  onPoolFailure(reason: ResetReason, transportFailureReason: string): void {
    this.events.push(transportFailureReason === "" ? reason : `${reason}: ${transportFailureReason}`);
    this.whenFailed();
  }

  decode1xxHeaders(headers: HeaderMap): void {
    this.events.push(String(headers.status));
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.events.push(String(headers.status));
    if (endStream) this.complete();
    else this.whenHeaders();
  }

  decodeData(_data: Buffer, endStream: boolean): void {
    if (endStream) this.complete();
  }

  decodeTrailers(): void {
    this.complete();
  }

  private complete(): void {
    this.events.push("complete");
    this.whenComplete();
  }

  onResetStream(reason: ResetReason): void {
    this.events.push(`reset: ${reason}`);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.events.push("above");
  }

  onBelowWriteBufferLowWatermark(): void {
    this.events.push("below");
  }
}

/** A cluster `c` with hosts 1 to `hosts`, and an upstream that a test scripts behind each. */
export class PoolRun {
  readonly dispatcher = new SimulatedDispatcher();
  readonly stats = new RecordedStats();
  readonly network: SimulatedNetwork;
  readonly clusters: ClusterManager;
  readonly cluster: Cluster;
  readonly upstreams: readonly PeerListener[];

  constructor(overrides: Partial<ClusterInfo> = {}, link: Partial<LinkOptions> = {}, hosts = 1) {
    const context = { dispatcher: this.dispatcher, readBuffers: new ReadBuffers() };
    this.network = new SimulatedNetwork(this.dispatcher, { link, readBuffers: context.readBuffers });
    const endpoints = Array.from({ length: hosts }, (_, index) => endpoint(index + 1));
    this.upstreams = endpoints.map((one) => this.network.listenPeer(one.address));
    let lastId = 0;
    const info = clusterInfo({ endpoints, ...overrides });
    this.clusters = new ClusterManager(
      [{ info, memory: createClusterMemory(info) }],
      { ...context, sockets: this.network, connectionIds: { next: () => ++lastId } },
      this.stats.root,
      new SeededRandom(1),
    );
    this.cluster = this.clusters.get("c") as Cluster;
    if (info.discovery !== "static") this.clusters.updateHosts("c", endpoints);
  }

  host(index = 0): Host {
    const host = this.cluster.prioritySet.hosts[index];
    assert.ok(host !== undefined);
    return host;
  }

  pool(index = 0, priority: ResourcePriority = "default"): ConnectionPool {
    const host = this.host(index);
    const kind = poolKind("http1", priority);
    const pool = this.clusters.existingPool(host, kind) ?? this.clusters.createPool(this.cluster, host, kind);
    assert.ok(pool !== null);
    return pool;
  }

  /** Asks for a stream in an event of its own. Nothing is run. */
  ask(name: string, pool = this.pool(), needsFreshConnection = false): ProbeStream {
    const stream = new ProbeStream(name);
    stream.needsFreshConnection = needsFreshConnection;
    this.dispatcher.inEvent(() => {
      stream.waiting = pool.newStream(stream);
    });
    return stream;
  }

  /** A request as the router makes it: a host is chosen, connections are opened ahead, a stream begins. */
  request(name: string, context: LoadBalancerContext = ANY_HOST): ProbeStream {
    const stream = new ProbeStream(name);
    const kind = poolKind("http1", "default");
    this.dispatcher.inEvent(() => {
      const host = this.cluster.chooseHost(context);
      assert.ok(host !== null);
      const pool = this.clusters.existingPool(host, kind) ?? this.clusters.createPool(this.cluster, host, kind);
      assert.ok(pool !== null);
      this.clusters.preconnect(this.cluster, kind, context, stream);
      stream.waiting = pool.newStream(stream);
    });
    return stream;
  }

  /** How many connections each host was asked for, in the order of the hosts. */
  get connectionsPerHost(): number[] {
    return this.upstreams.map(({ accepted }) => accepted.length);
  }

  /** The n-th connection to a host, the first is 0. */
  connection(index: number, host = 0): SimulatedPeer {
    return (this.upstreams[host] as PeerListener).connection(index);
  }

  connections(host = 0): number {
    return (this.upstreams[host] as PeerListener).accepted.length;
  }

  /** Lets a connection answer the request it has, and what follows from that happen. */
  answer(index: number, response = OK): void {
    this.connection(index).send(response);
    this.run();
  }

  run(): void {
    this.dispatcher.runUntilIdle();
  }

  stat(name: string): number {
    return this.stats.value(`cluster.c.${name}`);
  }

  /** Of these counters, those that counted. */
  counted(...names: readonly string[]): { [name: string]: number } {
    return Object.fromEntries(names.map((name) => [name, this.stat(name)]).filter(([, value]) => value !== 0));
  }

  /** Closes everything and proves that nothing is counted as active any more. */
  finish(): void {
    this.clusters.destroy();
    this.run();
    this.assertNothingActive();
    assert.equal(this.stat("upstream_cx_total"), this.stat("upstream_cx_destroy"));
  }

  assertNothingActive(): void {
    const gauges = ["upstream_cx_active", "upstream_rq_active", "upstream_rq_pending_active"];
    assert.deepEqual(this.counted(...gauges), {});
    for (const priority of ["default", "high"] as const) {
      const { connections, connectionPools, pendingRequests, requests } = this.cluster.resourcesOf(priority);
      const counts = [connections.count, connectionPools.count, pendingRequests.count, requests.count];
      assert.deepEqual(counts, [0, 0, 0, 0], priority);
    }
    for (const { stats } of this.cluster.prioritySet.hosts) assert.deepEqual([stats.cxActive, stats.rqActive], [0, 0]);
  }
}

export { address };
