import type { Dispatcher, Timer, TimerTarget } from "../../../event/dispatcher.js";
import { NOT_YET } from "../../../stream-info/stream-info.js";

/** Timeouts below this get an exact timer; above, being up to a tick late does not matter. */
const COARSE_TIMEOUT_FROM_MS = 2_000;

/**
 * The time of a request in the router: it runs from the moment when the request is complete, over all attempts.
 * Owner: `Forwarding`.
 */
export class RequestClock {
  private readonly dispatcher: Dispatcher;
  private completeMs = NOT_YET;
  /** Null while there is no limit, or the request is still coming. */
  private timer: Timer | null = null;

  constructor(dispatcher: Dispatcher) {
    this.dispatcher = dispatcher;
  }

  get isRequestComplete(): boolean {
    return this.completeMs !== NOT_YET;
  }

  /** The request is complete. Returns the time. */
  complete(): number {
    this.completeMs = this.dispatcher.now();
    return this.completeMs;
  }

  /** Milliseconds since the request was complete; 0 while it is not. */
  elapsedMs(): number {
    return this.completeMs === NOT_YET ? 0 : this.dispatcher.now() - this.completeMs;
  }

  /** Tells when the time is up. @param limitMs more than 0 */
  limit(limitMs: number, target: TimerTarget): void {
    const coarse = limitMs >= COARSE_TIMEOUT_FROM_MS;
    this.timer = coarse ? this.dispatcher.createCoarseTimer(target) : this.dispatcher.createTimer(target);
    this.timer.arm(limitMs);
  }

  /** There is no limit any more. Idempotent. */
  stop(): void {
    this.timer?.disarm();
  }
}
