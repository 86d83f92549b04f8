import type { MirrorPolicy } from "../../../route/mirror-policy.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { ClusterManager } from "../../../upstream/cluster-manager.js";
import { ANY_HOST } from "../../../upstream/load-balancer-context.js";
import type { ConnectionPool } from "../../../upstream/pool/connection-pool.js";
import { poolKind } from "../../../upstream/pool/pool-kind.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { type MirrorContext, MirroredRequest } from "./mirrored-request.js";

/** Copies are of no consequence: they never have the priority of what they are copies of. */
const COPIES = poolKind("http1", "default");

/** Copies are turned away like any request: in maintenance, or by the share that is dropped. */
function turnsAway({ shedding, stats }: Cluster): boolean {
  const reason = shedding === null ? null : shedding.shed();
  if (reason !== null) (reason === "maintenance" ? stats.rqMaintenanceMode : stats.rqDropOverload).inc();
  return reason !== null;
}

/** The copies of one request. Owner: `RouterFilter`. */
export class MirrorSet {
  private readonly requests: MirroredRequest[] = [];
  private readonly pools: ConnectionPool[] = [];

  /**
   * Copies the head, as it goes upstream, for every cluster that a policy names for this request.
   * @param random the stream's own number, so that a request is copied by all policies of a share or by none
   */
  copy(
    policies: readonly MirrorPolicy[],
    headers: HeaderMap,
    random: number,
    clusters: ClusterManager,
    context: MirrorContext,
  ): void {
    for (let i = 0; i < policies.length; i++) {
      const policy = policies[i] as MirrorPolicy;
      if (!policy.includes(random)) continue;
      const cluster = clusters.get(policy.cluster(headers));
      if (cluster === null) continue;
      if (turnsAway(cluster)) {
        cluster.stats.countResponseToCopy(503);
        continue;
      }
      const host = cluster.chooseHost();
      const pool =
        host === null ? null : (clusters.existingPool(host, COPIES) ?? clusters.createPool(cluster, host, COPIES));
      if (host === null || pool === null) {
        cluster.stats.countResponseToCopy(503);
        continue;
      }
      const copy = new MirroredRequest(cluster, host, policy.copyOf(headers, context.formatContext), context);
      clusters.preconnect(cluster, COPIES, ANY_HOST, copy);
      this.requests.push(copy);
      this.pools.push(pool);
    }
  }

  /** Sends the heads: behind the request itself, which may have failed by now. */
  send(endStream: boolean): void {
    for (let i = 0; i < this.requests.length; i++) this.requests[i]?.start(this.pools[i] as ConnectionPool, endStream);
  }

  /** @param data bytes that stay as they are */
  decodeData(data: Buffer, endStream: boolean): void {
    for (let i = 0; i < this.requests.length; i++) this.requests[i]?.encodeData(data, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    for (let i = 0; i < this.requests.length; i++) this.requests[i]?.encodeTrailers(trailers.clone());
  }

  /** The stream is over: copies of what it has sent completely go on by themselves. */
  destroy(): void {
    for (let i = 0; i < this.requests.length; i++) this.requests[i]?.onRequestOver();
  }
}
