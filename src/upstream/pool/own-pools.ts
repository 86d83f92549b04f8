import type { ResourcePriority } from "../resource-manager.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { PoolKind, PoolProtocol } from "./pool-kind.js";

/**
 * The pools of one downstream connection (`connection_pool_per_downstream_connection`): nobody else's streams use their
 * connections, and they end with it.
 */
export class OwnPools {
  private readonly kinds: PoolKind[] = [];
  private readonly pools = new Set<ConnectionPool>();

  /** The same object whenever it is asked for. */
  kindOf(protocol: PoolProtocol, priority: ResourcePriority): PoolKind {
    for (let i = 0; i < this.kinds.length; i++) {
      const kind = this.kinds[i] as PoolKind;
      if (kind.protocol === protocol && kind.priority === priority) return kind;
    }
    const kind: PoolKind = Object.freeze({ protocol, priority, owner: this });
    this.kinds.push(kind);
    return kind;
  }

  add(pool: ConnectionPool): void {
    this.pools.add(pool);
  }

  remove(pool: ConnectionPool): void {
    this.pools.delete(pool);
  }

  /** The downstream connection is gone, and its streams with it. */
  end(): void {
    for (const pool of [...this.pools]) pool.drain("downstream_connection_closed");
  }
}
