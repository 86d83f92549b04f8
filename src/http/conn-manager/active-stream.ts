import { drawUint53 } from "../../common/random.js";
import type { Dispatcher } from "../../event/dispatcher.js";
import type { FlowRecorder } from "../../flow/flow-recorder.js";
import type { Connection } from "../../network/connection.js";
import { applyRuleLists } from "../../route/header-rules.js";
import { RedirectHistory } from "../../route/redirect-history.js";
import type { Route } from "../../route/route.js";
import type { Protocol } from "../../stream-info/protocol.js";
import { responseFlagBit } from "../../stream-info/response-flag.js";
import { StreamInfo } from "../../stream-info/stream-info.js";
import type { RequestDecoder, ResponseEncoder } from "../codec/codec.js";
import type { CodecError } from "../codec/codec-error.js";
import type { ResetReason } from "../codec/reset-reason.js";
import type { LocalReply } from "../filter/filter.js";
import { FilterManager, type FilterManagerCallbacks } from "../filter/filter-manager.js";
import { emptyReply, textReply } from "../filter/local-reply.js";
import type { AccessLogType, LogContext } from "../formatter/log-context.js";
import { HeaderMap } from "../headers/header-map.js";
import { reasonPhrase } from "../headers/status-code.js";
import { acceptsUpgrade } from "../headers/upgrade.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import { decorateRequest, decorateResponse } from "./decorator-operation.js";
import type { DownstreamPeer } from "./downstream-peer.js";
import { answerToExpectation } from "./expect-continue.js";
import { NextPass, type RepeatedStream } from "./next-pass.js";
import { overloadRefusal } from "./overload-refusal.js";
import { checkRequest } from "./request-check.js";
import { mutateRequestHeaders } from "./request-header-mutation.js";
import { mutateResponseHeaders } from "./response-header-mutation.js";
import { recordReset, recordStreamEnd, recordTimer } from "./stream-flow.js";
import { type RoutedStream, StreamRoute } from "./stream-route.js";
import { type StreamTimeout, StreamTimeouts, type StreamTimeoutsOwner } from "./stream-timeouts.js";
import { TIMEOUT_NAMES, type TimedOutStream, timeoutReply } from "./timeout-reply.js";

/** Implemented by `ConnectionManager`. */
export interface StreamOwner {
  readonly connection: Connection;
  /** The stream is over, in whatever way. */
  onStreamEnded(): void;
  /** No further request is taken on the connection. */
  closeAfterResponse(): void;
  /** As above, because the server is to go out of service. */
  closeForDrain(): void;
  /** As above, to have fewer connections. */
  closeUnderLoad(): void;
  keep(data: Buffer): Buffer;
  /** What has gone over the connection since the stream before this one ended. */
  measure(info: StreamInfo): void;
}

/**
 * One request and its response: stands between the codec and the filter chain, keeps what both need to know, watches
 * the stream's timers and writes its line in the access log. Owner: `ConnectionManager`.
 */
export class ActiveStream
  implements
    RequestDecoder,
    FilterManagerCallbacks,
    LogContext,
    RoutedStream,
    RepeatedStream,
    StreamTimeoutsOwner,
    TimedOutStream
{
  /** Of the pass through the filters that is under way: an internal redirect begins another. */
  streamInfo: StreamInfo;
  readonly flow: FlowRecorder | null;
  requestHeaders: HeaderMap = NO_HEADERS;
  responseHeaders: HeaderMap | null = null;
  responseTrailers: HeaderMap | null = null;
  localReplyBody = "";
  readonly formatContext: LogContext = this;
  /** What the response names as the operation; empty for none. */
  private operation = "";
  logType: AccessLogType = "NotSet";
  readonly isHealthCheck = false;
  private readonly owner: StreamOwner;
  private readonly context: ConnectionManagerContext;
  private readonly peer: DownstreamPeer;
  private readonly encoder: ResponseEncoder;
  private filterManager: FilterManager;
  private readonly routing: StreamRoute;
  /** Drawn when first asked for. */
  private random = NOT_DRAWN;
  /** Null until an upstream redirects inside of the proxy. */
  private redirectHistory: RedirectHistory | null = null;
  isRequestComplete = false;
  private responseStarted = false;
  private ended = false;
  /** The request was taken for an upgrade. */
  private isUpgrade = false;
  private readonly timeouts: StreamTimeouts;

  constructor(
    owner: StreamOwner,
    context: ConnectionManagerContext,
    peer: DownstreamPeer,
    encoder: ResponseEncoder,
    protocol: Protocol,
    startMs: number,
  ) {
    this.owner = owner;
    this.context = context;
    this.peer = peer;
    this.encoder = encoder;
    const { dispatcher, streamIds } = context;
    const { connection } = owner;
    const startWallMs = dispatcher.wallClockMs() - (dispatcher.now() - startMs);
    const info = new StreamInfo(streamIds.next(), connection.id, protocol, startMs, startWallMs);
    info.downstreamRemoteAddress = peer.remoteText;
    info.downstreamDirectRemoteAddress = peer.remoteText;
    info.downstreamLocalAddress = peer.localText;
    info.origin = context.origin;
    this.streamInfo = info;
    this.flow = connection.flow;
    this.filterManager = new FilterManager(this);
    this.routing = new StreamRoute(this, context.routeTable);
    this.timeouts = new StreamTimeouts(this, context, startMs);
  }

  get dispatcher(): Dispatcher {
    return this.context.dispatcher;
  }

  get bufferLimitBytes(): number {
    return this.owner.connection.bufferLimitBytes;
  }

  nowMs(): number {
    return this.context.dispatcher.now();
  }

  // ---- request: from the codec to the filters (A4 to A7)

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.requestHeaders = headers;
    this.streamInfo.downstreamHeaderBytesReceived = headers.wireBytes;
    this.timeouts.touch();
    if (endStream) this.onRequestComplete();
    const shed = this.context.overload === null ? null : overloadRefusal(this.context, this.streamInfo);
    if (shed !== null) {
      // Nothing is made for a request that is refused to save memory, neither filters nor a route.
      this.filterManager.sendLocalReply(shed);
      return;
    }
    if (!this.context.config.proxy100Continue && headers.has("expect")) this.answerExpect(headers, endStream);
    let refusal = checkRequest(headers, this.streamInfo.protocol, this.context, this.peer.localPort);
    if (refusal === null) {
      this.context.earlyMutation?.apply(headers, this);
      refusal = mutateRequestHeaders(this, this.context, this.peer);
    }
    if (refusal !== null) {
      this.replyBeforeFilters(refusal);
      return;
    }
    if (headers.upgradeType === "") this.filterManager.createFilterChain(this.context.filterFactories, this.route());
    else if (!this.acceptUpgrade(headers.upgradeType)) return;
    const { traceDirection } = this.context;
    if (traceDirection !== null) this.operation = decorateRequest(headers, this.route(), traceDirection);
    if (this.context.config.flushAccessLogOnNewRequest) this.logStart();
    this.filterManager.decodeHeaders(headers, endStream);
  }

  /** The line tells the route, too. */
  private logStart(): void {
    this.route();
    this.writeLog("DownstreamStart");
  }

  private answerExpect(headers: HeaderMap, endStream: boolean): void {
    const proceed = answerToExpectation(headers, endStream);
    if (proceed === null) return;
    this.context.stats.countInterimResponse();
    this.encoder.encode1xxHeaders(proceed);
  }

  /** An upgrade has a chain of its own; one that is not allowed is refused, unless no route would take it anyway. */
  private acceptUpgrade(upgradeType: string): boolean {
    const route = this.route();
    const factories = this.context.upgrades.factoriesFor(upgradeType, route);
    if (factories === null && route !== null) {
      this.context.stats.rqWsOnNonWsRoute.inc();
      this.replyBeforeFilters(emptyReply(403, UPGRADE_FAILED));
      return false;
    }
    this.filterManager.createFilterChain(factories ?? this.context.filterFactories, route);
    if (factories === null) return true;
    this.isUpgrade = true;
    this.context.stats.cxUpgradesTotal.inc();
    this.context.stats.cxUpgradesActive.inc();
    return true;
  }

  /** The tunnel is about to stand; a refusal has its line at the end as any response. */
  private logTunnel(headers: HeaderMap): void {
    if (!acceptsUpgrade(this.requestHeaders.upgradeType, headers.status)) return;
    this.writeLog("DownstreamTunnelSuccessfullyEstablished");
  }

  /** The reply passes the encoder filters, also where the decoder filters saw no request. */
  private replyBeforeFilters(reply: LocalReply): void {
    this.filterManager.createFilterChain(this.context.filterFactories, this.routing.current);
    this.filterManager.sendLocalReply(reply);
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (this.ended) return;
    this.streamInfo.bytesReceived += data.length;
    this.timeouts.touch();
    if (endStream) this.onRequestComplete();
    this.filterManager.decodeData(data, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.ended) return;
    this.timeouts.touch();
    this.onRequestComplete();
    this.filterManager.decodeTrailers(trailers);
  }

  private onRequestComplete(): void {
    this.isRequestComplete = true;
    this.streamInfo.lastDownstreamRxMs = this.context.dispatcher.now();
    this.timeouts.endRequest();
  }

  onProtocolError(error: CodecError): void {
    this.context.stats.cxProtocolError.inc();
    this.streamInfo.setResponseFlag(DOWNSTREAM_PROTOCOL_ERROR);
    this.streamInfo.connectionTerminationDetails = error.message;
    if (this.context.log.debugEnabled) {
      this.context.log.debug(`[C${this.streamInfo.connectionId}] malformed request: ${error.message}`);
    }
    if (this.responseStarted) this.resetFromFilter(error.details);
    else this.replyBeforeFilters(textReply(error.status, reasonPhrase(error.status), error.details));
  }

  onRequestHeadersTimeout(): void {
    this.onStreamTimeout(this.context.headTimeout?.limit ?? "headers");
  }

  // ---- route

  route(): Route | null {
    return this.routing.choose();
  }

  randomValue(): number {
    if (this.random === NOT_DRAWN) this.random = drawUint53(this.context.random);
    return this.random;
  }

  finalizeResponseHeaders(headers: HeaderMap): void {
    const route = this.routing.current;
    if (route === null) return;
    route.virtualHost.onResponse(headers, this.streamInfo);
    const rules = route.responseRules;
    if (rules === null) return;
    this.responseHeaders = headers;
    applyRuleLists(rules, headers, this);
  }

  routeFor(headers: HeaderMap): Route | null {
    return this.routing.routeFor(headers);
  }

  get redirects(): RedirectHistory {
    this.redirectHistory ??= new RedirectHistory();
    return this.redirectHistory;
  }

  recreateStream(headers: HeaderMap, body: readonly Buffer[], trailers: HeaderMap | null, response: HeaderMap): void {
    new NextPass(this, body, trailers).follow(headers, response);
  }

  replaceFilters(): void {
    const { filterManager } = this;
    filterManager.destroy();
    this.filterManager = new FilterManager(this);
    this.filterManager.inherit(filterManager);
    this.routing.forget();
  }

  createFilters(): FilterManager | null {
    if (this.ended) return null;
    this.filterManager.createFilterChain(this.context.filterFactories, this.route());
    return this.filterManager;
  }

  onRouteChosen(route: Route): void {
    route.onChosen(this.streamInfo, this.requestHeaders);
    if (route.action.kind === "forward") this.timeouts.applyRoute(route.action, this.requestHeaders);
  }

  clearRouteCache(): void {
    this.routing.forget();
  }

  // ---- response: from the filters to the codec (D3, D4)

  encode1xxHeaders(headers: HeaderMap): void {
    if (this.ended) return;
    // The client was told to continue by us.
    if (headers.status === 100 && !this.context.config.proxy100Continue) return;
    this.timeouts.touch();
    this.context.stats.countInterimResponse();
    this.encoder.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.ended) return;
    this.responseHeaders = headers;
    this.responseStarted = true;
    this.timeouts.touch();
    this.timeouts.endRequest();
    const { stats } = this.context;
    const { traceDirection } = this.context;
    if (traceDirection !== null) decorateResponse(headers, this.operation, traceDirection);
    mutateResponseHeaders(headers, this.context, this.requestHeaders, this.streamInfo);
    this.streamInfo.responseCode = headers.status;
    this.streamInfo.firstDownstreamTxMs = this.context.dispatcher.now();
    stats.countResponse(headers.status);
    if (!this.isRequestComplete) stats.rqResponseBeforeRqComplete.inc();
    if (this.context.drain?.closes() === true) this.owner.closeForDrain();
    if (this.context.overload?.endsConnection() === true) this.owner.closeUnderLoad();
    const writtenBefore = this.owner.connection.writtenBytes;
    if (this.isUpgrade && this.context.config.flushAccessLogOnTunnel) this.logTunnel(headers);
    this.encoder.encodeHeaders(headers, endStream);
    this.streamInfo.downstreamHeaderBytesSent += this.owner.connection.writtenBytes - writtenBefore;
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (this.ended) return;
    this.streamInfo.bytesSent += data.length;
    this.timeouts.touch();
    this.encoder.encodeData(data, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.ended) return;
    this.responseTrailers = trailers;
    this.encoder.encodeTrailers(trailers);
  }

  onLocalReply(reply: LocalReply): void {
    this.streamInfo.responseCodeDetails = reply.details;
    // What a client means by a request that is refused as malformed cannot be known for what follows.
    const isMalformed = reply.status === 400 && !this.context.config.streamErrorOnInvalidMessage;
    if (isMalformed || reply.details === UPGRADE_FAILED) this.owner.closeAfterResponse();
  }

  /** Filters and formats see the reply as if it were the response already. */
  rewriteLocalReply(headers: HeaderMap): string {
    const { localReplies } = this.context;
    if (localReplies === null) return "";
    this.responseHeaders = headers;
    this.streamInfo.responseCode = headers.status;
    return localReplies.rewrite(headers, this);
  }

  /** The codec has the whole response and has let go of the stream. */
  onCodecComplete(): void {
    this.streamInfo.lastDownstreamTxMs = this.context.dispatcher.now();
    this.finish();
  }

  // ---- the end

  /** The client has gone, or the codec could not write the response as its head announced it. */
  onResetStream(reason: ResetReason): void {
    if (this.ended) return;
    if (reason === "local reset") {
      recordReset(this, "body does not have the announced length");
      this.context.stats.rqTxReset.inc();
      this.streamInfo.responseCodeDetails = "http1.content_length_mismatch";
      this.finish();
      return;
    }
    recordReset(this, "client has gone");
    this.context.stats.rqRxReset.inc();
    this.streamInfo.setResponseFlag(DOWNSTREAM_TERMINATION);
    this.streamInfo.responseCodeDetails = "downstream_remote_disconnect";
    this.finish();
  }

  /** The response cannot be completed: the client sees it cut short. */
  resetFromFilter(details: string): void {
    if (this.ended) return;
    recordReset(this, details);
    this.context.stats.rqTxReset.inc();
    this.streamInfo.responseCodeDetails = details;
    this.finish();
    this.encoder.resetStream("local reset");
  }

  /** Whatever way the stream ended: filters go, the line is written, the owner knows. Once. */
  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.timeouts.destroy();
    const info = this.streamInfo;
    if (this.isUpgrade) this.context.stats.cxUpgradesActive.dec();
    info.endTimeMs = this.context.dispatcher.now();
    // Nobody says why it ended without a response.
    if (info.responseCode === 0 && info.responseFlags === 0) info.setResponseFlag(DOWNSTREAM_TERMINATION);
    this.context.stats.rqTime.record(info.endTimeMs - info.startTimeMs);
    this.filterManager.destroy();
    this.writeLog("DownstreamEnd");
    this.owner.onStreamEnded();
    recordStreamEnd(this);
  }

  // ---- timers

  onStreamTimeout(timeout: StreamTimeout): void {
    recordTimer(this, TIMEOUT_NAMES[timeout]);
    this.replyBeforeFilters(timeoutReply(timeout, this, this.context.stats));
  }

  onAccessLogInterval(): void {
    this.writeLog("DownstreamPeriodic");
  }

  writeLog(type: AccessLogType): void {
    this.logType = type;
    this.owner.measure(this.streamInfo);
    const loggers = this.context.accessLoggers;
    for (let i = 0; i < loggers.length; i++) loggers[i]?.log(this);
  }

  // ---- flow control

  onAboveWriteBufferHighWatermark(): void {
    this.filterManager.onDownstreamAboveHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.filterManager.onDownstreamBelowLowWatermark();
  }

  requestReadDisable(disable: boolean): void {
    const { stats } = this.context;
    (disable ? stats.flowControlPausedReading : stats.flowControlResumedReading).inc();
    this.encoder.readDisable(disable);
  }

  keep(data: Buffer): Buffer {
    return this.owner.keep(data);
  }

  // ---- what filters may do wrong

  onFilterFailure(name: string, error: unknown): void {
    this.context.stats.filterFailure.inc();
    this.context.log.error(`[S${this.streamInfo.streamId}] HTTP filter ${name} threw`, error);
  }

  onRequestTooLarge(): void {
    this.context.stats.rqTooLarge.inc();
  }

  onResponseTooLarge(): void {
    this.context.stats.rsTooLarge.inc();
  }
}

const UPGRADE_FAILED = "upgrade_failed";

/** Stands for the headers of a request whose head could not be read. Never written to. */
const NO_HEADERS = new HeaderMap();
const NOT_DRAWN = -1;
const DOWNSTREAM_PROTOCOL_ERROR = responseFlagBit("DPE");
const DOWNSTREAM_TERMINATION = responseFlagBit("DC");
