import type { RandomSource } from "../common/random.js";
import { Runtime } from "../common/runtime.js";
import type { StatsScope } from "../stats/stat.js";
import { Cluster, type ClusterMemory, type ClusterParts } from "./cluster.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import type { Host } from "./host.js";
import type { HostFailureReceiver } from "./host-failure-receiver.js";
import type { HostHealthChange } from "./host-health.js";
import type { LoadBalancerContext } from "./load-balancer-context.js";
import { OriginalDstLoadBalancer } from "./load-balancers/original-dst-load-balancer.js";
import { type Locality, NO_LOCALITY } from "./locality.js";
import type { PoolContext } from "./pool/connection-opener.js";
import { ConnectionPool } from "./pool/connection-pool.js";
import type { FlowOfStream } from "./pool/pool-callbacks.js";
import type { PoolKind } from "./pool/pool-kind.js";
import type { PrioritySet } from "./priority-set.js";

/** A cluster's configuration with the memory that its workers share. */
export interface ClusterSnapshot {
  readonly info: ClusterInfo;
  readonly memory: ClusterMemory;
}

/** Which worker this is, and where. */
export interface WorkerPlace {
  /** False for all workers but one, whose stats count the hosts that all of them have. */
  readonly countsMembership: boolean;
  /** `node.locality` */
  readonly localLocality: Locality;
  /** Told of hosts that failed too often in a row. */
  readonly failures: HostFailureReceiver;
  readonly runtime: Runtime;
  /** Name of the cluster that this proxy itself belongs to (`cluster_manager.local_cluster_name`); empty for none. */
  readonly localCluster: string;
}

const ONLY_WORKER: WorkerPlace = {
  countsMembership: true,
  localLocality: NO_LOCALITY,
  failures: { onConsecutiveFailures: () => {}, onDegraded: () => {}, onImmediateHealthCheckFail: () => {} },
  runtime: new Runtime(),
  localCluster: "",
};

/** Connections to hosts of later requests that one stream may have opened. */
const MAX_PRECONNECTS = 3;

/** The clusters of one worker, and the way from a host to its connection pool. */
export class ClusterManager {
  private readonly clusters = new Map<string, Cluster>();
  private readonly context: PoolContext;
  private readonly onDemand: OriginalDstLoadBalancer[] = [];

  constructor(
    snapshots: readonly ClusterSnapshot[],
    context: PoolContext,
    scope: StatsScope,
    random: RandomSource,
    place: WorkerPlace = ONLY_WORKER,
  ) {
    this.context = context;
    const { countsMembership, localLocality, failures, localCluster, runtime } = place;
    const parts = { scope, random, clock: context.dispatcher, countsMembership, localLocality, failures, runtime };
    // control plane: once for a worker
    const local = snapshots.find(({ info }) => info.name === localCluster);
    const localSet = local === undefined ? null : this.add(local, parts, null).prioritySet;
    for (const snapshot of snapshots) if (snapshot !== local) this.add(snapshot, parts, localSet);
    for (const cluster of this.clusters.values()) {
      if (cluster.info.discovery === "aggregate") cluster.aggregate(this.membersOf(cluster, new Set()));
    }
  }

  private add(snapshot: ClusterSnapshot, parts: Omit<ClusterParts, "localSet">, localSet: PrioritySet | null): Cluster {
    const { info, memory } = snapshot;
    const cluster = new Cluster(info, memory, { ...parts, localSet }); // control plane: once for a cluster
    this.clusters.set(info.name, cluster);
    if (info.originalDst !== null) {
      const balancer = new OriginalDstLoadBalancer(cluster, info.originalDst, this.context.dispatcher);
      this.onDemand.push(balancer);
      cluster.provideHosts(balancer);
    }
    return cluster;
  }

  /** Aggregates among the members stand for their own; names that there are not, and circles, are left out. */
  private membersOf(aggregate: Cluster, seen: Set<Cluster>): Cluster[] {
    if (seen.has(aggregate)) return [];
    seen.add(aggregate);
    const members: Cluster[] = [];
    for (const name of aggregate.info.members) {
      const member = this.clusters.get(name);
      if (member === undefined) continue;
      if (member.info.discovery === "aggregate") members.push(...this.membersOf(member, seen));
      else members.push(member);
    }
    return members;
  }

  /** Null when there is no such cluster. */
  get(name: string): Cluster | null {
    return this.clusters.get(name) ?? null;
  }

  all(): Iterable<Cluster> {
    return this.clusters.values();
  }

  /** The pool of a host, null when it has none yet. */
  existingPool(host: Host, kind: PoolKind): ConnectionPool | null {
    return host.pools.find(kind);
  }

  /** B3: makes the pool of a host that has none of the kind. Null at the limit of pools, when none can make room. */
  createPool(cluster: Cluster, host: Host, kind: PoolKind): ConnectionPool | null {
    // An aggregate's hosts belong to its members.
    const owner = this.clusters.get(host.clusterName) ?? cluster;
    const { connectionPools } = owner.resourcesOf(kind.priority);
    if (!connectionPools.canCreate() && !host.pools.freeOne(kind.priority)) {
      owner.stats.cxPoolOverflow.inc();
      return null;
    }
    return new ConnectionPool(owner, host, kind, this.context);
  }

  /**
   * Opens connections to the hosts of requests that are likely to come, as many as `predictive_preconnect_ratio` asks for.
   * Called before a stream begins, whose own connection is not opened yet.
   * @param context of the request that the stream is for: the next ones are thought to be like it
   */
  preconnect(cluster: Cluster, kind: PoolKind, context: LoadBalancerContext, stream: FlowOfStream): void {
    const { connectivity } = cluster;
    if (connectivity === null) return;
    for (let opened = 0; opened < MAX_PRECONNECTS && connectivity.wantsAnother; opened++) {
      const host = cluster.peekAnotherHost(context);
      if (host === null) return;
      const pool = this.existingPool(host, kind) ?? this.createPool(cluster, host, kind);
      // What the next one would need may differ; but a cluster that cannot have one now is left alone until then.
      if (pool === null || !pool.preconnect(connectivity.ratio, stream)) return;
    }
  }

  /** Takes over what discovery found for a cluster that resolves names. */
  updateHosts(clusterName: string, endpoints: readonly EndpointConfig[]): void {
    const { dispatcher } = this.context;
    dispatcher.beginEvent();
    this.clusters.get(clusterName)?.updateHosts(endpoints);
    dispatcher.endEvent();
  }

  /** Takes over what the main thread found out about the health of a cluster's hosts. */
  updateHealth(clusterName: string, changes: readonly HostHealthChange[]): void {
    const { dispatcher } = this.context;
    dispatcher.beginEvent();
    this.clusters.get(clusterName)?.updateHealth(changes);
    dispatcher.endEvent();
  }

  /** Closes all upstream connections. */
  destroy(): void {
    const { dispatcher } = this.context;
    dispatcher.beginEvent();
    for (const balancer of this.onDemand) balancer.destroy();
    for (const cluster of this.clusters.values()) cluster.destroy();
    dispatcher.endEvent();
  }
}
