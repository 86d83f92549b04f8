import type { ConnectionPool } from "./connection-pool.js";

/** What the connections of a pool speak: HTTP/1.1, or whatever the client speaks through a tunnel that ends here. */
export type PoolProtocol = "http1" | "tcp";

/** A host's connection pools in this worker, one for each kind of streams that must not share connections. */
export class HostPools {
  /** Most hosts have one. */
  private readonly pools: ConnectionPool[] = [];

  find(protocol: PoolProtocol): ConnectionPool | null {
    for (let i = 0; i < this.pools.length; i++) {
      const pool = this.pools[i] as ConnectionPool;
      if (pool.protocol === protocol) return pool;
    }
    return null;
  }

  add(pool: ConnectionPool): void {
    this.pools.push(pool);
  }

  /** Nothing is left to be done or closed. */
  get isIdle(): boolean {
    return this.pools.every((pool) => pool.isIdle); // control plane: when a host is gone
  }

  /** The host is gone: streams finish, nothing is kept for later. */
  drain(): void {
    for (const pool of this.pools) pool.drain();
  }

  /** Ends everything at once. Idempotent. */
  destroy(): void {
    for (const pool of this.pools) pool.destroy();
  }
}
