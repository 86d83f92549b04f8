import { assert } from "../common/assert.js";
import type { Destroyable, Flushable } from "./dispatcher.js";

/**
 * The bracket of one event: what both dispatchers do at its end. Flushing and deleting may themselves queue more of
 * either, so the end goes on until both lists are empty.
 */
export class EventTurn {
  private depth = 0;
  private readonly toFlush: Flushable[] = [];
  private toDelete: Destroyable[] = [];

  get running(): boolean {
    return this.depth > 0;
  }

  /** Returns true for the outermost begin. */
  begin(): boolean {
    return this.depth++ === 0;
  }

  end(): void {
    assert(this.depth > 0, "endEvent without beginEvent");
    if (this.depth === 1) this.settle();
    this.depth--;
  }

  addFlush(flushable: Flushable): void {
    if (flushable.flushPending) return;
    flushable.flushPending = true;
    this.toFlush.push(flushable);
  }

  addDelete(object: Destroyable): void {
    this.toDelete.push(object);
  }

  private settle(): void {
    while (this.toFlush.length > 0 || this.toDelete.length > 0) {
      const flushing = this.toFlush;
      for (let i = 0; i < flushing.length; i++) {
        const flushable = flushing[i] as Flushable;
        flushable.flushPending = false;
        flushable.flush();
      }
      flushing.length = 0;
      if (this.toDelete.length > 0) {
        const deleting = this.toDelete;
        this.toDelete = [];
        for (let i = 0; i < deleting.length; i++) (deleting[i] as Destroyable).destroy();
      }
    }
  }
}
