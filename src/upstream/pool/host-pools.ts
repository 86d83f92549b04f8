import type { ResourcePriority } from "../resource-manager.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { PoolKind } from "./pool-kind.js";

/** A host's connection pools in this worker, one for each kind of streams that must not share connections. */
export class HostPools {
  /** Most hosts have one. */
  private readonly pools: ConnectionPool[] = [];
  private ended = false;

  find(kind: PoolKind): ConnectionPool | null {
    for (let i = 0; i < this.pools.length; i++) {
      const pool = this.pools[i] as ConnectionPool;
      if (pool.kind === kind) return pool;
    }
    return null;
  }

  add(pool: ConnectionPool): void {
    this.pools.push(pool);
  }

  /** The pool has nothing left to do; a later stream of its kind makes another. */
  remove(pool: ConnectionPool): void {
    const index = this.pools.indexOf(pool);
    if (index !== -1) this.pools.splice(index, 1);
  }

  /** Makes room for a pool of that priority: ends one that carries no stream. False when there is none. */
  freeOne(priority: ResourcePriority): boolean {
    // control plane: at the limit of pools only
    const pool = this.pools.find(({ kind, isUnused }) => kind.priority === priority && isUnused);
    pool?.destroy();
    return pool !== undefined;
  }

  /** Nothing is left to be done or closed. */
  get isIdle(): boolean {
    return this.pools.every((pool) => pool.isIdle); // control plane: when a host is gone
  }

  /**
   * The host has failed: what connections carry goes on to its end, and none is used again. New ones may do better.
   * @param cutsTunnels bytes that pass as they are do not go on
   */
  renew(cutsTunnels: boolean): void {
    for (const pool of [...this.pools]) pool.renew(cutsTunnels);
  }

  /** The host is gone: streams finish, nothing is kept for later. */
  drain(): void {
    for (const pool of [...this.pools]) pool.drain();
  }

  /** Nothing is opened any more: pools that are made from now on fail what is asked of them. */
  get isDestroyed(): boolean {
    return this.ended;
  }

  /** Ends everything at once. Idempotent. */
  destroy(): void {
    this.ended = true;
    for (const pool of [...this.pools]) pool.destroy();
  }
}
