import type { Destroyable, Dispatcher, Flushable, Task, Timer, TimerTarget } from "../../event/dispatcher.js";
import { EventTurn } from "../../event/event-turn.js";

/** Events that a dry run may take; a request needs some dozens. */
const EVENT_BUDGET = 100_000;

/**
 * The event loop of a dry run: runs what is posted at once, without waiting. Time stands still, and jumps to the next
 * timer when nothing else is left to do.
 */
export class DryRunDispatcher implements Dispatcher {
  private readonly turn = new EventTurn();
  private readonly startedMs = Date.now();
  private readonly events: (() => void)[] = [];
  private timers: DryRunTimer[] = [];
  private nowMs = 0;

  /** Runs until `isDone`, or until nothing is left, or time has passed `untilMs`. */
  run(isDone: () => boolean, untilMs: number): void {
    for (let spent = 0; spent < EVENT_BUDGET && !isDone(); spent++) {
      const event = this.events.shift() ?? this.nextTimer(untilMs);
      if (event === null) return;
      this.beginEvent();
      event();
      this.endEvent();
    }
  }

  /** Whether something is to be done before a timer has to fire. */
  get isBusy(): boolean {
    return this.events.length > 0;
  }

  /** An event of its own, behind those that wait. */
  enqueue(event: () => void): void {
    this.events.push(event);
  }

  now(): number {
    return this.nowMs;
  }

  wallClockMs(): number {
    return this.startedMs + Math.floor(this.nowMs);
  }

  createTimer(target: TimerTarget): Timer {
    return new DryRunTimer(this, target);
  }

  createCoarseTimer(target: TimerTarget): Timer {
    return new DryRunTimer(this, target);
  }

  post(task: Task): void {
    this.enqueue(() => task.run());
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

  /** For `DryRunTimer`. */
  addTimer(timer: DryRunTimer): void {
    this.timers.push(timer);
  }

  /** For `DryRunTimer`. */
  removeTimer(timer: DryRunTimer): void {
    this.timers = this.timers.filter((other) => other !== timer);
  }

  private nextTimer(untilMs: number): (() => void) | null {
    let next: DryRunTimer | null = null;
    for (const timer of this.timers) if (next === null || timer.atMs < next.atMs) next = timer;
    if (next === null || next.atMs > untilMs) return null;
    const timer = next;
    this.nowMs = Math.max(this.nowMs, timer.atMs);
    return () => timer.fire();
  }

  private settleSoon(): void {
    if (!this.turn.running) this.enqueue(() => {});
  }
}

class DryRunTimer implements Timer {
  atMs = 0;
  armed = false;
  private readonly dispatcher: DryRunDispatcher;
  private readonly target: TimerTarget;

  constructor(dispatcher: DryRunDispatcher, target: TimerTarget) {
    this.dispatcher = dispatcher;
    this.target = target;
  }

  arm(delayMs: number): void {
    this.disarm();
    this.armed = true;
    this.atMs = this.dispatcher.now() + delayMs;
    this.dispatcher.addTimer(this);
  }

  disarm(): void {
    if (!this.armed) return;
    this.armed = false;
    this.dispatcher.removeTimer(this);
  }

  fire(): void {
    this.disarm();
    this.target.onTimer(this);
  }
}
