import type { Destroyable, Dispatcher, Flushable, Task, Timer, TimerTarget } from "./dispatcher.js";
import { EventTurn } from "./event-turn.js";
import { TICK_MS, type TickSource, TimerWheel } from "./timer-wheel.js";

/** The dispatcher on Node's own event loop: the one place of the data plane that touches its clocks and timers. */
export class NodeDispatcher implements Dispatcher, TickSource {
  // control plane: one closure for the whole life of a worker
  private readonly turn = new EventTurn(() => setImmediate(endTurn, this));
  private readonly wheel = new TimerWheel(this);
  // control plane: one closure for the whole life of a worker
  private readonly clock = () => this.now();
  private nowMs = 0;
  private tick: NodeJS.Timeout | null = null;
  private strayFlush = false;

  now(): number {
    return this.turn.running ? this.nowMs : performance.now();
  }

  wallClockMs(): number {
    return Date.now();
  }

  createTimer(target: TimerTarget): Timer {
    return new NodeTimer(this, target);
  }

  createCoarseTimer(target: TimerTarget): Timer {
    return this.wheel.createTimer(target, this.clock);
  }

  post(task: Task): void {
    // An immediate that a socket's event asks for comes before the next poll. What has arrived meanwhile, a FIN behind
    // the response that was just read, is only seen by that poll.
    setImmediate(postBehindPoll, this, task);
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
    if (this.turn.begin()) this.nowMs = performance.now();
  }

  endEvent(): void {
    this.turn.end();
  }

  startTicking(): void {
    if (this.tick !== null) {
      this.tick.refresh();
      return;
    }
    // Requests in flight hold the process up by their sockets; a timeout alone need not.
    this.tick = setInterval(onTick, TICK_MS, this);
    this.tick.unref();
  }

  stopTicking(): void {
    if (this.tick !== null) clearInterval(this.tick);
    this.tick = null;
  }

  /** Runs the timers that are due. Called by the tick. */
  advanceWheel(): void {
    this.beginEvent();
    this.wheel.advance(this.nowMs);
    this.endEvent();
  }

  /** Sends what waited for the events of this turn. */
  endTurn(): void {
    this.beginEvent();
    this.turn.flushWaiting();
    this.endEvent();
  }

  /** Output made outside any event, by a filter that went on from a promise, leaves in an event of its own. */
  private settleSoon(): void {
    if (this.turn.running || this.strayFlush) return;
    this.strayFlush = true;
    process.nextTick(settleStray, this);
  }

  settleStray(): void {
    this.strayFlush = false;
    this.beginEvent();
    this.endEvent();
  }
}

function postBehindPoll(dispatcher: Dispatcher, task: Task): void {
  setImmediate(runPosted, dispatcher, task);
}

function runPosted(dispatcher: Dispatcher, task: Task): void {
  dispatcher.beginEvent();
  task.run();
  dispatcher.endEvent();
}

function endTurn(dispatcher: NodeDispatcher): void {
  dispatcher.endTurn();
}

function onTick(dispatcher: NodeDispatcher): void {
  dispatcher.advanceWheel();
}

function settleStray(dispatcher: NodeDispatcher): void {
  dispatcher.settleStray();
}

class NodeTimer implements Timer {
  private readonly dispatcher: Dispatcher;
  private readonly target: TimerTarget;
  private timeout: NodeJS.Timeout | null = null;

  constructor(dispatcher: Dispatcher, target: TimerTarget) {
    this.dispatcher = dispatcher;
    this.target = target;
  }

  get armed(): boolean {
    return this.timeout !== null;
  }

  arm(delayMs: number): void {
    if (this.timeout !== null) clearTimeout(this.timeout);
    this.timeout = setTimeout(onTimeout, delayMs, this);
  }

  disarm(): void {
    if (this.timeout === null) return;
    clearTimeout(this.timeout);
    this.timeout = null;
  }

  fire(): void {
    this.timeout = null;
    this.dispatcher.beginEvent();
    this.target.onTimer(this);
    this.dispatcher.endEvent();
  }
}

function onTimeout(timer: NodeTimer): void {
  timer.fire();
}
