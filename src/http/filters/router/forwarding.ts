import type { TimerTarget } from "../../../event/dispatcher.js";
import { type FlowStep, FlowSteps } from "../../../flow/flow-step.js";
import type { RequestTimeouts } from "../../../route/route-timeouts.js";
import type { Host } from "../../../upstream/host.js";
import { ANY_HOST } from "../../../upstream/load-balancer-context.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { DecoderFilterCallbacks, DownstreamWatermarkCallbacks, StreamContext } from "../../filter/filter.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { AttemptLog } from "./attempt-log.js";
import { AttemptMeasure } from "./attempt-measure.js";
import {
  countAnswer,
  countConnected,
  countOutcome,
  countReset,
  countTimeout,
  reportTimeout,
} from "./attempt-outcome.js";
import { AttemptSet } from "./attempt-set.js";
import type { ForwardingPlan } from "./forwarding-plan.js";
import { announceFurtherAttempt } from "./further-attempt.js";
import { RequestClock } from "./request-clock.js";
import {
  countAttempt,
  countComplete,
  countRequestTimeout,
  countResponse,
  countRetriedResponse,
} from "./request-counts.js";
import { type ReplayOwner, type ReplayPurpose, RequestReplay } from "./request-replay.js";
import { RetrySchedule, type RetryScheduleOwner } from "./retry-schedule.js";
import type { RouterContext } from "./router-filter.js";
import { RouterFlowControl } from "./router-flow-control.js";
import { isIdempotent, isStaleClose, mayBeRepeated } from "./stale-connection.js";
import {
  endBrokenOff,
  endTimedOut,
  endTooLong,
  endUnanswered,
  endWithLargeBody,
  endWithoutHost,
  type TimeoutDetails,
  timeoutStatus,
} from "./unanswered-request.js";
import { recordAttempt, recordConnection, recordResponse } from "./upstream-facts.js";
import { upstreamFailureStatus } from "./upstream-failure.js";
import { upstreamPool } from "./upstream-pool.js";
import { UpstreamRequest } from "./upstream-request.js";

/**
 * A request on its way to a cluster: makes one attempt after another until one is answered, or time, retries or patience
 * are used up, and passes the answer to the filter chain. Steps B3 to B6 and D2. Owner: `RouterFilter`.
 */
export class Forwarding implements DownstreamWatermarkCallbacks, ReplayOwner, RetryScheduleOwner, TimerTarget {
  readonly timeouts: RequestTimeouts;
  readonly flowControl: RouterFlowControl;
  private readonly context: RouterContext;
  private readonly callbacks: DecoderFilterCallbacks;
  private readonly replay: RequestReplay;
  private readonly plan: ForwardingPlan;
  private readonly clock: RequestClock;
  private readonly attempts = new AttemptSet();
  /** Null when no condition lets the request be tried again. */
  private readonly retries: RetrySchedule | null;
  private staleRepeated = false;
  /** The client has an interim response. */
  private interimPassed = false;
  private responseStarted = false;

  constructor(context: RouterContext, callbacks: DecoderFilterCallbacks, headers: HeaderMap, plan: ForwardingPlan) {
    this.context = context;
    this.callbacks = callbacks;
    this.timeouts = plan.timeouts;
    this.plan = plan;
    this.retries = plan.retry === null ? null : new RetrySchedule(this, callbacks.stream, plan.retry, this.attempts);
    this.replay = new RequestReplay(this, headers, plan.replayLimitBytes);
    this.clock = new RequestClock(callbacks.stream.dispatcher);
    this.flowControl = new RouterFlowControl(callbacks, plan.cluster.stats);
  }

  /** How long one stream to the upstream may last, milliseconds; 0 is no limit. */
  get streamDurationMs(): number {
    return this.timeouts.streamDurationMs ?? this.plan.cluster.info.maxStreamDurationMs;
  }

  /** What logs attempts to the host; null for nothing. */
  attemptLog(host: Host, headers: HeaderMap): AttemptLog | null {
    const { upstreamLoggers } = this.context;
    return upstreamLoggers.length === 0 ? null : new AttemptLog(upstreamLoggers, this.stream, host, headers);
  }

  /** Null where the cluster does not want to know. */
  attemptMeasure(): AttemptMeasure | null {
    const { stats } = this.plan.cluster;
    if (stats.timeoutBudgets === null && stats.messageSizes === null) return null;
    return new AttemptMeasure(stats, this.stream.dispatcher.now(), this.timeouts.perTry?.timeoutMs ?? 0);
  }

  get stream(): StreamContext {
    return this.callbacks.stream;
  }

  /** Whether an attempt that is sent on a connection which has ended could not be mended, and one that is not sent could. */
  get looksForEnd(): boolean {
    return this.context.repeatsOnStaleConnection && !isIdempotent(this.replay.headers.method);
  }

  get isRequestComplete(): boolean {
    return this.clock.isRequestComplete;
  }

  /** Makes bytes of a call safe to hold beyond it. */
  keep(data: Buffer): Buffer {
    return this.callbacks.keep(data);
  }

  // ---- request

  start(host: Host, endStream: boolean): void {
    if (endStream) this.markRequestComplete();
    this.startAttempt(host, false);
    // An upgrade's request never completes: its time runs from here, until it is answered.
    if (endStream || this.replay.headers.upgradeType !== "") this.armTimeout();
  }

  decodeData(data: Buffer, endStream: boolean): void {
    const bytes = this.replay.add(data);
    if (endStream) this.markRequestComplete();
    this.attempts.current?.encodeData(bytes, endStream);
    if (endStream) this.armTimeout();
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.replay.setTrailers(trailers);
    this.markRequestComplete();
    this.attempts.current?.encodeTrailers(trailers);
    this.armTimeout();
  }

  /** What the body is kept for. */
  get replayPurpose(): ReplayPurpose {
    if (this.mayRetry || this.plan.redirect !== null) return "again";
    return this.mayTurnOutStale ? "stale" : "nothing";
  }

  /** The connection of the attempt is still to come, or may turn out to be stale in a way that can be mended. */
  private get mayTurnOutStale(): boolean {
    const attempt = this.attempts.current;
    if (attempt === null || this.responseStarted || this.staleRepeated) return false;
    return !attempt.requestStarted || mayBeRepeated(attempt.staleness, this.replay.headers.method);
  }

  /** No attempt follows the one that is under way; where the next one waits, it cannot be made any more. */
  onReplayOutgrown(): void {
    this.plan.cluster.stats.retryOrShadowAbandoned.inc();
    const cannotGoOn = this.attempts.isEmpty && this.retries?.isWaiting === true;
    this.giveUpRetries();
    if (!cannotGoOn) return;
    this.destroy();
    endWithLargeBody(this.callbacks);
  }

  private markRequestComplete(): void {
    this.stream.streamInfo.lastUpstreamTxMs = this.clock.complete();
  }

  /** The route timeout runs from the complete request, over all attempts. */
  private armTimeout(): void {
    this.attempts.current?.onRequestComplete();
    const { globalMs } = this.timeouts;
    if (globalMs === 0 || !this.isBusy || this.attempts.current?.isTunnel === true) return;
    this.clock.limit(globalMs, this);
  }

  private get mayRetry(): boolean {
    return this.retries?.isOpen === true;
  }

  // ---- attempts

  /** Sends the request, as far as it has come, to a host. */
  private startAttempt(host: Host, needsFreshConnection: boolean): void {
    const { headers } = this.replay;
    const pool = upstreamPool(this.context.clusters, this.plan, host, this.stream);
    if (pool === null) {
      this.replyNoUpstream();
      return;
    }
    recordAttempt(this.stream, host);
    this.plan.autoHost?.apply(headers, host);
    this.plan.retryHosts?.onHostAttempted(host);
    // B4
    const attempt = new UpstreamRequest(this, host, needsFreshConnection);
    this.step(FlowSteps.upstreamRequestCreated, "");
    this.attempts.current = attempt;
    this.callbacks.setDownstreamWatermarkCallbacks(this);
    this.step(FlowSteps.upstreamHeadMade, headers.path);
    if (this.plan.cluster.connectivity !== null) this.preconnect(attempt);
    attempt.encodeHeaders(headers, this.isRequestComplete && this.replay.isHeadOnly, pool);
    if (!this.replay.isHeadOnly) this.replay.sendBody(attempt, this.isRequestComplete, this.attempts);
  }

  /** B9: connections to the hosts of requests that will come. */
  private preconnect(attempt: UpstreamRequest): void {
    const { cluster, poolKind, retryHosts, selection } = this.plan;
    this.context.clusters.preconnect(cluster, poolKind, retryHosts ?? selection ?? ANY_HOST, attempt);
  }

  /** Answers the request itself when there is none. */
  private chooseHost(): Host | null {
    const selection = this.plan.retryHosts ?? this.plan.selection;
    const host = selection === null ? this.plan.cluster.chooseHost() : this.plan.cluster.chooseHost(selection);
    if (host !== null) {
      this.step(FlowSteps.hostChosen, host.addressText);
      return host;
    }
    this.replyNoUpstream();
    return null;
  }

  private replyNoUpstream(): void {
    this.destroy();
    endWithoutHost(this.callbacks, this.plan.cluster.stats);
  }

  /** An attempt, or the wait for one, goes on. */
  private get isBusy(): boolean {
    return !this.attempts.isEmpty || this.retries?.isWaiting === true;
  }

  /** The attempt is none of ours any more. */
  private remove(attempt: UpstreamRequest): void {
    this.attempts.remove(attempt);
    if (this.attempts.current === null) this.callbacks.setDownstreamWatermarkCallbacks(null);
  }

  private drop(attempt: UpstreamRequest): void {
    this.remove(attempt);
    attempt.destroy();
  }

  // ---- time

  /** The route timeout. */
  onTimer(): void {
    this.step(FlowSteps.timerFired, "route timeout");
    for (const attempt of this.attempts.all()) {
      countRequestTimeout(this.plan.cluster.stats, this.stream.streamInfo);
      // Who has begun to answer a request that takes too long has not failed.
      const answered = attempt.responseStarted;
      countTimeout(attempt.host, attempt.timeoutCounted || answered, answered, this.timeouts.alternative);
      if (!answered) this.countTimedOut();
      attempt.onRequestTimeout();
    }
    this.timeOut("response_timeout");
  }

  /** An attempt that took too long counts as the answer that the client gets for it, also beside others that do. */
  private countTimedOut(): void {
    countResponse(this.plan.cluster.stats, this.stream.streamInfo, timeoutStatus(this.timeouts.alternative));
  }

  /** Time is up for the request, whatever goes on for it. */
  private timeOut(details: TimeoutDetails): void {
    this.destroy();
    const { alternative, globalMs } = this.timeouts;
    this.plan.cluster.stats.timeoutBudgets?.onRequest(this.clock.elapsedMs(), globalMs);
    endTimedOut(this.callbacks, details, this.responseStarted, alternative);
  }

  /** One attempt took too long: another goes out in its place, or beside it. */
  onPerTryTimeout(attempt: UpstreamRequest, idle: boolean): void {
    this.step(FlowSteps.timerFired, idle ? "per try idle timeout" : "per try timeout");
    // The client has been told something of this try: it has until the end.
    if (this.interimPassed && !idle) return;
    if (this.timeouts.hedge) {
      this.hedge(attempt);
      return;
    }
    const { stats } = this.plan.cluster;
    (idle ? stats.rqPerTryIdleTimeout : stats.rqPerTryTimeout).inc();
    countTimeout(attempt.host, attempt.timeoutCounted, attempt.hasCounted, this.timeouts.alternative);
    this.drop(attempt);
    if (!this.responseStarted) {
      if (this.retries?.followsReset(attempt, "local reset", true) === true) return;
      this.countTimedOut();
    }
    if (!this.isBusy) this.timeOut(idle ? "upstream_per_try_idle_timeout" : "upstream_per_try_timeout");
  }

  /** `hedge_on_per_try_timeout`: the slow attempt may still win. */
  private hedge(attempt: UpstreamRequest): void {
    if (!attempt.timeoutCounted) reportTimeout(attempt.host, this.timeouts.alternative);
    attempt.timeoutCounted = true;
    this.retries?.hedge(attempt);
  }

  /** A stream to the upstream lasted longer than it may. */
  onMaxStreamDuration(attempt: UpstreamRequest): void {
    this.step(FlowSteps.timerFired, "upstream max stream duration");
    this.plan.cluster.stats.rqMaxDurationReached.inc();
    this.drop(attempt);
    if (!this.responseStarted && this.retries?.followsReset(attempt, "local reset", false) === true) {
      countOutcome(attempt.host, false);
      return;
    }
    if (this.isBusy) return;
    this.destroy();
    endTooLong(this.callbacks, this.isRequestComplete, this.responseStarted);
  }

  // ---- attempts after the first

  onRetryDue(afterTimeout: boolean): void {
    const host = this.chooseHost();
    if (host === null) return;
    this.announceFurther(afterTimeout);
    this.startAttempt(host, false);
  }

  private announceFurther(afterTimeout: boolean): void {
    const { suppressEnvoyHeaders } = this.context.config;
    const elapsedMs = this.clock.elapsedMs();
    const { headers } = this.replay;
    announceFurtherAttempt(headers, this.plan, this.stream, elapsedMs, afterTimeout, suppressEnvoyHeaders);
  }

  /** The connection was stale: once more, on a fresh one to the same host. Not a retry: no policy has to allow it. */
  private repeatsOnFreshConnection(attempt: UpstreamRequest, reason: ResetReason): boolean {
    if (!this.context.repeatsOnStaleConnection || this.staleRepeated || !this.replay.isWhole) return false;
    const { staleness, host } = attempt;
    if (!isStaleClose(reason, staleness, this.replay.headers.method)) return false;
    this.staleRepeated = true;
    this.plan.cluster.stats.rqStaleRepeated.inc();
    this.step(FlowSteps.requestRepeated, `stale connection, request ${staleness}`);
    this.announceFurther(false);
    this.startAttempt(host, true);
    return true;
  }

  /** There will be no further attempt: the client has been told something, or the body is too large to be kept. */
  private giveUpRetries(): void {
    this.retries?.close();
    this.replay.giveUp();
    if (!this.attempts.isEmpty) this.retries?.cancel();
  }

  // ---- response

  onUpstreamReady(attempt: UpstreamRequest, client: ActiveClient): void {
    const { streamInfo, dispatcher } = this.stream;
    countConnected(attempt.host);
    countAttempt(streamInfo);
    recordConnection(streamInfo, client, dispatcher.now(), this.isRequestComplete);
  }

  /** The client gets to see it: there will be no other attempt. */
  onUpstream1xxHeaders(attempt: UpstreamRequest, headers: HeaderMap): void {
    countResponse(this.plan.cluster.stats, this.stream.streamInfo, headers.status);
    this.interimPassed = true;
    this.settleFor(attempt);
    this.callbacks.encode1xxHeaders(headers);
  }

  onUpstreamHeaders(attempt: UpstreamRequest, headers: HeaderMap, endStream: boolean): void {
    const { streamInfo, dispatcher } = this.stream;
    countAnswer(attempt.host, this.plan.cluster, this.replay.headers, headers);
    if (this.retries !== null && this.dropsResponse(attempt, headers, this.retries)) return;
    if (this.plan.redirect?.follows(headers, this.replay, this.isRequestComplete, this.callbacks)) return;
    this.responseStarted = true;
    this.settleFor(attempt);
    attempt.countAnswer(headers, endStream);
    recordResponse(streamInfo, headers, dispatcher.now());
    countResponse(this.plan.cluster.stats, streamInfo, headers.status);
    if (this.isRequestComplete && !this.context.config.suppressEnvoyHeaders) {
      headers.set("x-envoy-upstream-service-time", String(Math.floor(this.clock.elapsedMs())));
    }
    if (attempt.isTunnel) this.clock.stop();
    if (endStream) this.onUpstreamComplete();
    this.plan.selection?.finalizeResponse(headers);
    this.stream.finalizeResponseHeaders(headers);
    this.callbacks.encodeHeaders(headers, endStream);
  }

  /** Whether this response is dropped, for another attempt or for one beside it that may have a better one. */
  private dropsResponse(attempt: UpstreamRequest, headers: HeaderMap, retries: RetrySchedule): boolean {
    const verdict = retries.judge(attempt, headers);
    if (verdict === "pass") return false;
    if (verdict === "retry") countRetriedResponse(this.plan.cluster.stats, this.stream.streamInfo, headers.status);
    countOutcome(attempt.host, false);
    this.drop(attempt);
    return true;
  }

  /** The client gets to see this attempt's response; attempts beside it are given up, and none follows. */
  private settleFor(attempt: UpstreamRequest): void {
    this.giveUpRetries();
    if (attempt !== this.attempts.current) attempt.recordAnswering();
    if (this.attempts.keepOnly(attempt)) this.callbacks.setDownstreamWatermarkCallbacks(this);
  }

  onUpstreamData(data: Buffer, endStream: boolean): void {
    if (endStream) this.onUpstreamComplete();
    this.callbacks.encodeData(data, endStream);
  }

  onUpstreamTrailers(trailers: HeaderMap): void {
    this.onUpstreamComplete();
    this.callbacks.encodeTrailers(trailers);
  }

  private onUpstreamComplete(): void {
    const { streamInfo, dispatcher } = this.stream;
    const now = dispatcher.now();
    streamInfo.lastUpstreamRxMs = now;
    // The client's half of a tunnel goes on.
    if (this.attempts.current?.isOver === false) return;
    if (this.isRequestComplete) {
      const { stats } = this.plan.cluster;
      countComplete(stats, streamInfo, this.clock.elapsedMs());
      stats.timeoutBudgets?.onRequest(this.clock.elapsedMs(), this.timeouts.globalMs);
    }
    this.onTunnelComplete();
  }

  onTunnelComplete(): void {
    this.attempts.current = null;
    this.destroy();
  }

  /** The attempt ended without a complete response: try again, answer, or break off what the client has of one. */
  onUpstreamReset(
    attempt: UpstreamRequest,
    reason: ResetReason,
    transportFailureReason: string,
    responseStarted: boolean,
  ): void {
    this.step(FlowSteps.reset, transportFailureReason === "" ? reason : `${reason}: ${transportFailureReason}`);
    this.remove(attempt);
    const { stats } = this.plan.cluster;
    countReset(attempt.host, stats, reason, attempt.hasCounted);
    if (!responseStarted) {
      if (this.repeatsOnFreshConnection(attempt, reason)) return;
      if (this.retries?.followsReset(attempt, reason, false) === true) return;
      countResponse(stats, this.stream.streamInfo, upstreamFailureStatus(reason));
      if (this.isBusy) return;
    }
    this.destroy();
    if (responseStarted) {
      this.context.stats.rqResetAfterDownstreamResponseStarted.inc();
      endBrokenOff(this.callbacks, reason, transportFailureReason);
    } else endUnanswered(this.callbacks, reason, transportFailureReason, this.context.config.suppressEnvoyHeaders);
  }

  /** A request that was sent is given up: its connection cannot be used again. */
  onUpstreamCancelled(attempt: UpstreamRequest): void {
    this.plan.cluster.stats.rqTxReset.inc();
    this.step(FlowSteps.reset, `upstream request to ${attempt.host.addressText} cancelled`);
  }

  // ---- flow control

  /** E1: the client does not take the response fast enough. */
  onAboveWriteBufferHighWatermark(): void {
    this.attempts.current?.readDisable(true);
  }

  /** E2 */
  onBelowWriteBufferLowWatermark(): void {
    this.attempts.current?.readDisable(false);
  }

  // ---- end

  /** Nothing is sent upstream any more, now or later. Idempotent. */
  destroy(): void {
    this.clock.stop();
    this.giveUpRetries();
    this.retries?.cancel();
    this.callbacks.setDownstreamWatermarkCallbacks(null);
    this.attempts.destroy();
  }

  private step(step: FlowStep, detail: string): void {
    const { flow, streamInfo } = this.stream;
    flow?.record(step, streamInfo.connectionId, streamInfo.streamId, detail);
  }
}
