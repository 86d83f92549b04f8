import type { Dispatcher, Timer, TimerTarget } from "../../../event/dispatcher.js";
import type { PerTryTimeouts } from "../../../route/route-timeouts.js";
import type { UpstreamRequest } from "./upstream-request.js";

/** The timers of one attempt. Only attempts with limits have them. Owner: `UpstreamRequest`. */
export class PerTryTimers implements TimerTarget {
  private readonly attempt: UpstreamRequest;
  private readonly limits: PerTryTimeouts;
  private readonly total: Timer | null;
  private readonly idle: Timer | null;

  constructor(limits: PerTryTimeouts, attempt: UpstreamRequest, dispatcher: Dispatcher) {
    this.limits = limits;
    this.attempt = attempt;
    this.total = limits.timeoutMs > 0 ? dispatcher.createTimer(this) : null;
    this.idle = limits.idleTimeoutMs > 0 ? dispatcher.createTimer(this) : null;
  }

  /** The request has been sent. */
  start(): void {
    this.total?.arm(this.limits.timeoutMs);
    this.idle?.arm(this.limits.idleTimeoutMs);
  }

  /** Something of the response came: the try has its answer, which must go on. */
  onResponse(): void {
    this.total?.disarm();
    this.idle?.arm(this.limits.idleTimeoutMs);
  }

  onTimer(timer: Timer): void {
    this.attempt.onPerTryTimeout(timer === this.idle);
  }

  destroy(): void {
    this.total?.disarm();
    this.idle?.disarm();
  }
}
