import { FlowSteps } from "../../../flow/flow-step.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { ClusterManager } from "../../../upstream/cluster-manager.js";
import type { Host } from "../../../upstream/host.js";
import type { ConnectionPool } from "../../../upstream/pool/connection-pool.js";
import type { PoolProtocol } from "../../../upstream/pool/host-pools.js";
import type { StreamContext } from "../../filter/filter.js";

/** B3: the pool that an attempt takes its connection from; made when the host has none of the kind. */
export function upstreamPool(
  clusters: ClusterManager,
  cluster: Cluster,
  host: Host,
  protocol: PoolProtocol,
  { flow, streamInfo }: StreamContext,
): ConnectionPool {
  const existing = clusters.existingPool(host, protocol);
  if (existing !== null) return existing;
  const pool = clusters.createPool(cluster, host, protocol);
  flow?.record(FlowSteps.poolCreated, streamInfo.connectionId, streamInfo.streamId, host.addressText);
  return pool;
}
