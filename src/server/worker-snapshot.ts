import type { RuntimeConfig } from "../config/runtime-config.js";
import { DRAIN_STATE_BYTES } from "../http/conn-manager/drain-decision.js";
import { OVERLOAD_STATE_BYTES } from "../overload/overload-state.js";
import { type ClusterMemory, createClusterMemory } from "../upstream/cluster.js";
import { connectionCountsMemory } from "./connection-limits.js";

/** What every worker starts from: plain data, copied to each thread, and the memory they share. */
export interface WorkerSnapshot {
  readonly config: RuntimeConfig;
  /** In the order of the clusters. */
  readonly clusterMemories: readonly ClusterMemory[];
  readonly connectionIds: SharedArrayBuffer;
  readonly streamIds: SharedArrayBuffer;
  /** Connections of all listeners, and of each. */
  readonly connectionCounts: SharedArrayBuffer;
  /** Which responses end their connections. */
  readonly drainStates: SharedArrayBuffer;
  /** What is to be done under load. */
  readonly overloadStates: SharedArrayBuffer;
  /** This worker's stats count the hosts that all workers have; true for one of them. */
  readonly countsMembership: boolean;
  /** Listeners whose connections are recorded: all, none, or one by name. */
  readonly flow: FlowSelection;
}

export type FlowSelection = "all" | "none" | { readonly listener: string };

/** Makes the snapshot of a configuration. */
export function createWorkerSnapshot(config: RuntimeConfig, flow: FlowSelection): WorkerSnapshot {
  return {
    config,
    clusterMemories: config.clusters.map(createClusterMemory),
    connectionIds: new SharedArrayBuffer(4),
    streamIds: new SharedArrayBuffer(4),
    connectionCounts: connectionCountsMemory(config),
    drainStates: new SharedArrayBuffer(DRAIN_STATE_BYTES),
    overloadStates: new SharedArrayBuffer(OVERLOAD_STATE_BYTES),
    countsMembership: true,
    flow,
  };
}
