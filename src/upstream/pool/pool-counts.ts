import type { Cluster } from "../cluster.js";
import type { ClusterStats } from "../cluster-stats.js";
import type { Host } from "../host.js";
import type { ResourceManager } from "../resource-manager.js";
import type { ActiveClient } from "./active-client.js";
import type { ClusterConnectivity } from "./cluster-connectivity.js";
import type { PoolKind } from "./pool-kind.js";

/**
 * What a pool counts, and whom it asks before it does more: the cluster's stats, the host's, and the circuit breakers
 * of its priority, always together. Whatever is counted as begun is counted as ended once. Owner: `ConnectionPool`.
 */
export class PoolCounts {
  private readonly host: Host;
  private readonly kind: PoolKind;
  private readonly stats: ClusterStats;
  private readonly resources: ResourceManager;
  private readonly connectivity: ClusterConnectivity | null;

  constructor(cluster: Cluster, host: Host, kind: PoolKind) {
    this.host = host;
    this.kind = kind;
    this.stats = cluster.stats;
    this.resources = cluster.resourcesOf(kind.priority);
    this.connectivity = cluster.connectivity;
  }

  onPoolAdded(): void {
    this.resources.connectionPools.inc();
  }

  onPoolRemoved(): void {
    this.resources.connectionPools.dec();
  }

  // ---- streams that wait

  /** Counts it when a further stream may not wait. */
  mayQueue(): boolean {
    if (this.resources.pendingRequests.canCreate()) return true;
    this.stats.rqPendingOverflow.inc();
    return false;
  }

  onQueued(): void {
    this.resources.pendingRequests.inc();
    this.stats.rqPendingTotal.inc();
    this.stats.rqPendingActive.inc();
    this.connectivity?.onStreamBegins();
  }

  onUnqueued(): void {
    this.resources.pendingRequests.dec();
    this.stats.rqPendingActive.dec();
    this.connectivity?.onStreamEnds();
  }

  // ---- connections

  get mayConnect(): boolean {
    const { connections, maxConnectionsPerHost } = this.resources;
    return connections.canCreate() && this.host.connections.count < maxConnectionsPerHost;
  }

  onConnecting(): void {
    const { host, stats } = this;
    this.resources.connections.inc();
    host.connections.inc();
    stats.cxTotal.inc();
    if (this.kind.protocol === "http1") stats.cxHttp1Total.inc();
    stats.cxActive.inc();
    this.connectivity?.onConnecting();
    host.stats.cxTotal++;
    host.stats.cxActive++;
  }

  onConnectFailed(byTimeout: boolean): void {
    this.stats.cxConnectFail.inc();
    this.host.stats.cxConnectFail++;
    if (byTimeout) this.stats.cxConnectTimeout.inc();
  }

  /** The client is still in the state in which its connection closed. */
  onClosed(client: ActiveClient, local: boolean, nowMs: number): void {
    const { host, stats } = this;
    this.resources.connections.dec();
    host.connections.dec();
    stats.cxActive.dec();
    this.connectivity?.onClosed();
    host.stats.cxActive--;
    stats.cxDestroy.inc();
    (local ? stats.cxDestroyLocal : stats.cxDestroyRemote).inc();
    if (client.state === "busy") {
      stats.cxDestroyWithActiveRq.inc();
      (local ? stats.cxDestroyLocalWithActiveRq : stats.cxDestroyRemoteWithActiveRq).inc();
      this.onStreamEnded();
    }
    stats.cxLengthMs.record(nowMs - client.createdMs);
    if (client.state !== "connecting") stats.rqPerCx.record(client.requests);
  }

  // ---- streams on a connection

  /** Counts it when a further stream may not begin. */
  mayStart(): boolean {
    if (this.resources.requests.canCreate()) return true;
    // The second has told both kinds until Envoy 1.38, and still does where it is asked to.
    this.stats.rqActiveOverflow.inc();
    this.stats.rqPendingOverflow.inc();
    return false;
  }

  onStreamStarted(): void {
    this.resources.requests.inc();
    this.stats.rqTotal.inc();
    this.stats.rqActive.inc();
    this.connectivity?.onStreamBegins();
    this.host.stats.rqTotal++;
    this.host.stats.rqActive++;
  }

  onStreamEnded(): void {
    this.resources.requests.dec();
    this.stats.rqActive.dec();
    this.connectivity?.onStreamEnds();
    this.host.stats.rqActive--;
  }
}
