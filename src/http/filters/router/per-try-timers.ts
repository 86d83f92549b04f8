import type { Dispatcher, Timer, TimerTarget } from "../../../event/dispatcher.js";
import type { PerTryTimeouts } from "../../../route/route-timeouts.js";
import type { UpstreamRequest } from "./upstream-request.js";

/** The timers of one attempt. Only attempts with limits have them. Owner: `UpstreamRequest`. */
export class PerTryTimers implements TimerTarget {
  private readonly attempt: UpstreamRequest;
  private readonly limits: PerTryTimeouts;
  private readonly durationMs: number;
  private readonly total: Timer | null;
  /** Null where there is no such limit, or no longer one. */
  private idle: Timer | null;
  /** Runs from the connection to the end of the response. */
  private readonly duration: Timer | null;
  private started = false;

  /** @param durationMs how long the stream to the upstream may last; 0 is no limit */
  constructor(limits: PerTryTimeouts | null, durationMs: number, attempt: UpstreamRequest, dispatcher: Dispatcher) {
    this.limits = limits ?? NO_LIMITS;
    this.durationMs = durationMs;
    this.attempt = attempt;
    this.total = this.limits.timeoutMs > 0 ? dispatcher.createTimer(this) : null;
    this.idle = this.limits.idleTimeoutMs > 0 ? dispatcher.createTimer(this) : null;
    this.duration = durationMs > 0 ? dispatcher.createTimer(this) : null;
  }

  /** There is a connection for the attempt. */
  onConnected(): void {
    this.duration?.arm(this.durationMs);
  }

  /** The request has been sent. */
  start(): void {
    this.started = true;
    this.total?.arm(this.limits.timeoutMs);
    this.idle?.arm(this.limits.idleTimeoutMs);
  }

  /** Something of the response came: the try has its answer, which must go on if it was to come already. */
  onResponse(): void {
    this.total?.disarm();
    if (this.started) this.idle?.arm(this.limits.idleTimeoutMs);
  }

  /** The try has become a tunnel, which has its own limits. */
  stopTry(): void {
    this.total?.disarm();
    this.stopIdle();
  }

  onTimer(timer: Timer): void {
    if (timer === this.duration) {
      this.attempt.onMaxDuration();
      return;
    }
    const idle = timer === this.idle;
    // The attempt may go on (hedging), and is not to be too slow twice.
    if (idle) this.total?.disarm();
    else this.stopIdle();
    this.attempt.onPerTryTimeout(idle);
  }

  private stopIdle(): void {
    this.idle?.disarm();
    this.idle = null;
  }

  destroy(): void {
    this.total?.disarm();
    this.idle?.disarm();
    this.duration?.disarm();
  }
}

const NO_LIMITS: PerTryTimeouts = { timeoutMs: 0, idleTimeoutMs: 0 };
