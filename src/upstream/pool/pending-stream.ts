import type { LinkedNode } from "../../common/linked-list.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { Cancellable, PoolCallbacks } from "./pool-callbacks.js";

/** A stream in the pool's queue. */
export class PendingStream implements LinkedNode<PendingStream>, Cancellable {
  linkedNext: PendingStream | null = null;
  linkedPrev: PendingStream | null = null;
  readonly callbacks: PoolCallbacks;
  private pool: ConnectionPool | null;

  constructor(pool: ConnectionPool, callbacks: PoolCallbacks) {
    this.pool = pool;
    this.callbacks = callbacks;
  }

  /** The pool has given the stream a connection or a failure; `cancel` does nothing any more. */
  settle(): void {
    this.pool = null;
  }

  cancel(): void {
    const pool = this.pool;
    this.pool = null;
    pool?.cancelPending(this);
  }
}
