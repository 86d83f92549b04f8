import type { RandomSource } from "../common/random.js";
import type { StatsScope } from "../stats/stat.js";
import { Cluster } from "./cluster.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import type { Host } from "./host.js";
import { ConnectionPool, type PoolContext } from "./pool/connection-pool.js";

/** A cluster's configuration with the memory that its circuit breakers count in. */
export interface ClusterSnapshot {
  readonly info: ClusterInfo;
  readonly resourceCounts: SharedArrayBuffer;
}

/** The clusters of one worker, and the way from a host to its connection pool. */
export class ClusterManager {
  private readonly clusters = new Map<string, Cluster>();
  private readonly context: PoolContext;

  /** @param countsMembership false for all workers but one, whose stats count the hosts */
  constructor(
    snapshots: readonly ClusterSnapshot[],
    context: PoolContext,
    scope: StatsScope,
    random: RandomSource,
    countsMembership = true,
  ) {
    this.context = context;
    for (const { info, resourceCounts } of snapshots) {
      this.clusters.set(info.name, new Cluster(info, resourceCounts, scope, random, countsMembership));
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
  existingPool(host: Host): ConnectionPool | null {
    return host.pool;
  }

  /** B3: makes the pool of a host that has none. */
  createPool(cluster: Cluster, host: Host): ConnectionPool {
    const pool = new ConnectionPool(cluster, host, this.context);
    host.pool = pool;
    return pool;
  }

  /** Takes over what discovery found for a cluster that resolves names. */
  updateHosts(clusterName: string, endpoints: readonly EndpointConfig[]): void {
    const { dispatcher } = this.context;
    dispatcher.beginEvent();
    this.clusters.get(clusterName)?.updateHosts(endpoints);
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
