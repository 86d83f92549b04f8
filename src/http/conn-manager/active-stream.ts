import { drawUint53 } from "../../common/random.js";
import type { Dispatcher } from "../../event/dispatcher.js";
import type { FlowRecorder } from "../../flow/flow-recorder.js";
import type { Connection } from "../../network/connection.js";
import { applyRuleLists } from "../../route/header-rules.js";
import { RedirectHistory } from "../../route/redirect-history.js";
import type { Route } from "../../route/route.js";
import type { Protocol } from "../../stream-info/protocol.js";
import { responseFlagBit } from "../../stream-info/response-flag.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { OwnPools } from "../../upstream/pool/own-pools.js";
import type { RequestDecoder, ResponseEncoder } from "../codec/codec.js";
import type { CodecError } from "../codec/codec-error.js";
import type { ResetReason } from "../codec/reset-reason.js";
import type { LocalReply } from "../filter/filter.js";
import { FilterManager, type FilterManagerCallbacks } from "../filter/filter-manager.js";
import { emptyReply, textReply } from "../filter/local-reply.js";
import type { AccessLogType, LogContext } from "../formatter/log-context.js";
import { HeaderMap } from "../headers/header-map.js";
import { reasonPhrase } from "../headers/status-code.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import { decorateRequest, decorateResponse } from "./decorator-operation.js";
import type { DownstreamPeer } from "./downstream-peer.js";
import { downstreamStreamInfo } from "./downstream-stream-info.js";
import { answerToExpectation } from "./expect-continue.js";
import { NextPass, type RepeatedStream } from "./next-pass.js";
import { overloadRefusal } from "./overload-refusal.js";
import { checkRequest } from "./request-check.js";
import { mutateRequestHeaders } from "./request-header-mutation.js";
import { mutateResponseHeaders } from "./response-header-mutation.js";
import type { LoggedStream } from "./stream-access-log.js";
import { recordReset, recordStreamEnd, recordTimer } from "./stream-flow.js";
import { type RoutedStream, StreamRoute } from "./stream-route.js";
import { type StreamTimeout, StreamTimeouts, type StreamTimeoutsOwner } from "./stream-timeouts.js";
import type { UpgradingStream } from "./stream-upgrades.js";
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
  /** Connection pools that are the connection's own. */
  readonly ownPools: OwnPools;
  /** What has gone over the connection since the stream before this one ended. */
  measure(info: StreamInfo): void;
}

type Phase =
  /** The client has seen nothing of the response, interim ones aside. */
  | "awaitingResponse"
  /** The head of the response is with the codec. */
  | "responding"
  | "ended";

/**
 * One request and its response: stands between the codec and the filter chain, keeps what both need to know, and
 * sees to it that the stream ends once, whatever ends it. Owner: `ConnectionManager`.
 */
export class ActiveStream
  implements
    RequestDecoder,
    FilterManagerCallbacks,
    LoggedStream,
    RoutedStream,
    RepeatedStream,
    UpgradingStream,
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
  private phase: Phase = "awaitingResponse";
  isUpgrade = false;
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
    this.streamInfo = downstreamStreamInfo(context, owner.connection, peer, protocol, startMs);
    this.flow = owner.connection.flow;
    this.filterManager = new FilterManager(this);
    this.routing = new StreamRoute(this, context.routeTable);
    this.timeouts = new StreamTimeouts(this, context, startMs);
  }

  get dispatcher(): Dispatcher {
    return this.context.dispatcher;
  }

  get ownPools(): OwnPools {
    return this.owner.ownPools;
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
    const refusal = this.prepareHeaders(headers);
    if (refusal !== null) {
      this.sendLocalReply(refusal);
      return;
    }
    const isOrdinary = headers.upgradeType === "";
    const factories = isOrdinary ? this.context.filterFactories : this.context.upgrades.accept(this);
    if (factories === null) {
      this.sendLocalReply(UPGRADE_REFUSAL);
      return;
    }
    this.filterManager.createFilterChain(factories, this.route());
    const { traceDirection } = this.context;
    if (traceDirection !== null) this.operation = decorateRequest(headers, this.route(), traceDirection);
    this.context.accessLog.onRequest(this);
    this.filterManager.decodeHeaders(headers, endStream);
  }

  /** Makes of a head what the filters are to see. Returns the reply to a request that must not pass. */
  private prepareHeaders(headers: HeaderMap): LocalReply | null {
    const refusal = checkRequest(headers, this.streamInfo.protocol, this.context, this.peer.localPort);
    if (refusal !== null) return refusal;
    this.context.earlyMutation?.apply(headers, this);
    return mutateRequestHeaders(this, this.context, this.peer);
  }

  private answerExpect(headers: HeaderMap, endStream: boolean): void {
    const proceed = answerToExpectation(headers, endStream);
    if (proceed === null) return;
    this.context.stats.countInterimResponse();
    this.encoder.encode1xxHeaders(proceed);
  }

  /** The reply passes the encoder filters, which are made for it where the request has not come to them. */
  private sendLocalReply(reply: LocalReply): void {
    this.filterManager.createFilterChain(this.context.filterFactories, this.routing.current);
    this.filterManager.sendLocalReply(reply);
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (this.phase === "ended") return;
    this.streamInfo.bytesReceived += data.length;
    this.timeouts.touch();
    if (endStream) this.onRequestComplete();
    this.filterManager.decodeData(data, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.phase === "ended") return;
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
    if (this.phase !== "awaitingResponse") this.resetFromFilter(error.details);
    else this.sendLocalReply(textReply(error.status, reasonPhrase(error.status), error.details));
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
    if (this.phase === "ended") return null;
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
    if (this.phase === "ended") return;
    // The client was told to continue by us.
    if (headers.status === 100 && !this.context.config.proxy100Continue) return;
    this.timeouts.touch();
    this.context.stats.countInterimResponse();
    this.encoder.encode1xxHeaders(headers);
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (this.phase === "ended") return;
    this.responseHeaders = headers;
    this.phase = "responding";
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
    if (this.isUpgrade) this.context.accessLog.onUpgradeResponse(this, headers.status);
    this.encoder.encodeHeaders(headers, endStream);
    this.streamInfo.downstreamHeaderBytesSent += this.owner.connection.writtenBytes - writtenBefore;
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (this.phase === "ended") return;
    this.streamInfo.bytesSent += data.length;
    this.timeouts.touch();
    this.encoder.encodeData(data, endStream);
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.phase === "ended") return;
    this.responseTrailers = trailers;
    this.encoder.encodeTrailers(trailers);
  }

  onLocalReply(reply: LocalReply): void {
    this.streamInfo.responseCodeDetails = reply.details;
    // What a client means by a request that is refused as malformed cannot be known for what follows.
    const isMalformed = reply.status === 400 && !this.context.config.streamErrorOnInvalidMessage;
    if (isMalformed || reply === UPGRADE_REFUSAL) this.owner.closeAfterResponse();
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
    if (this.phase === "ended") return;
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
    if (this.phase === "ended") return;
    recordReset(this, details);
    this.context.stats.rqTxReset.inc();
    this.streamInfo.responseCodeDetails = details;
    this.finish();
    this.encoder.resetStream("local reset");
  }

  /** Whatever way the stream ended: filters go, the line is written, the owner knows. Once. */
  private finish(): void {
    if (this.phase === "ended") return;
    this.phase = "ended";
    this.timeouts.destroy();
    const info = this.streamInfo;
    if (this.isUpgrade) this.context.upgrades.onEnd();
    info.endTimeMs = this.context.dispatcher.now();
    // Nobody says why it ended without a response.
    if (info.responseCode === 0 && info.responseFlags === 0) info.setResponseFlag(DOWNSTREAM_TERMINATION);
    this.context.stats.rqTime.record(info.endTimeMs - info.startTimeMs);
    this.filterManager.destroy();
    this.logEnd();
    this.owner.onStreamEnded();
    recordStreamEnd(this);
  }

  // ---- timers

  onStreamTimeout(timeout: StreamTimeout): void {
    recordTimer(this, TIMEOUT_NAMES[timeout]);
    this.sendLocalReply(timeoutReply(timeout, this, this.context.stats));
  }

  // ---- access log

  onAccessLogInterval(): void {
    this.context.accessLog.onInterval(this);
  }

  logEnd(): void {
    this.context.accessLog.onEnd(this);
  }

  measure(): void {
    this.owner.measure(this.streamInfo);
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

const UPGRADE_REFUSAL = emptyReply(403, "upgrade_failed");

/** Stands for the headers of a request whose head could not be read. Never written to. */
const NO_HEADERS = new HeaderMap();
const NOT_DRAWN = -1;
const DOWNSTREAM_PROTOCOL_ERROR = responseFlagBit("DPE");
const DOWNSTREAM_TERMINATION = responseFlagBit("DC");
