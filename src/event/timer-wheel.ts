import type { Timer, TimerTarget } from "./dispatcher.js";

/** How late a coarse timer may fire. Finer ticks cost wake-ups, coarser ones blur per-request timeouts. */
export const TICK_MS = 100;
/** Slots of the ring: 51.2 s a round, longer than most request timeouts, so that few timers go round twice. */
const SLOTS = 512;

/** Starts and stops the tick that drives a wheel; asked to start once, then to stop once, and so on. */
export interface TickSource {
  startTicking(): void;
  stopTicking(): void;
}

/**
 * A hashed timing wheel. Arming to a later time than before only writes a number: the timer stays in its slot and is
 * moved when the slot comes up, so a timer that is pushed back for each event of a stream costs a store.
 *
 * A tick looks at the slot of the running moment too, and again the next time: ticks do not come at multiples of
 * `TICK_MS`, and a timer due between them would otherwise wait for one tick more than promised.
 */
export class TimerWheel {
  private readonly slots: WheelTimer[];
  private readonly ticks: TickSource;
  private readonly due: WheelTimer;
  private currentTick = 0;
  private linked = 0;
  private ticking = false;

  constructor(ticks: TickSource) {
    this.ticks = ticks;
    this.slots = [];
    this.due = new WheelTimer(this, null);
    for (let i = 0; i < SLOTS; i++) this.slots.push(new WheelTimer(this, null));
  }

  /** Number of timers in the ring, disarmed ones not yet collected not counted. */
  get size(): number {
    return this.linked;
  }

  createTimer(target: TimerTarget, nowMs: () => number): Timer {
    const timer = new WheelTimer(this, target);
    timer.clock = nowMs;
    return timer;
  }

  /** Fires what is due at `nowMs`; called once a tick. */
  advance(nowMs: number): void {
    const tick = Math.floor(nowMs / TICK_MS);
    // After a long pause one round over all slots sees every timer.
    if (tick - this.currentTick >= SLOTS) this.currentTick = tick - SLOTS + 1;
    this.expireSlot(this.slots[this.currentTick % SLOTS] as WheelTimer, nowMs);
    while (this.currentTick < tick) {
      this.currentTick++;
      this.expireSlot(this.slots[this.currentTick % SLOTS] as WheelTimer, nowMs);
    }
    if (this.linked > 0 || !this.ticking) return;
    this.ticking = false;
    this.ticks.stopTicking();
  }

  link(timer: WheelTimer, nowMs: number): void {
    if (this.linked === 0) this.currentTick = Math.floor(nowMs / TICK_MS);
    if (!this.ticking) {
      this.ticking = true;
      this.ticks.startTicking();
    }
    this.linked++;
    // Never a slot that the running round has passed: it would only come up a round later.
    const dueTick = Math.max(Math.floor(timer.deadlineMs / TICK_MS), this.currentTick);
    timer.linkBefore(this.slots[dueTick % SLOTS] as WheelTimer);
  }

  unlink(timer: WheelTimer): void {
    timer.detach();
    this.linked--;
  }

  private expireSlot(head: WheelTimer, nowMs: number): void {
    // The slot's timers move to a list of their own first: what callbacks arm meanwhile lands in the ring, and what
    // they disarm leaves either list by itself.
    const due = this.due;
    due.takeAll(head);
    while (due.next !== due) {
      const timer = due.next;
      this.unlink(timer);
      if (timer.deadlineMs > nowMs) this.link(timer, nowMs);
      else timer.fire();
    }
  }
}

/** A node of the wheel's doubly linked slot lists; the slot heads are nodes without a target. */
export class WheelTimer implements Timer {
  deadlineMs = 0;
  next: WheelTimer;
  private prev: WheelTimer;
  clock: () => number;
  private readonly wheel: TimerWheel;
  private readonly target: TimerTarget | null;

  constructor(wheel: TimerWheel, target: TimerTarget | null) {
    this.wheel = wheel;
    this.target = target;
    this.next = this;
    this.prev = this;
    this.clock = zero;
  }

  get isLinked(): boolean {
    return this.next !== this;
  }

  get armed(): boolean {
    return this.isLinked;
  }

  arm(delayMs: number): void {
    const nowMs = this.clock();
    const deadlineMs = nowMs + delayMs;
    const wasLater = this.isLinked && deadlineMs >= this.deadlineMs;
    this.deadlineMs = deadlineMs;
    if (wasLater) return;
    if (this.isLinked) this.wheel.unlink(this);
    this.wheel.link(this, nowMs);
  }

  disarm(): void {
    if (this.isLinked) this.wheel.unlink(this);
  }

  fire(): void {
    this.target?.onTimer(this);
  }

  linkBefore(head: WheelTimer): void {
    this.prev = head.prev;
    this.next = head;
    head.prev.next = this;
    head.prev = this;
  }

  /** As a list head: takes all timers of another head, behind its own. */
  takeAll(head: WheelTimer): void {
    if (head.next === head) return;
    head.next.prev = this.prev;
    this.prev.next = head.next;
    head.prev.next = this;
    this.prev = head.prev;
    head.next = head;
    head.prev = head;
  }

  detach(): void {
    this.prev.next = this.next;
    this.next.prev = this.prev;
    this.next = this;
    this.prev = this;
  }
}

function zero(): number {
  return 0;
}
