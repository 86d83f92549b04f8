import type { ConnectionCallbacks, ConnectionEvent } from "./connection.js";
import type { ReadFilter } from "./filter.js";

/** Told when a connection has ended, after its filters were. Implemented by the `Listener`. */
export interface ConnectionOwner {
  onConnectionClosed(chain: FilterChain): void;
}

/** The network filters of one downstream connection. */
export class FilterChain implements ConnectionCallbacks {
  readonly filters: readonly ReadFilter[];
  private readonly owner: ConnectionOwner;

  constructor(filters: readonly ReadFilter[], owner: ConnectionOwner) {
    this.filters = filters;
    this.owner = owner;
  }

  onNewConnection(): void {
    for (let i = 0; i < this.filters.length; i++) {
      if ((this.filters[i] as ReadFilter).onNewConnection() === "stopIteration") return;
    }
  }

  onData(data: Buffer): void {
    for (let i = 0; i < this.filters.length; i++) {
      if ((this.filters[i] as ReadFilter).onData(data) === "stopIteration") return;
    }
  }

  onRemoteEnd(): void {
    for (let i = 0; i < this.filters.length; i++) (this.filters[i] as ReadFilter).onRemoteEnd();
  }

  onConnectionEvent(event: ConnectionEvent): void {
    for (let i = 0; i < this.filters.length; i++) (this.filters[i] as ReadFilter).onConnectionEvent(event);
    if (event !== "connected") this.owner.onConnectionClosed(this);
  }

  onAboveWriteBufferHighWatermark(): void {
    for (let i = 0; i < this.filters.length; i++) (this.filters[i] as ReadFilter).onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    for (let i = 0; i < this.filters.length; i++) (this.filters[i] as ReadFilter).onBelowWriteBufferLowWatermark();
  }
}
