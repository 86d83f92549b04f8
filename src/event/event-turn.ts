import { assert } from "../common/assert.js";
import type { Destroyable, Flushable } from "./dispatcher.js";

/** Outputs that wait for the end of a turn at most: those beyond go out with their event, so that nobody waits long. */
const MAX_WAITING = 32;

/**
 * The bracket of one event, and what becomes of its output: what both dispatchers do. Flushing and deleting may
 * themselves queue more of either, so the end of an event goes on until both lists are empty.
 */
export class EventTurn {
  private readonly scheduleTurnEnd: (() => void) | null;
  private depth = 0;
  private readonly gathered: Flushable[] = [];
  private waiting: Flushable[] = [];
  private toDelete: Destroyable[] = [];
  private turnEndScheduled = false;

  /** @param scheduleTurnEnd asks for `flushWaiting` once this turn's events are done; null lets no output wait */
  constructor(scheduleTurnEnd: (() => void) | null = null) {
    this.scheduleTurnEnd = scheduleTurnEnd;
  }

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
    this.gathered.push(flushable);
    if (this.scheduleTurnEnd === null || this.turnEndScheduled) return;
    this.turnEndScheduled = true;
    this.scheduleTurnEnd();
  }

  addDelete(object: Destroyable): void {
    this.toDelete.push(object);
  }

  /** The events of the turn are done: sends what waited. Called in an event of its own. */
  flushWaiting(): void {
    this.turnEndScheduled = false;
    const waiting = this.waiting;
    this.waiting = [];
    for (let i = 0; i < waiting.length; i++) {
      const flushable = waiting[i] as Flushable;
      flushable.flushWaiting = false;
      flushable.flush();
    }
  }

  private settle(): void {
    while (this.gathered.length > 0 || this.toDelete.length > 0) {
      const gathered = this.gathered;
      for (let i = 0; i < gathered.length; i++) this.settleFlush(gathered[i] as Flushable);
      // Not by its length, which would give up the memory of a list that fills again at the next event.
      for (let i = gathered.length; i > 0; i--) gathered.pop();
      if (this.toDelete.length === 0) continue;
      const deleting = this.toDelete;
      this.toDelete = [];
      for (let i = 0; i < deleting.length; i++) (deleting[i] as Destroyable).destroy();
    }
  }

  private settleFlush(flushable: Flushable): void {
    flushable.flushPending = false;
    const hasRoom = flushable.flushWaiting || this.waiting.length < MAX_WAITING;
    if (this.scheduleTurnEnd === null || !hasRoom || !flushable.mayWait()) {
      flushable.flush();
      return;
    }
    if (flushable.flushWaiting) return;
    flushable.flushWaiting = true;
    this.waiting.push(flushable);
  }
}
