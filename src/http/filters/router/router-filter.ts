import type { Timer, TimerTarget } from "../../../event/dispatcher.js";
import { type FlowStep, FlowSteps } from "../../../flow/flow-step.js";
import type { Route } from "../../../route/route.js";
import type { ForwardActionConfig } from "../../../route/route-config.js";
import { responseFlagBit } from "../../../stream-info/response-flag.js";
import { NOT_YET } from "../../../stream-info/stream-info.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { ClusterManager } from "../../../upstream/cluster-manager.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type {
  DecoderFilterCallbacks,
  DownstreamWatermarkCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  StreamDecoderFilter,
} from "../../filter/filter.js";
import { emptyReply, textReply } from "../../filter/local-reply.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { rewriteRequest } from "./request-rewrite.js";
import type { RouterStats } from "./router-stats.js";
import { upstreamFailureFlag, upstreamFailureReply, upstreamResetDetails } from "./upstream-failure.js";
import { UpstreamRequest } from "./upstream-request.js";

/** `envoy.extensions.filters.http.router.v3.Router` as plain data. */
export interface RouterConfig {
  readonly suppressEnvoyHeaders: boolean;
}

/** What the routers of one connection manager share. */
export interface RouterContext {
  readonly config: RouterConfig;
  readonly clusters: ClusterManager;
  readonly stats: RouterStats;
}

/** Timeouts below this get an exact timer; above, being up to a tick late does not matter. */
const COARSE_TIMEOUT_FROM_MS = 2_000;

/**
 * The terminal filter: finds out where a request goes, sends it there, and sends what comes back through the chain.
 * Steps B1 to B8 and D2 of docs/life-of-a-request.md.
 */
export class RouterFilter implements StreamDecoderFilter, DownstreamWatermarkCallbacks, TimerTarget {
  private readonly context: RouterContext;
  private callbacks!: DecoderFilterCallbacks;
  private cluster: Cluster | null = null;
  private upstreamRequest: UpstreamRequest | null = null;
  private timeoutMs = 0;
  private timer: Timer | null = null;
  private requestCompleteMs = NOT_YET;

  constructor(context: RouterContext) {
    this.context = context;
  }

  setDecoderFilterCallbacks(callbacks: DecoderFilterCallbacks): void {
    this.callbacks = callbacks;
  }

  // ---- request

  decodeHeaders(headers: HeaderMap, endStream: boolean): FilterHeadersStatus {
    this.context.stats.rqTotal.inc();
    if (this.callbacks.stream.flow !== null) this.step(FlowSteps.routerStarts, `${headers.method} ${headers.path}`);
    const { streamInfo } = this.callbacks.stream;
    const route = this.callbacks.stream.route();
    if (route === null) {
      this.context.stats.noRoute.inc();
      streamInfo.setResponseFlag(NO_ROUTE);
      this.callbacks.sendLocalReply(emptyReply(404, "route_not_found"));
      return "stopIteration";
    }
    const { action } = route;
    if (action.kind === "directResponse") {
      this.step(FlowSteps.routeMatched, route.name);
      this.context.stats.rqDirectResponse.inc();
      this.callbacks.sendLocalReply(textReply(action.status, action.body, "direct_response"));
      return "stopIteration";
    }
    this.step(FlowSteps.routeMatched, action.cluster);
    this.forward(headers, endStream, route, action);
    return "stopIteration";
  }

  private forward(headers: HeaderMap, endStream: boolean, route: Route, action: ForwardActionConfig): void {
    const { stream } = this.callbacks;
    const cluster = this.context.clusters.get(action.cluster);
    if (cluster === null) {
      this.context.stats.noCluster.inc();
      stream.streamInfo.setResponseFlag(NO_CLUSTER);
      this.callbacks.sendLocalReply(emptyReply(action.clusterNotFoundStatus, "cluster_not_found"));
      return;
    }
    this.cluster = cluster;
    stream.streamInfo.clusterName = cluster.info.name;
    const host = cluster.chooseHost();
    if (host === null) {
      stream.streamInfo.setResponseFlag(NO_HEALTHY_UPSTREAM);
      this.replyForUpstream(503, "no healthy upstream", "no_healthy_upstream");
      return;
    }
    this.step(FlowSteps.hostChosen, host.addressText);
    this.timeoutMs = action.timeoutMs;
    if (this.timeoutMs > 0 && !this.context.config.suppressEnvoyHeaders) {
      headers.set("x-envoy-expected-rq-timeout-ms", timeoutText(this.timeoutMs));
    }
    rewriteRequest(headers, route, action, host, this.context.config.suppressEnvoyHeaders);
    this.startAttempt(headers, endStream, cluster, host);
    if (endStream) this.onRequestComplete();
  }

  private startAttempt(headers: HeaderMap, endStream: boolean, cluster: Cluster, host: Host): void {
    const { stream } = this.callbacks;
    stream.streamInfo.attemptCount++;
    stream.streamInfo.upstreamHost = host;
    // B4
    const attempt = new UpstreamRequest(this, host, stream.flow, stream.streamInfo.streamId);
    this.step(FlowSteps.upstreamRequestCreated, "");
    this.upstreamRequest = attempt;
    this.callbacks.setDownstreamWatermarkCallbacks(this);
    this.step(FlowSteps.upstreamHeadMade, headers.path);
    let pool = this.context.clusters.existingPool(host);
    if (pool === null) {
      pool = this.context.clusters.createPool(cluster, host);
      this.step(FlowSteps.poolCreated, host.addressText);
    }
    attempt.encodeHeaders(headers, endStream, pool);
  }

  decodeData(data: Buffer, endStream: boolean): FilterDataStatus {
    this.upstreamRequest?.encodeData(data, endStream);
    if (endStream) this.onRequestComplete();
    return "stopIterationNoBuffer";
  }

  decodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    this.upstreamRequest?.encodeTrailers(trailers);
    this.onRequestComplete();
    return "stopIteration";
  }

  /** The route timeout runs from the complete request (BEHAVIOUR 5.8). */
  private onRequestComplete(): void {
    const { dispatcher, streamInfo } = this.callbacks.stream;
    this.requestCompleteMs = dispatcher.now();
    streamInfo.lastUpstreamTxMs = this.requestCompleteMs;
    if (this.timeoutMs === 0 || this.upstreamRequest === null) return;
    const coarse = this.timeoutMs >= COARSE_TIMEOUT_FROM_MS;
    this.timer = coarse ? dispatcher.createCoarseTimer(this) : dispatcher.createTimer(this);
    this.timer.arm(this.timeoutMs);
  }

  onTimer(_timer: Timer): void {
    this.step(FlowSteps.timerFired, "route timeout");
    const attempt = this.upstreamRequest;
    if (attempt === null) return;
    const { streamInfo } = this.callbacks.stream;
    streamInfo.setResponseFlag(UPSTREAM_TIMEOUT);
    this.cluster?.stats.rqTimeout.inc();
    attempt.host.stats.rqTimeout++;
    attempt.host.stats.rqError++;
    const responseStarted = attempt.responseStarted;
    this.dropAttempt();
    if (responseStarted) this.callbacks.resetStream("response_timeout");
    else this.replyForUpstream(504, "upstream request timeout", "response_timeout");
  }

  // ---- response

  onUpstreamReady(client: ActiveClient): void {
    const { streamInfo, dispatcher } = this.callbacks.stream;
    streamInfo.upstreamConnectionId = client.connection.id;
    streamInfo.upstreamLocalAddress = client.localAddressText;
    streamInfo.upstreamRemoteAddress = client.remoteAddressText;
    streamInfo.upstreamProtocol = "HTTP/1.1";
    streamInfo.firstUpstreamTxMs = dispatcher.now();
    // The request waited for the connection.
    if (this.requestCompleteMs !== NOT_YET) streamInfo.lastUpstreamTxMs = streamInfo.firstUpstreamTxMs;
  }

  onUpstream1xxHeaders(headers: HeaderMap): void {
    this.callbacks.encode1xxHeaders(headers);
  }

  onUpstreamHeaders(attempt: UpstreamRequest, headers: HeaderMap, endStream: boolean): void {
    const { streamInfo, dispatcher } = this.callbacks.stream;
    const now = dispatcher.now();
    streamInfo.firstUpstreamRxMs = now;
    streamInfo.responseCodeDetails = "via_upstream";
    if (headers.status < 500) attempt.host.stats.rqSuccess++;
    else attempt.host.stats.rqError++;
    this.cluster?.stats.countResponse(headers.status);
    if (this.requestCompleteMs !== NOT_YET && !this.context.config.suppressEnvoyHeaders) {
      headers.set("x-envoy-upstream-service-time", String(Math.floor(now - this.requestCompleteMs)));
    }
    if (endStream) this.onUpstreamComplete();
    this.callbacks.encodeHeaders(headers, endStream);
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
    const { streamInfo, dispatcher } = this.callbacks.stream;
    const now = dispatcher.now();
    streamInfo.lastUpstreamRxMs = now;
    if (this.requestCompleteMs !== NOT_YET) this.cluster?.stats.rqTime.record(now - this.requestCompleteMs);
    this.endAttempt();
  }

  /** The attempt ended without a complete response: answer, or break off what the client has of one. */
  onUpstreamReset(
    attempt: UpstreamRequest,
    reason: ResetReason,
    transportFailureReason: string,
    responseStarted: boolean,
  ): void {
    const { streamInfo } = this.callbacks.stream;
    this.step(FlowSteps.reset, transportFailureReason === "" ? reason : `${reason}: ${transportFailureReason}`);
    this.endAttempt();
    streamInfo.setResponseFlag(upstreamFailureFlag(reason));
    streamInfo.upstreamTransportFailureReason = transportFailureReason;
    attempt.host.stats.rqError++;
    this.countReset(reason);
    if (responseStarted) {
      this.context.stats.rqResetAfterDownstreamResponseStarted.inc();
      this.callbacks.resetStream(
        upstreamResetDetails("upstream_reset_after_response_started", reason, transportFailureReason),
      );
      return;
    }
    const reply = upstreamFailureReply(reason, transportFailureReason);
    this.cluster?.stats.countResponse(reply.status);
    this.callbacks.sendLocalReply(reply);
  }

  /** A request that never had a connection was not reset; the pool has counted why. */
  private countReset(reason: ResetReason): void {
    if (reason === "connection termination" || reason === "remote reset") this.cluster?.stats.rqRxReset.inc();
    else if (reason === "protocol error" || reason === "local reset") this.cluster?.stats.rqTxReset.inc();
  }

  private replyForUpstream(status: number, body: string, details: string): void {
    this.cluster?.stats.countResponse(status);
    this.callbacks.sendLocalReply(textReply(status, body, details));
  }

  // ---- flow control

  /** E1: the client does not take the response fast enough. */
  onAboveWriteBufferHighWatermark(): void {
    this.upstreamRequest?.readDisable(true);
  }

  /** E2 */
  onBelowWriteBufferLowWatermark(): void {
    this.upstreamRequest?.readDisable(false);
  }

  onResponseReadDisabled(disabled: boolean): void {
    const stats = this.cluster?.stats;
    (disabled ? stats?.flowControlPausedReading : stats?.flowControlResumedReading)?.inc();
    const { connectionId, upstreamConnectionId } = this.callbacks.stream.streamInfo;
    const step = disabled ? FlowSteps.upstreamReadPaused : FlowSteps.upstreamReadResumed;
    this.flowControlStep(step, connectionId, upstreamConnectionId);
  }

  /** E3 */
  onUpstreamBackedUp(): void {
    this.cluster?.stats.flowControlBackedUp.inc();
    const { connectionId, upstreamConnectionId } = this.callbacks.stream.streamInfo;
    this.flowControlStep(FlowSteps.downstreamReadPaused, upstreamConnectionId, connectionId);
    this.callbacks.onDecoderFilterAboveWriteBufferHighWatermark();
  }

  /** E4 */
  onUpstreamDrained(): void {
    this.cluster?.stats.flowControlDrained.inc();
    const { connectionId, upstreamConnectionId } = this.callbacks.stream.streamInfo;
    this.flowControlStep(FlowSteps.downstreamReadResumed, upstreamConnectionId, connectionId);
    this.callbacks.onDecoderFilterBelowWriteBufferLowWatermark();
  }

  get bufferLimitBytes(): number {
    return this.callbacks.stream.bufferLimitBytes;
  }

  get downstreamConnectionId(): number {
    return this.callbacks.stream.streamInfo.connectionId;
  }

  keep(data: Buffer): Buffer {
    return this.callbacks.keep(data);
  }

  /** A request that was sent is given up: its connection cannot be used again. */
  onUpstreamCancelled(attempt: UpstreamRequest): void {
    this.cluster?.stats.rqTxReset.inc();
    this.step(FlowSteps.reset, `upstream request to ${attempt.host.addressText} cancelled`);
  }

  private dropAttempt(): void {
    const attempt = this.upstreamRequest;
    this.endAttempt();
    attempt?.destroy();
  }

  private endAttempt(): void {
    this.timer?.disarm();
    this.upstreamRequest = null;
    this.callbacks.setDownstreamWatermarkCallbacks(null);
  }

  onDestroy(): void {
    this.dropAttempt();
  }

  /** @param slowId the connection that takes too little, 0 while there is none; the reading of `peerId` follows it. */
  private flowControlStep(step: FlowStep, slowId: number, peerId: number): void {
    const { flow, streamInfo } = this.callbacks.stream;
    if (slowId === 0) flow?.record(step, peerId, streamInfo.streamId, "no connection yet");
    else flow?.record(step, slowId, streamInfo.streamId, "", -1, peerId);
  }

  private step(step: FlowStep, detail: string): void {
    const { flow, streamInfo } = this.callbacks.stream;
    flow?.record(step, streamInfo.connectionId, streamInfo.streamId, detail);
  }
}

const NO_ROUTE = responseFlagBit("NR");
const NO_CLUSTER = responseFlagBit("NC");
const NO_HEALTHY_UPSTREAM = responseFlagBit("UH");
const UPSTREAM_TIMEOUT = responseFlagBit("UT");

/** Most routes have the default timeout: its text is made once. */
const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_TIMEOUT_TEXT = "15000";

function timeoutText(timeoutMs: number): string {
  return timeoutMs === DEFAULT_TIMEOUT_MS ? DEFAULT_TIMEOUT_TEXT : String(timeoutMs);
}
