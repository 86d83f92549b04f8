import type { Timer, TimerTarget } from "../../../event/dispatcher.js";
import { type FlowStep, FlowSteps } from "../../../flow/flow-step.js";
import type { RequestTimeouts } from "../../../route/route-timeouts.js";
import { type ResponseFlags, responseFlagBit } from "../../../stream-info/response-flag.js";
import { NOT_YET } from "../../../stream-info/stream-info.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { DecoderFilterCallbacks, DownstreamWatermarkCallbacks, StreamContext } from "../../filter/filter.js";
import { textReply } from "../../filter/local-reply.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { countAnswer, countConnected, countReset, countTimeout } from "./attempt-outcome.js";
import { AttemptSet } from "./attempt-set.js";
import type { ForwardingPlan } from "./forwarding-plan.js";
import { RequestReplay } from "./request-replay.js";
import { setExpectedTimeout } from "./request-timeouts.js";
import type { RetryState, RetryVerdict } from "./retry-state.js";
import type { RouterContext } from "./router-filter.js";
import { RouterFlowControl } from "./router-flow-control.js";
import { isStaleClose, mayBeRepeated } from "./stale-connection.js";
import { recordAttempt, recordConnection } from "./upstream-facts.js";
import { upstreamFailureFlag, upstreamFailureReply, upstreamResetDetails } from "./upstream-failure.js";
import { upstreamPool } from "./upstream-pool.js";
import { UpstreamRequest } from "./upstream-request.js";

/** Timeouts below this get an exact timer; above, being up to a tick late does not matter. */
const COARSE_TIMEOUT_FROM_MS = 2_000;

/**
 * A request on its way to a cluster: makes one attempt after another until one is answered, or time, retries or patience
 * are used up, and passes the answer to the filter chain. Steps B3 to B6 and D2. Owner: `RouterFilter`.
 */
export class Forwarding implements DownstreamWatermarkCallbacks, TimerTarget {
  readonly timeouts: RequestTimeouts;
  readonly flowControl: RouterFlowControl;
  private readonly context: RouterContext;
  private readonly callbacks: DecoderFilterCallbacks;
  private readonly replay: RequestReplay;
  private readonly plan: ForwardingPlan;
  private requestCompleteMs = NOT_YET;
  private readonly attempts = new AttemptSet();
  private timer: Timer | null = null;
  private retry: RetryState | null;
  /** Runs while the next attempt waits. */
  private retryTimer: Timer | null = null;
  private staleRepeated = false;
  private responseStarted = false;

  constructor(context: RouterContext, callbacks: DecoderFilterCallbacks, headers: HeaderMap, plan: ForwardingPlan) {
    this.context = context;
    this.callbacks = callbacks;
    this.timeouts = plan.timeouts;
    this.retry = plan.retry;
    this.plan = plan;
    this.replay = new RequestReplay(headers);
    this.flowControl = new RouterFlowControl(callbacks, plan.cluster.stats);
  }

  get stream(): StreamContext {
    return this.callbacks.stream;
  }

  get isRequestComplete(): boolean {
    return this.requestCompleteMs !== NOT_YET;
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
    let bytes = data;
    if (data.length > 0 && this.keepsBody(data.length)) {
      bytes = this.callbacks.keep(data);
      this.replay.add(bytes);
    } else if (this.hasNoWayOn()) {
      return;
    }
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

  /** Whether so many more bytes of the body are kept for another attempt; gives that up where they are too many. */
  private keepsBody(bytes: number): boolean {
    if (!this.replay.isWhole) return false;
    if (this.retry === null && this.plan.redirect === null) {
      if (this.mayTurnOutStale() && this.replay.hasRoomForStale(bytes, this.plan.replayLimitBytes)) return true;
      this.replay.giveUp();
      return false;
    }
    if (this.replay.hasRoomFor(bytes, this.plan.replayLimitBytes)) return true;
    this.plan.cluster.stats.retryOrShadowAbandoned.inc();
    this.giveUpRetries();
    return false;
  }

  /** The connection of the attempt is still to come, or may turn out to be stale in a way that can be mended. */
  private mayTurnOutStale(): boolean {
    const attempt = this.attempts.current;
    if (attempt === null || this.responseStarted || this.staleRepeated) return false;
    return !attempt.requestStarted || mayBeRepeated(attempt.staleness, this.replay.headers.method);
  }

  /** The next attempt waits, and cannot be made any more because the body has grown too large: answers the request. */
  private hasNoWayOn(): boolean {
    if (this.retryTimer === null || this.replay.isWhole || !this.attempts.isEmpty) return false;
    this.destroy();
    this.reply(
      507,
      "exceeded request buffer limit while retrying upstream",
      "request_payload_exceeded_retry_buffer_limit",
    );
    return true;
  }

  private markRequestComplete(): void {
    this.requestCompleteMs = this.stream.dispatcher.now();
    this.stream.streamInfo.lastUpstreamTxMs = this.requestCompleteMs;
  }

  /** The route timeout runs from the complete request, over all attempts (BEHAVIOUR 5.8). */
  private armTimeout(): void {
    this.attempts.current?.onRequestComplete();
    const { globalMs } = this.timeouts;
    if (globalMs === 0 || !this.isBusy || this.attempts.current?.isTunnel === true) return;
    const { dispatcher } = this.stream;
    const coarse = globalMs >= COARSE_TIMEOUT_FROM_MS;
    this.timer = coarse ? dispatcher.createCoarseTimer(this) : dispatcher.createTimer(this);
    this.timer.arm(globalMs);
  }

  // ---- attempts

  /** Sends the request, as far as it has come, to a host. */
  private startAttempt(host: Host, needsFreshConnection: boolean): void {
    const { headers } = this.replay;
    recordAttempt(this.stream, host, headers);
    this.plan.autoHost?.apply(headers, host);
    if (!this.context.config.suppressEnvoyHeaders) {
      setExpectedTimeout(headers, this.timeouts, this.isRequestComplete ? this.sinceRequestMs() : 0);
    }
    this.plan.retryHosts?.onHostAttempted(host);
    // B4
    const attempt = new UpstreamRequest(this, host, needsFreshConnection);
    this.step(FlowSteps.upstreamRequestCreated, "");
    this.attempts.current = attempt;
    this.callbacks.setDownstreamWatermarkCallbacks(this);
    this.step(FlowSteps.upstreamHeadMade, headers.path);
    const pool = upstreamPool(this.context.clusters, this.plan.cluster, host, this.plan.protocol, this.stream);
    attempt.encodeHeaders(headers, this.isRequestComplete && this.replay.isHeadOnly, pool);
    if (!this.replay.isHeadOnly) this.replay.sendBody(attempt, this.isRequestComplete, this.attempts);
  }

  /** Answers the request itself when there is none. */
  private chooseHost(): Host | null {
    const selection = this.plan.retryHosts ?? this.plan.selection;
    const host = selection === null ? this.plan.cluster.chooseHost() : this.plan.cluster.chooseHost(selection);
    if (host !== null) {
      this.step(FlowSteps.hostChosen, host.addressText);
      return host;
    }
    this.destroy();
    this.setFlag(NO_HEALTHY_UPSTREAM);
    this.reply(503, "no healthy upstream", "no_healthy_upstream");
    return null;
  }

  /** An attempt, or the wait for one, goes on. */
  private get isBusy(): boolean {
    return !this.attempts.isEmpty || this.retryTimer !== null;
  }

  private sinceRequestMs(): number {
    return this.stream.dispatcher.now() - this.requestCompleteMs;
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

  onTimer(timer: Timer): void {
    if (timer === this.retryTimer) this.startRetry();
    else this.onTimeout();
  }

  private onTimeout(): void {
    this.step(FlowSteps.timerFired, "route timeout");
    for (const { host } of this.attempts.all()) {
      this.plan.cluster.stats.rqTimeout.inc();
      countTimeout(host);
    }
    this.timeOut(UPSTREAM_TIMEOUT, "response_timeout");
  }

  /** Time is up for the request, whatever goes on for it. */
  private timeOut(flag: ResponseFlags, details: string): void {
    this.setFlag(flag);
    this.destroy();
    if (this.responseStarted) this.callbacks.resetStream(details);
    else if (this.timeouts.alternative) this.reply(204, "", details);
    else this.reply(504, "upstream request timeout", details);
  }

  /** One attempt took too long: another goes out in its place, or beside it. */
  onPerTryTimeout(attempt: UpstreamRequest, idle: boolean): void {
    this.step(FlowSteps.timerFired, idle ? "per try idle timeout" : "per try timeout");
    if (!idle && this.timeouts.hedge && this.retry !== null) {
      this.hedge(attempt, this.retry);
      return;
    }
    this.plan.cluster.stats.rqPerTryTimeout.inc();
    countTimeout(attempt.host);
    this.drop(attempt);
    if (!this.responseStarted && this.triesAgainAfterReset(attempt, "local reset")) return;
    if (this.isBusy) return;
    if (idle) this.timeOut(STREAM_IDLE_TIMEOUT, "upstream_per_try_idle_timeout");
    else this.timeOut(UPSTREAM_TIMEOUT, "upstream_per_try_timeout");
  }

  /** `hedge_on_per_try_timeout`: the slow attempt may still win. */
  private hedge(attempt: UpstreamRequest, retry: RetryState): void {
    if (attempt !== this.attempts.current || !this.replay.isWhole || !this.accepts(retry.onHedge())) return;
    this.attempts.replaceCurrent();
    this.scheduleRetry(retry.delayMs);
  }

  // ---- attempts after the first

  /** Whether the verdict is to try again; the others show in the response flags. */
  private accepts(verdict: RetryVerdict): boolean {
    if (verdict === "overflow") this.setFlag(OVERFLOW);
    else if (verdict === "limitExceeded") this.setFlag(RETRY_LIMIT_EXCEEDED);
    return verdict === "retry";
  }

  private triesAgainAfterReset(attempt: UpstreamRequest, reason: ResetReason): boolean {
    const { retry } = this;
    if (retry === null || attempt.replaced || !this.replay.isWhole) return false;
    if (!this.accepts(retry.onReset(reason, attempt.requestStarted))) return false;
    this.scheduleRetry(retry.delayMs);
    return true;
  }

  private scheduleRetry(delayMs: number): void {
    if (this.stream.flow !== null) this.step(FlowSteps.requestRepeated, `retry in ${Math.round(delayMs)} ms`);
    this.retryTimer = this.stream.dispatcher.createTimer(this);
    this.retryTimer.arm(delayMs);
  }

  private startRetry(): void {
    this.retryTimer = null;
    const host = this.chooseHost();
    if (host !== null) this.startAttempt(host, false);
  }

  /** The connection was stale: once more, on a fresh one to the same host. Not a retry: no policy has to allow it. */
  private repeatsOnFreshConnection(attempt: UpstreamRequest, reason: ResetReason): boolean {
    if (!this.context.repeatsOnStaleConnection || this.staleRepeated || !this.replay.isWhole) return false;
    const { staleness, host } = attempt;
    if (!isStaleClose(reason, staleness, this.replay.headers.method)) return false;
    this.staleRepeated = true;
    this.plan.cluster.stats.rqStaleRepeated.inc();
    this.step(FlowSteps.requestRepeated, `stale connection, request ${staleness}`);
    this.startAttempt(host, true);
    return true;
  }

  /** There will be no further attempt: the client has been told something, or the body is too large to be kept. */
  private giveUpRetries(): void {
    this.retry?.destroy();
    this.retry = null;
    this.replay.giveUp();
    if (!this.attempts.isEmpty) this.cancelRetry();
  }

  private cancelRetry(): void {
    this.retryTimer?.disarm();
    this.retryTimer = null;
  }

  // ---- response

  onUpstreamReady(attempt: UpstreamRequest, client: ActiveClient): void {
    const { streamInfo, dispatcher } = this.stream;
    countConnected(attempt.host);
    recordConnection(streamInfo, client, dispatcher.now(), this.isRequestComplete);
  }

  onUpstream1xxHeaders(headers: HeaderMap): void {
    this.giveUpRetries();
    this.callbacks.encode1xxHeaders(headers);
  }

  onUpstreamHeaders(attempt: UpstreamRequest, headers: HeaderMap, endStream: boolean): void {
    const { streamInfo, dispatcher } = this.stream;
    countAnswer(attempt.host, headers);
    if (this.retry !== null && this.dropsForBetter(attempt, headers, this.retry)) return;
    if (this.plan.redirect?.follows(headers, this.replay, this.isRequestComplete, this.callbacks)) return;
    this.takeAnswerOf(attempt);
    const now = dispatcher.now();
    streamInfo.firstUpstreamRxMs = now;
    streamInfo.responseCodeDetails = "via_upstream";
    this.plan.cluster.stats.countResponse(headers.status);
    if (this.isRequestComplete && !this.context.config.suppressEnvoyHeaders) {
      headers.set("x-envoy-upstream-service-time", String(Math.floor(now - this.requestCompleteMs)));
    }
    if (attempt.isTunnel) this.timer?.disarm();
    if (endStream) this.onUpstreamComplete();
    this.plan.selection?.finalizeResponse(headers);
    this.stream.finalizeResponseHeaders(headers);
    this.callbacks.encodeHeaders(headers, endStream);
  }

  /** Whether this response is dropped, for another attempt or for one beside it that may have a better one. */
  private dropsForBetter(attempt: UpstreamRequest, headers: HeaderMap, retry: RetryState): boolean {
    // What was replaced has had its retry; a bad answer of it is not waited for.
    if (attempt.replaced && retry.wouldRetryResponse(headers) && this.isBusyBeside(attempt)) {
      this.drop(attempt);
      return true;
    }
    const verdict = retry.onResponseHeaders(headers, this.stream.dispatcher.wallClockMs());
    if (!this.replay.isWhole || !this.accepts(verdict)) {
      if (verdict === "no" || !this.isBusyBeside(attempt)) return false;
      this.drop(attempt);
      return true;
    }
    this.plan.cluster.stats.countRetriedResponse(headers.status);
    this.drop(attempt);
    this.scheduleRetry(retry.delayMs);
    return true;
  }

  private isBusyBeside(attempt: UpstreamRequest): boolean {
    return this.retryTimer !== null || this.attempts.hasOthers(attempt);
  }

  /** The client gets this response; attempts beside it are given up. */
  private takeAnswerOf(attempt: UpstreamRequest): void {
    this.responseStarted = true;
    this.giveUpRetries();
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
    if (this.isRequestComplete) this.plan.cluster.stats.rqTime.record(now - this.requestCompleteMs);
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
    const { streamInfo } = this.stream;
    this.step(FlowSteps.reset, transportFailureReason === "" ? reason : `${reason}: ${transportFailureReason}`);
    this.remove(attempt);
    countReset(attempt.host, this.plan.cluster.stats, reason);
    if (!responseStarted) {
      if (this.repeatsOnFreshConnection(attempt, reason)) return;
      if (this.triesAgainAfterReset(attempt, reason) || this.isBusy) return;
    }
    const tries = streamInfo.attemptCount;
    this.destroy();
    this.setFlag(upstreamFailureFlag(reason));
    streamInfo.upstreamTransportFailureReason = transportFailureReason;
    if (responseStarted) {
      this.context.stats.rqResetAfterDownstreamResponseStarted.inc();
      this.callbacks.resetStream(
        upstreamResetDetails("upstream_reset_after_response_started", reason, transportFailureReason),
      );
      return;
    }
    const reply = upstreamFailureReply(reason, transportFailureReason, tries > 1);
    this.plan.cluster.stats.countResponse(reply.status);
    this.callbacks.sendLocalReply(reply);
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
    this.timer?.disarm();
    this.giveUpRetries();
    this.cancelRetry();
    this.callbacks.setDownstreamWatermarkCallbacks(null);
    this.attempts.destroy();
  }

  private reply(status: number, body: string, details: string): void {
    this.plan.cluster.stats.countResponse(status);
    this.callbacks.sendLocalReply(textReply(status, body, details));
  }

  private setFlag(flag: ResponseFlags): void {
    this.stream.streamInfo.setResponseFlag(flag);
  }

  private step(step: FlowStep, detail: string): void {
    const { flow, streamInfo } = this.stream;
    flow?.record(step, streamInfo.connectionId, streamInfo.streamId, detail);
  }
}

const NO_HEALTHY_UPSTREAM = responseFlagBit("UH");
const UPSTREAM_TIMEOUT = responseFlagBit("UT");
const STREAM_IDLE_TIMEOUT = responseFlagBit("SI");
const OVERFLOW = responseFlagBit("UO");
const RETRY_LIMIT_EXCEEDED = responseFlagBit("URX");
