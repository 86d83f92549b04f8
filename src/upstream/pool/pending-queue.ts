import { LinkedList } from "../../common/linked-list.js";
import type { PendingStream } from "./pending-stream.js";

/**
 * The streams of a pool that wait for a connection, in order. Those that need one that was never used stand in front: they
 * have waited once already, and let the others take connections that were used before. Owner: `ConnectionPool`.
 */
export class PendingQueue {
  private readonly streams = new LinkedList<PendingStream>();
  private fresh = 0;

  get size(): number {
    return this.streams.size;
  }

  /** How many of them need a connection that was never used. */
  get freshSize(): number {
    return this.fresh;
  }

  get first(): PendingStream | null {
    return this.streams.first;
  }

  add(stream: PendingStream): void {
    if (stream.callbacks.needsFreshConnection) {
      this.streams.pushFront(stream);
      this.fresh++;
    } else {
      this.streams.pushBack(stream);
    }
  }

  /** @param stream must be in the queue */
  remove(stream: PendingStream): void {
    this.streams.remove(stream);
    if (stream.callbacks.needsFreshConnection) this.fresh--;
  }

  /** Who gets a connection; null when nobody may. @param used it has carried requests */
  nextFor(used: boolean): PendingStream | null {
    let stream = this.streams.first;
    if (!used) return stream;
    while (stream?.callbacks.needsFreshConnection) stream = stream.linkedNext;
    return stream;
  }
}
