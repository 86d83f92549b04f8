import { FlowSteps } from "../../../flow/flow-step.js";
import type { ClusterManager } from "../../../upstream/cluster-manager.js";
import type { Host } from "../../../upstream/host.js";
import type { ConnectionPool } from "../../../upstream/pool/connection-pool.js";
import type { StreamContext } from "../../filter/filter.js";
import type { ForwardingPlan } from "./forwarding-plan.js";

/**
 * B3: the pool that an attempt takes its connection from; made when the host has none of the kind. Null when the circuit
 * breaker allows no further pool.
 */
export function upstreamPool(
  clusters: ClusterManager,
  plan: ForwardingPlan,
  host: Host,
  { flow, streamInfo }: StreamContext,
): ConnectionPool | null {
  const existing = clusters.existingPool(host, plan.poolKind);
  if (existing !== null) return existing;
  const pool = clusters.createPool(plan.cluster, host, plan.poolKind);
  if (pool !== null) {
    flow?.record(FlowSteps.poolCreated, streamInfo.connectionId, streamInfo.streamId, host.addressText);
  }
  return pool;
}
