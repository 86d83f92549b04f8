import type { RandomSource } from "../common/random.js";
import type { StatsScope } from "../stats/stat.js";
import { Cluster, type ClusterMemory } from "./cluster.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import type { Host } from "./host.js";
import type { HostHealthChange } from "./host-health.js";
import { type Locality, NO_LOCALITY } from "./locality.js";
import type { ConsecutiveFailuresReceiver } from "./outlier/outlier-monitors.js";
import { ConnectionPool, type PoolContext } from "./pool/connection-pool.js";
import type { PoolProtocol } from "./pool/host-pools.js";

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
  readonly failures: ConsecutiveFailuresReceiver;
}

const ONLY_WORKER: WorkerPlace = {
  countsMembership: true,
  localLocality: NO_LOCALITY,
  failures: { onConsecutiveFailures: () => {} },
};

/** The clusters of one worker, and the way from a host to its connection pool. */
export class ClusterManager {
  private readonly clusters = new Map<string, Cluster>();
  private readonly context: PoolContext;

  constructor(
    snapshots: readonly ClusterSnapshot[],
    context: PoolContext,
    scope: StatsScope,
    random: RandomSource,
    place: WorkerPlace = ONLY_WORKER,
  ) {
    this.context = context;
    const parts = { scope, random, clock: context.dispatcher, ...place }; // control plane: once for a worker
    for (const { info, memory } of snapshots) {
      this.clusters.set(info.name, new Cluster(info, memory, parts));
    }
  }

  /** Null when there is no such cluster. */
  get(name: string): Cluster | null {
    return this.clusters.get(name) ?? null;
  }

  all(): Iterable<Cluster> {
    return this.clusters.values();
  }

  /** The pool of a host, null when it has none yet. */
  existingPool(host: Host, protocol: PoolProtocol): ConnectionPool | null {
    return host.pools.find(protocol);
  }

  /** B3: makes the pool of a host that has none. */
  createPool(cluster: Cluster, host: Host, protocol: PoolProtocol): ConnectionPool {
    const pool = new ConnectionPool(cluster, host, protocol, this.context);
    host.pools.add(pool);
    return pool;
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
    for (const cluster of this.clusters.values()) cluster.destroy();
    dispatcher.endEvent();
  }
}
