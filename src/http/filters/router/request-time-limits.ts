import type { Timer, TimerTarget } from "../../../event/dispatcher.js";
import { FlowSteps } from "../../../flow/flow-step.js";
import { NOT_YET } from "../../../stream-info/stream-info.js";
import type { DecoderFilterCallbacks } from "../../filter/filter.js";
import { countOutcome, countTimeout, reportTimeout } from "./attempt-outcome.js";
import type { AttemptSet } from "./attempt-set.js";
import type { ForwardingPlan } from "./forwarding-plan.js";
import { PerTryTimers } from "./per-try-timers.js";
import { countRequestTimeout, countResponse } from "./request-counts.js";
import type { RetrySchedule } from "./retry-schedule.js";
import { endTimedOut, endTooLong, type TimeoutDetails, timeoutStatus } from "./unanswered-request.js";
import type { UpstreamRequest } from "./upstream-request.js";

/** Timeouts below this get an exact timer; above, being up to a tick late does not matter. */
const COARSE_TIMEOUT_FROM_MS = 2_000;

/** Implemented by `Forwarding`. */
export interface TimedRequest {
  /** An attempt, or the wait for one, goes on. */
  readonly isBusy: boolean;
  /** The client has an interim response. */
  readonly interimPassed: boolean;
  /** The client has the head of the response. */
  readonly responseStarted: boolean;
  /** Nothing is sent upstream any more, now or later. */
  destroy(): void;
}

/**
 * The time of a request in the router, and what happens when it is up: that of the request (the route timeout), of one
 * try, and of one stream to the upstream. The request's runs from the moment when it is complete, over all attempts.
 * Step F1. Owner: `Forwarding`.
 */
export class RequestTimeLimits implements TimerTarget {
  private readonly request: TimedRequest;
  private readonly callbacks: DecoderFilterCallbacks;
  private readonly plan: ForwardingPlan;
  private readonly attempts: AttemptSet;
  /** Null when no condition lets the request be tried again. */
  private readonly retries: RetrySchedule | null;
  private completeMs = NOT_YET;
  /** The route timeout. Null while there is none, or the request is still coming. */
  private timer: Timer | null = null;

  constructor(
    request: TimedRequest,
    callbacks: DecoderFilterCallbacks,
    plan: ForwardingPlan,
    attempts: AttemptSet,
    retries: RetrySchedule | null,
  ) {
    this.request = request;
    this.callbacks = callbacks;
    this.plan = plan;
    this.attempts = attempts;
    this.retries = retries;
  }

  get isRequestComplete(): boolean {
    return this.completeMs !== NOT_YET;
  }

  onRequestComplete(): void {
    const { dispatcher, streamInfo } = this.callbacks.stream;
    this.completeMs = dispatcher.now();
    streamInfo.lastUpstreamTxMs = this.completeMs;
  }

  /** Milliseconds since the request was complete; 0 while it is not. */
  elapsedMs(): number {
    return this.completeMs === NOT_YET ? 0 : this.callbacks.stream.dispatcher.now() - this.completeMs;
  }

  /** The time of the request, and of the try that is under way, begins. */
  start(): void {
    this.attempts.current?.onRequestComplete();
    const { globalMs } = this.plan.timeouts;
    if (globalMs === 0 || !this.request.isBusy || this.attempts.current?.isTunnel === true) return;
    const { dispatcher } = this.callbacks.stream;
    const coarse = globalMs >= COARSE_TIMEOUT_FROM_MS;
    this.timer = coarse ? dispatcher.createCoarseTimer(this) : dispatcher.createTimer(this);
    this.timer.arm(globalMs);
  }

  /** The request has no limit any more. Idempotent. */
  stop(): void {
    this.timer?.disarm();
  }

  /** Null when an attempt may take any time. */
  timersOf(attempt: UpstreamRequest): PerTryTimers | null {
    const { timeouts, cluster } = this.plan;
    const durationMs = timeouts.streamDurationMs ?? cluster.info.maxStreamDurationMs;
    if (timeouts.perTry === null && durationMs === 0) return null;
    return new PerTryTimers(timeouts.perTry, durationMs, attempt, this.callbacks.stream.dispatcher);
  }

  /** The route timeout. */
  onTimer(): void {
    this.recordFired("route timeout");
    const { alternative } = this.plan.timeouts;
    for (const attempt of this.attempts.all()) {
      countRequestTimeout(this.plan.cluster.stats, this.callbacks.stream.streamInfo);
      // Who has begun to answer a request that takes too long has not failed.
      const answered = attempt.responseStarted;
      countTimeout(attempt.host, attempt.timeoutCounted || answered, answered, alternative);
      if (!answered) this.countTimedOut();
      attempt.onRequestTimeout();
    }
    this.timeOut("response_timeout");
  }

  /** One attempt took too long: another goes out in its place, or beside it. */
  onPerTryTimeout(attempt: UpstreamRequest, idle: boolean): void {
    this.recordFired(idle ? "per try idle timeout" : "per try timeout");
    // The client has been told something of this try: it has until the end.
    if (this.request.interimPassed && !idle) return;
    const { hedge, alternative } = this.plan.timeouts;
    if (hedge) {
      this.hedge(attempt);
      return;
    }
    const { stats } = this.plan.cluster;
    (idle ? stats.rqPerTryIdleTimeout : stats.rqPerTryTimeout).inc();
    countTimeout(attempt.host, attempt.timeoutCounted, attempt.hasCounted, alternative);
    this.attempts.drop(attempt);
    if (!this.request.responseStarted) {
      if (this.retries?.followsReset(attempt, "local reset", true) === true) return;
      this.countTimedOut();
    }
    if (!this.request.isBusy) this.timeOut(idle ? "upstream_per_try_idle_timeout" : "upstream_per_try_timeout");
  }

  /** `hedge_on_per_try_timeout`: the slow attempt may still win. */
  private hedge(attempt: UpstreamRequest): void {
    if (!attempt.timeoutCounted) reportTimeout(attempt.host, this.plan.timeouts.alternative);
    attempt.timeoutCounted = true;
    this.retries?.hedge(attempt);
  }

  /** An attempt that took too long counts as the answer that the client gets for it, also beside others that do. */
  private countTimedOut(): void {
    const status = timeoutStatus(this.plan.timeouts.alternative);
    countResponse(this.plan.cluster.stats, this.callbacks.stream.streamInfo, status);
  }

  /** Time is up for the request, whatever goes on for it. */
  private timeOut(details: TimeoutDetails): void {
    this.request.destroy();
    this.countBudget();
    endTimedOut(this.callbacks, details, this.request.responseStarted, this.plan.timeouts.alternative);
  }

  /** How much of its time the request has used; once, where the cluster wants to know. */
  countBudget(): void {
    this.plan.cluster.stats.timeoutBudgets?.onRequest(this.elapsedMs(), this.plan.timeouts.globalMs);
  }

  /** A stream to the upstream lasted longer than it may. */
  onMaxStreamDuration(attempt: UpstreamRequest): void {
    this.recordFired("upstream max stream duration");
    this.plan.cluster.stats.rqMaxDurationReached.inc();
    this.attempts.drop(attempt);
    if (!this.request.responseStarted && this.retries?.followsReset(attempt, "local reset", false) === true) {
      countOutcome(attempt.host, false);
      return;
    }
    if (this.request.isBusy) return;
    this.request.destroy();
    endTooLong(this.callbacks, this.isRequestComplete, this.request.responseStarted);
  }

  private recordFired(limit: string): void {
    const { flow, streamInfo } = this.callbacks.stream;
    flow?.record(FlowSteps.timerFired, streamInfo.connectionId, streamInfo.streamId, limit);
  }
}
