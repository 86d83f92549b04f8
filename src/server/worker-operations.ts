import type { LogLevel } from "../common/logger.js";
import type { FlowSummary } from "../flow/flow-view.js";
import type { Address } from "../network/address.js";
import type { EndpointConfig } from "../upstream/cluster-info.js";
import type { HostHealthChange } from "../upstream/host-health.js";
import type { Locality } from "../upstream/locality.js";
import type { ListenRequest, ListenResult } from "./open-server.js";
import type { FlowSelection } from "./worker-snapshot.js";

/** One host as one worker counts it; `/clusters` adds the workers up. */
export interface HostCounts {
  /** Text of the address, the same in all workers. */
  readonly address: string;
  readonly socketAddress: Address;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: Locality;
  readonly canary: boolean;
  /** Bits of `HealthFlags`. */
  readonly healthFlags: number;
  readonly cxActive: number;
  readonly cxConnectFail: number;
  readonly cxTotal: number;
  readonly rqActive: number;
  readonly rqError: number;
  readonly rqSuccess: number;
  readonly rqTimeout: number;
  readonly rqTotal: number;
}

/**
 * What the main thread asks of a worker. The same whether the worker runs on this thread (`LocalWorker`) or on another
 * (`ThreadWorker`); everything is plain data and asynchronous for that reason.
 */
export interface WorkerOperations {
  listen(request: ListenRequest): Promise<ListenResult>;
  /** Discovery found these endpoints for a cluster. */
  updateHosts(clusterName: string, endpoints: readonly EndpointConfig[]): Promise<void>;
  /** The main thread found out about the health of a cluster's hosts. */
  updateHealth(clusterName: string, changes: readonly HostHealthChange[]): Promise<void>;
  /**
   * @param gate memory of a `ClosingGate` and its parties where descriptors are shared, null where they are not
   * @param listenerIndexes which listeners stop; null for all
   */
  stopAccepting(
    gate: { memory: SharedArrayBuffer; parties: number } | null,
    listenerIndexes: readonly number[] | null,
  ): Promise<void>;
  /** Lets requests in flight finish, closes idle connections, resolves when none is left. */
  drain(): Promise<void>;
  /** Ends the connections that `drain` still waits for; their requests are logged as cut short. */
  cut(): Promise<void>;
  hostCounts(clusterName: string): Promise<readonly HostCounts[]>;
  setLogLevel(level: LogLevel): Promise<void>;
  setFlow(selection: FlowSelection): Promise<void>;
  recentFlows(limit: number): Promise<readonly FlowSummary[]>;
  flowTimeline(streamId: number): Promise<string | null>;
  /** Hands on whatever is gathered for the main thread: stats, log lines. */
  flush(): Promise<void>;
}
