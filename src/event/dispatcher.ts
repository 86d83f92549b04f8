/*
 * The event loop as the proxy sees it: one per worker. What lives here may know nothing of sockets or HTTP.
 * `NodeDispatcher` runs it on Node's loop; the simulated one of the tests runs the same data plane in virtual time.
 */

/** Work that is done later, by the object it is handed as. */
export interface Task {
  run(): void;
}

/** Receives the expiry of a timer it owns. */
export interface TimerTarget {
  /** @param timer which of the target's timers fired; it is disarmed already. */
  onTimer(timer: Timer): void;
}

/** A one-shot timer that may be armed again and again. Owned by one object, which disarms it in its `destroy`. */
export interface Timer {
  /** Fires once after `delayMs` (0 or more), replacing an earlier arming. */
  arm(delayMs: number): void;
  disarm(): void;
  readonly armed: boolean;
}

export interface Destroyable {
  destroy(): void;
}

/** Something that gathers output, and sends it once a turn of the loop. */
export interface Flushable {
  /** Output was gathered in the running event. Only the dispatcher writes it. */
  flushPending: boolean;
  /** Output waits for the end of the turn. Only the dispatcher writes it. */
  flushWaiting: boolean;
  /** The event ends: true when the output may wait for the end of the turn, and needs no memory of the event for it. */
  mayWait(): boolean;
  flush(): void;
}

/**
 * Every callback from the operating system (socket or timer) is bracketed by `beginEvent` and `endEvent`. At the
 * outermost `endEvent`, objects that were given to `deferredDelete` are destroyed: no caller up the stack can still
 * touch them. Output that was gathered is flushed, once for each connection: small output when all events of the turn
 * are done, so that the peers are woken together (a tenth of the CPU of a small request, `bench/macro`), large
 * output at once.
 */
export interface Dispatcher {
  /** Milliseconds, monotonic, with fractions; read once for an event and the same for all of it. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  wallClockMs(): number;
  /** An exact timer, for what needs precision (connect, per try); several hundred nanoseconds to arm. */
  createTimer(target: TimerTarget): Timer;
  /** A timer that fires up to one tick (100 ms) late and costs next to nothing to arm: for per-request timeouts. */
  createCoarseTimer(target: TimerTarget): Timer;
  /** Runs the task in an event of its own on the next turn of the loop, after callbacks that are ready now. */
  post(task: Task): void;
  deferredDelete(object: Destroyable): void;
  /** Calls `flushable.flush()` when the turn ends, or earlier when there is much to send. Idempotent until then. */
  flushAtTurnEnd(flushable: Flushable): void;
  beginEvent(): void;
  endEvent(): void;
}
