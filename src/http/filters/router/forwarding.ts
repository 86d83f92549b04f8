import { type FlowStep, FlowSteps } from "../../../flow/flow-step.js";
import type { Host } from "../../../upstream/host.js";
import { ANY_HOST } from "../../../upstream/load-balancer-context.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { DecoderFilterCallbacks, StreamContext } from "../../filter/filter.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { countAnswer, countConnected, countOutcome, countReset } from "./attempt-outcome.js";
import { AttemptSet } from "./attempt-set.js";
import type { ForwardingPlan } from "./forwarding-plan.js";
import { announceFurtherAttempt } from "./further-attempt.js";
import { countAttempt, countComplete, countResponse, countRetriedResponse } from "./request-counts.js";
import { type ReplayOwner, type ReplayPurpose, RequestReplay } from "./request-replay.js";
import { RequestTimeLimits, type TimedRequest } from "./request-time-limits.js";
import { RetrySchedule, type RetryScheduleOwner } from "./retry-schedule.js";
import type { RouterContext } from "./router-filter.js";
import { RouterFlowControl } from "./router-flow-control.js";
import { isIdempotent, isStaleClose, mayBeRepeated } from "./stale-connection.js";
import { endBrokenOff, endUnanswered, endWithLargeBody, endWithoutHost } from "./unanswered-request.js";
import { recordAttempt, recordConnection, recordResponse } from "./upstream-facts.js";
import { upstreamFailureStatus } from "./upstream-failure.js";
import { upstreamPool } from "./upstream-pool.js";
import { UpstreamRequest } from "./upstream-request.js";

/**
 * A request on its way to a cluster: makes one attempt after another until one is answered, or time, retries or patience
 * are used up, and passes the answer to the filter chain. Steps B3 to B6 and D2. Owner: `RouterFilter`.
 */
export class Forwarding implements ReplayOwner, RetryScheduleOwner, TimedRequest {
  readonly context: RouterContext;
  readonly plan: ForwardingPlan;
  readonly flowControl: RouterFlowControl;
  readonly limits: RequestTimeLimits;
  interimPassed = false;
  responseStarted = false;
  private readonly callbacks: DecoderFilterCallbacks;
  private readonly replay: RequestReplay;
  private readonly attempts: AttemptSet;
  /** Null when no condition lets the request be tried again. */
  private readonly retries: RetrySchedule | null;
  private staleRepeated = false;

  constructor(context: RouterContext, callbacks: DecoderFilterCallbacks, headers: HeaderMap, plan: ForwardingPlan) {
    this.context = context;
    this.callbacks = callbacks;
    this.plan = plan;
    this.replay = new RequestReplay(this, headers, plan.replayLimitBytes);
    this.attempts = new AttemptSet(callbacks);
    this.retries = plan.retry === null ? null : new RetrySchedule(this, callbacks.stream, plan.retry, this.attempts);
    this.limits = new RequestTimeLimits(this, callbacks, plan, this.attempts, this.retries);
    this.flowControl = new RouterFlowControl(callbacks, plan.cluster.stats);
  }

  get stream(): StreamContext {
    return this.callbacks.stream;
  }

  /** Whether an attempt that is sent on a connection which has ended could not be mended, and one that is not sent could. */
  get looksForEnd(): boolean {
    return this.context.repeatsOnStaleConnection && !isIdempotent(this.replay.headers.method);
  }

  get isRequestComplete(): boolean {
    return this.limits.isRequestComplete;
  }

  /** Makes bytes of a call safe to hold beyond it. */
  keep(data: Buffer): Buffer {
    return this.callbacks.keep(data);
  }

  // ---- request

  start(host: Host, endStream: boolean): void {
    if (endStream) this.limits.onRequestComplete();
    this.startAttempt(host, false);
    // An upgrade's request never completes: its time runs from here, until it is answered.
    if (endStream || this.replay.headers.upgradeType !== "") this.limits.start();
  }

  decodeData(data: Buffer, endStream: boolean): void {
    const bytes = this.replay.add(data);
    if (endStream) this.limits.onRequestComplete();
    this.attempts.current?.encodeData(bytes, endStream);
    if (endStream) this.limits.start();
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.replay.setTrailers(trailers);
    this.limits.onRequestComplete();
    this.attempts.current?.encodeTrailers(trailers);
    this.limits.start();
  }

  /** What the body is kept for. */
  get replayPurpose(): ReplayPurpose {
    if (this.retries?.isOpen === true || this.plan.redirect !== null) return "again";
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
    this.attempts.add(attempt);
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

  get isBusy(): boolean {
    return !this.attempts.isEmpty || this.retries?.isWaiting === true;
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
    const elapsedMs = this.limits.elapsedMs();
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
      headers.set("x-envoy-upstream-service-time", String(Math.floor(this.limits.elapsedMs())));
    }
    if (attempt.isTunnel) this.limits.stop();
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
    this.attempts.drop(attempt);
    return true;
  }

  /** The client gets to see this attempt's response; attempts beside it are given up, and none follows. */
  private settleFor(attempt: UpstreamRequest): void {
    this.giveUpRetries();
    if (attempt !== this.attempts.current) attempt.recordAnswering();
    this.attempts.keepOnly(attempt);
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
    streamInfo.lastUpstreamRxMs = dispatcher.now();
    // The client's half of a tunnel goes on.
    if (this.attempts.current?.isOver === false) return;
    if (this.isRequestComplete) {
      countComplete(this.plan.cluster.stats, streamInfo, this.limits.elapsedMs());
      this.limits.countBudget();
    }
    this.destroy();
  }

  /** The client's half has ended after the upstream's. */
  onTunnelComplete(): void {
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
    this.attempts.remove(attempt);
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

  // ---- end

  /** Nothing is sent upstream any more, now or later. Idempotent. */
  destroy(): void {
    this.limits.stop();
    this.giveUpRetries();
    this.retries?.cancel();
    this.attempts.destroy();
  }

  private step(step: FlowStep, detail: string): void {
    const { flow, streamInfo } = this.stream;
    flow?.record(step, streamInfo.connectionId, streamInfo.streamId, detail);
  }
}
