import type { ConnectOptions } from "../../network/stream-socket.js";

/** How a cluster's pools open connections, and how long they keep them. Plain frozen data. */
export interface PoolPolicy {
  /** `max_connection_duration`: milliseconds after which a connection that stands takes no new stream; 0 is no limit. */
  readonly maxConnectionDurationMs: number;
  /** `per_upstream_preconnect_ratio`: connections for each stream that is active or waits; 1 to 3, 1 by default. */
  readonly preconnectRatio: number;
  /**
   * `predictive_preconnect_ratio`: connections of the cluster for each of its streams that is active, waits or begins; 1 to
   * 3, 1 (for none ahead) by default.
   */
  readonly predictivePreconnectRatio: number;
  /** `connection_pool_per_downstream_connection`: streams of different downstream connections share no connection. */
  readonly perDownstreamConnection: boolean;
  readonly connect: ConnectOptions;
}

export const DEFAULT_POOL_POLICY: PoolPolicy = {
  maxConnectionDurationMs: 0,
  preconnectRatio: 1,
  predictivePreconnectRatio: 1,
  perDownstreamConnection: false,
  connect: { sources: [], keepalive: null },
};
