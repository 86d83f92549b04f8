import type { ResourcePriority } from "../resource-manager.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { PoolKind } from "./pool-kind.js";

/** A host's connection pools in this worker, one for each kind of streams that must not share connections. */
export class HostPools {
  /** Those that all downstream connections share. Most hosts have one. */
  private readonly shared: ConnectionPool[] = [];
  /** Those of single downstream connections, of which there may be thousands; null where there are none. */
  private own: Map<PoolKind, ConnectionPool> | null = null;
  private ended = false;

  find(kind: PoolKind): ConnectionPool | null {
    if (kind.owner !== null) return this.own?.get(kind) ?? null;
    for (let i = 0; i < this.shared.length; i++) {
      const pool = this.shared[i] as ConnectionPool;
      if (pool.kind === kind) return pool;
    }
    return null;
  }

  add(pool: ConnectionPool): void {
    if (pool.kind.owner === null) {
      this.shared.push(pool);
      return;
    }
    this.own ??= new Map();
    this.own.set(pool.kind, pool);
  }

  /** The pool has nothing left to do; a later stream of its kind makes another. */
  remove(pool: ConnectionPool): void {
    if (pool.kind.owner !== null) {
      this.own?.delete(pool.kind);
      return;
    }
    const index = this.shared.indexOf(pool);
    if (index !== -1) this.shared.splice(index, 1);
  }

  /** As they are at the moment: what is done to them changes the lists. */
  private all(): ConnectionPool[] {
    return this.own === null ? [...this.shared] : [...this.shared, ...this.own.values()];
  }

  /** Makes room for a pool of that priority: ends one that carries no stream. False when there is none. */
  freeOne(priority: ResourcePriority): boolean {
    // control plane: at the limit of pools only
    const pool = this.all().find(({ kind, isUnused }) => kind.priority === priority && isUnused);
    pool?.destroy();
    return pool !== undefined;
  }

  /** Nothing is left to be done or closed. */
  get isIdle(): boolean {
    return this.all().every((pool) => pool.isIdle); // control plane: when a host is gone
  }

  /**
   * The host has failed: what connections carry goes on to its end, and none is used again. New ones may do better.
   * @param cutsTunnels bytes that pass as they are do not go on
   */
  renew(cutsTunnels: boolean): void {
    for (const pool of this.all()) pool.renew(cutsTunnels);
  }

  /** Streams finish, nothing is kept for later. @param reason why connections are closed */
  drain(reason: string): void {
    for (const pool of this.all()) pool.drain(reason);
  }

  /** Nothing is opened any more: pools that are made from now on fail what is asked of them. */
  get isDestroyed(): boolean {
    return this.ended;
  }

  /** Ends everything at once. Idempotent. */
  destroy(): void {
    this.ended = true;
    for (const pool of this.all()) pool.destroy();
  }
}
