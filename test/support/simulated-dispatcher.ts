import assert from "node:assert/strict";
import type { Destroyable, Dispatcher, Flushable, Task, Timer, TimerTarget } from "../../src/event/dispatcher.js";
import { EventTurn } from "../../src/event/event-turn.js";
import { TICK_MS, type TickSource, TimerWheel } from "../../src/event/timer-wheel.js";
import { EventQueue, type Scheduled } from "./event-queue.js";

export interface SimulatedDispatcherOptions {
  /** What `now()` says at first. Not 0, so that a time nobody set does not pass for the start. */
  readonly startMs?: number;
  /** The wall clock at the start. */
  readonly epochMs?: number;
  /** Events that one call of `advance`, `runFor` or `runUntilIdle` may run before it is taken for an endless loop. */
  readonly eventBudget?: number;
}

const DEFAULT_START_MS = 1_000;
const DEFAULT_EPOCH_MS = Date.UTC(2026, 0, 1);
/** Large enough for a megabyte that arrives byte by byte; an endless loop still ends within a second or so. */
const DEFAULT_EVENT_BUDGET = 2_000_000;

/**
 * A dispatcher in virtual time: nothing happens until a test asks for it, a day passes in no time, and the same test
 * runs the same way each time.
 *
 * A turn of its loop goes as on Node's: first what is due (timers and sockets, in the order of their times), then what
 * was posted before. Time stands still during a turn.
 */
export class SimulatedDispatcher implements Dispatcher, TickSource {
  private turn = new EventTurn();
  private readonly queue = new EventQueue();
  private readonly wheel = new TimerWheel(this);
  private readonly clock = (): number => this.nowMs;
  private readonly epochOffsetMs: number;
  private readonly eventBudget: number;
  private posted: Task[] = [];
  private nowMs: number;
  private sequence = 0;
  private inFlight = 0;
  private tick: Scheduled | null = null;
  private strayFlushPosted = false;
  private spent = 0;

  constructor(options: SimulatedDispatcherOptions = {}) {
    this.nowMs = options.startMs ?? DEFAULT_START_MS;
    this.epochOffsetMs = (options.epochMs ?? DEFAULT_EPOCH_MS) - this.nowMs;
    this.eventBudget = options.eventBudget ?? DEFAULT_EVENT_BUDGET;
  }

  // ---- for the test

  /** Runs everything that falls into the next `ms` of virtual time, each at its own moment. */
  runFor(ms: number): void {
    const untilMs = this.nowMs + ms;
    this.spent = 0;
    for (;;) {
      this.runTurn();
      const nextMs = this.nextMs();
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
    }
    this.nowMs = untilMs;
  }

  /**
   * The process stood still for `ms`, as in a long garbage collection: the clock jumps, then everything that became
   * due meanwhile runs, late, at the new time.
   */
  advance(ms: number): void {
    this.nowMs += ms;
    this.spent = 0;
    while (this.nextMs() <= this.nowMs) this.runTurn();
  }

  /**
   * Runs until only timers are left: no bytes on their way, nothing posted. Time passes as far as the bytes need, and
   * timers that fall into it fire; it does not pass for timers alone.
   */
  runUntilIdle(): void {
    this.spent = 0;
    for (;;) {
      this.runTurn();
      const nextMs = this.nextMs();
      if (nextMs <= this.nowMs) continue;
      if (this.inFlight === 0) return;
      this.nowMs = nextMs;
    }
  }

  /** Calls `work` bracketed as an event: for the simulated sockets, and for calls that a test makes from outside. */
  inEvent(work: () => void): void {
    try {
      this.beginEvent();
      work();
      this.endEvent();
    } catch (error) {
      // A bug, which ends the test; what the event had gathered goes with it, so that the test's clean-up still runs.
      this.turn = new EventTurn();
      throw error;
    }
  }

  /** For the simulated network: calls `run` in `delayMs`. The sockets bracket what they call back themselves. */
  schedule(delayMs: number, run: () => void): Scheduled {
    this.inFlight++;
    return this.enqueue(delayMs, "flight", run);
  }

  // ---- Dispatcher

  now(): number {
    return this.nowMs;
  }

  wallClockMs(): number {
    return this.epochOffsetMs + Math.floor(this.nowMs);
  }

  createTimer(target: TimerTarget): Timer {
    return new SimulatedTimer(this, target);
  }

  createCoarseTimer(target: TimerTarget): Timer {
    return this.wheel.createTimer(target, this.clock);
  }

  post(task: Task): void {
    this.posted.push(task);
  }

  deferredDelete(object: Destroyable): void {
    this.turn.addDelete(object);
    this.settleSoon();
  }

  flushAtTurnEnd(flushable: Flushable): void {
    this.turn.addFlush(flushable);
    this.settleSoon();
  }

  beginEvent(): void {
    this.turn.begin();
  }

  endEvent(): void {
    this.turn.end();
  }

  // ---- TickSource

  startTicking(): void {
    assert.equal(this.tick, null, "the wheel started its tick twice");
    this.scheduleTick();
  }

  stopTicking(): void {
    assert.notEqual(this.tick, null, "the wheel stopped a tick that does not run");
    if (this.tick !== null) this.tick.cancelled = true;
    this.tick = null;
  }

  private scheduleTick(): void {
    this.tick = this.enqueue(TICK_MS, "tick", () => {
      this.scheduleTick();
      this.wheel.advance(this.nowMs);
    });
  }

  // ---- the loop

  /** For `SimulatedTimer`. */
  scheduleTimer(delayMs: number, run: () => void): Scheduled {
    return this.enqueue(delayMs, "timer", run);
  }

  private enqueue(delayMs: number, kind: Scheduled["kind"], run: () => void): Scheduled {
    assert.ok(delayMs >= 0, `a delay of ${delayMs} ms`);
    const entry: Scheduled = { atMs: this.nowMs + delayMs, sequence: this.sequence++, kind, run, cancelled: false };
    this.queue.push(entry);
    return entry;
  }

  /** What is ready now and what was posted before; what these add waits for the next turn. */
  private runTurn(): void {
    const posted = this.posted;
    this.posted = [];
    const turnStart = this.sequence;
    for (;;) {
      const entry = this.queue.peek();
      if (entry === null || entry.atMs > this.nowMs || entry.sequence >= turnStart) break;
      this.queue.removeFirst();
      if (entry.kind === "flight") this.inFlight--;
      this.spend();
      if (entry.kind === "flight") entry.run();
      else this.inEvent(entry.run);
    }
    for (const task of posted) {
      this.spend();
      this.inEvent(() => task.run());
    }
  }

  private spend(): void {
    if (++this.spent <= this.eventBudget) return;
    throw new Error(`more than ${this.eventBudget} events: an endless loop at ${this.nowMs} ms of virtual time`);
  }

  /** When there is something to do next: now, if something was posted; never is Infinity. */
  private nextMs(): number {
    return this.posted.length > 0 ? this.nowMs : (this.queue.peek()?.atMs ?? Number.POSITIVE_INFINITY);
  }

  /** As on Node: output that was made outside any event leaves in an event of its own. */
  private settleSoon(): void {
    if (this.turn.running || this.strayFlushPosted) return;
    this.strayFlushPosted = true;
    this.schedule(0, () => {
      this.strayFlushPosted = false;
      this.inEvent(() => {});
    });
  }
}

/** Exact to the fraction of a millisecond. */
class SimulatedTimer implements Timer {
  private readonly dispatcher: SimulatedDispatcher;
  private readonly target: TimerTarget;
  private entry: Scheduled | null = null;

  constructor(dispatcher: SimulatedDispatcher, target: TimerTarget) {
    this.dispatcher = dispatcher;
    this.target = target;
  }

  get armed(): boolean {
    return this.entry !== null;
  }

  arm(delayMs: number): void {
    this.disarm();
    this.entry = this.dispatcher.scheduleTimer(delayMs, () => {
      this.entry = null;
      this.target.onTimer(this);
    });
  }

  disarm(): void {
    if (this.entry === null) return;
    this.entry.cancelled = true;
    this.entry = null;
  }
}
