import type { Timer, TimerTarget } from "../../../event/dispatcher.js";
import { FlowSteps } from "../../../flow/flow-step.js";
import { responseFlagBit } from "../../../stream-info/response-flag.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { StreamContext } from "../../filter/filter.js";
import type { HeaderMap } from "../../headers/header-map.js";
import type { AttemptSet } from "./attempt-set.js";
import type { RetryState, RetryVerdict } from "./retry-state.js";
import type { UpstreamRequest } from "./upstream-request.js";

/** Implemented by `Forwarding`. */
export interface RetryScheduleOwner {
  /** The back-off has passed: the next attempt is to be made. @param afterTimeout because one was too slow */
  onRetryDue(afterTimeout: boolean): void;
}

/** What becomes of a response. */
export type ResponseVerdict =
  /** The client gets it. */
  | "pass"
  /** It is dropped, for an attempt beside it that may have a better one. */
  | "drop"
  /** It is dropped, for another attempt. */
  | "retry";

/**
 * Whether and when there are attempts after the first: asks the retry state, with an eye on the attempts that go on
 * (hedging), shows what is refused in the response flags, and waits for the back-off. Requests that no condition lets be
 * tried again have none. Owner: `Forwarding`.
 */
export class RetrySchedule implements TimerTarget {
  private readonly owner: RetryScheduleOwner;
  private readonly stream: StreamContext;
  private readonly state: RetryState;
  private readonly attempts: AttemptSet;
  /** Runs while the next attempt waits. */
  private timer: Timer | null = null;
  private closed = false;
  private afterTimeout = false;

  constructor(owner: RetryScheduleOwner, stream: StreamContext, state: RetryState, attempts: AttemptSet) {
    this.owner = owner;
    this.stream = stream;
    this.state = state;
    this.attempts = attempts;
  }

  /** Another attempt can still be decided on. */
  get isOpen(): boolean {
    return !this.closed;
  }

  /** Another attempt has been decided on, and waits for its time. */
  get isWaiting(): boolean {
    return this.timer !== null;
  }

  /** An attempt ended without a response. Returns whether another one will follow it. @param isTimeout it took too long */
  followsReset(attempt: UpstreamRequest, reason: ResetReason, isTimeout: boolean): boolean {
    if (this.closed || attempt.replaced) return false;
    if (!this.accepts(this.state.onReset(reason, attempt.requestStarted))) return false;
    this.wait(isTimeout);
    return true;
  }

  /** An attempt is too slow, and may still win: another one follows beside it, if it may. */
  hedge(attempt: UpstreamRequest): void {
    if (this.closed || attempt !== this.attempts.current || !this.accepts(this.state.onHedge())) return;
    this.attempts.replaceCurrent();
    this.wait(true);
  }

  /** A response began. After "retry" the next attempt waits. */
  judge(attempt: UpstreamRequest, headers: HeaderMap): ResponseVerdict {
    if (this.closed) return "pass";
    // What was replaced has had its retry: it has none again, and a good answer of it is not the retry's success.
    if (attempt.replaced) return this.state.wouldRetryResponse(headers) && this.isBusyBeside(attempt) ? "drop" : "pass";
    const verdict = this.state.onResponseHeaders(headers, this.stream.dispatcher.wallClockMs());
    if (!this.accepts(verdict)) return verdict === "no" || !this.isBusyBeside(attempt) ? "pass" : "drop";
    this.wait(false);
    return "retry";
  }

  private isBusyBeside(attempt: UpstreamRequest): boolean {
    return this.isWaiting || this.attempts.hasOthers(attempt);
  }

  /** Whether the verdict is to try again; the others show in the response flags. */
  private accepts(verdict: RetryVerdict): boolean {
    if (verdict === "overflow") this.stream.streamInfo.setResponseFlag(OVERFLOW);
    else if (verdict === "limitExceeded") this.stream.streamInfo.setResponseFlag(RETRY_LIMIT_EXCEEDED);
    return verdict === "retry";
  }

  private wait(afterTimeout: boolean): void {
    this.afterTimeout = afterTimeout;
    const { delayMs } = this.state;
    const { dispatcher, flow, streamInfo } = this.stream;
    if (flow !== null) {
      const detail = `retry in ${Math.round(delayMs)} ms`;
      flow.record(FlowSteps.requestRepeated, streamInfo.connectionId, streamInfo.streamId, detail);
    }
    this.timer = dispatcher.createTimer(this);
    this.timer.arm(delayMs);
  }

  onTimer(): void {
    this.timer = null;
    this.owner.onRetryDue(this.afterTimeout);
  }

  /** Nothing further is decided; an attempt that waits is still made. Idempotent. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.state.destroy();
  }

  /** The attempt that waits is not made. Idempotent. */
  cancel(): void {
    this.timer?.disarm();
    this.timer = null;
  }
}

const OVERFLOW = responseFlagBit("UO");
const RETRY_LIMIT_EXCEEDED = responseFlagBit("URX");
