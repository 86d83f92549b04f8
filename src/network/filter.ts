import type { Connection, ConnectionEvent, ConnectionStats } from "./connection.js";

export type FilterStatus = "continue" | "stopIteration";

/**
 * A network filter: sees the bytes and events of a downstream connection in the order of the chain. The last one of an
 * HTTP listener is the `ConnectionManager`.
 */
export interface ReadFilter {
  /** The connection is there, no byte was read. `stopIteration` keeps it from the filters that follow. */
  onNewConnection(): FilterStatus;
  /** Bytes arrived, valid during the call only. `stopIteration` ends their way. */
  onData(data: Buffer): FilterStatus;
  /** The peer has ended its half; only on a connection that a filter has allowed to be half open. */
  onRemoteEnd(): void;
  /** After a close, which comes once, the filter lets go of everything. */
  onConnectionEvent(event: ConnectionEvent): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

/** Makes one filter for each connection; made itself once for a configuration. */
export interface ReadFilterFactory {
  createFilter(connection: Connection): ReadFilter;
  /** Where the bytes of connections that end in this filter are counted. */
  readonly connectionStats: ConnectionStats;
}
