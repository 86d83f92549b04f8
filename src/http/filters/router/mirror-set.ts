import type { MirrorPolicy } from "../../../route/mirror-policy.js";
import type { ClusterManager } from "../../../upstream/cluster-manager.js";
import { poolKind } from "../../../upstream/pool/pool-kind.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { type MirrorContext, MirroredRequest } from "./mirrored-request.js";

/** Copies are of no consequence: they never have the priority of what they are copies of. */
const COPIES = poolKind("http1", "default");

/** The copies of one request. Owner: `RouterFilter`. */
export class MirrorSet {
  private readonly requests: MirroredRequest[] = [];

  /**
   * Sends the head, as it goes upstream, to every cluster that a policy names for this request.
   * @param random the stream's own number, so that a request is copied by all policies of a share or by none
   */
  start(
    policies: readonly MirrorPolicy[],
    headers: HeaderMap,
    endStream: boolean,
    random: number,
    clusters: ClusterManager,
    context: MirrorContext,
  ): void {
    for (let i = 0; i < policies.length; i++) {
      const policy = policies[i] as MirrorPolicy;
      if (!policy.includes(random)) continue;
      const cluster = clusters.get(policy.cluster(headers));
      if (cluster === null) continue;
      const host = cluster.chooseHost();
      const pool =
        host === null ? null : (clusters.existingPool(host, COPIES) ?? clusters.createPool(cluster, host, COPIES));
      if (host === null || pool === null) {
        cluster.stats.countResponseToCopy(503);
        continue;
      }
      const request = new MirroredRequest(cluster, host, policy.copyOf(headers), context);
      this.requests.push(request);
      request.start(pool, endStream);
    }
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
