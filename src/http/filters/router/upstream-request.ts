import type { FlowRecorder } from "../../../flow/flow-recorder.js";
import { FlowSteps } from "../../../flow/flow-step.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient, Staleness } from "../../../upstream/pool/active-client.js";
import type { ConnectionPool } from "../../../upstream/pool/connection-pool.js";
import type { Cancellable, PoolCallbacks } from "../../../upstream/pool/pool-callbacks.js";
import type { RequestEncoder } from "../../codec/codec.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import { isGrpcSuccess } from "../../headers/grpc-outcome.js";
import { isGrpcRequest } from "../../headers/grpc-request.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { AttemptLog } from "./attempt-log.js";
import { AttemptMeasure } from "./attempt-measure.js";
import { countOutcome } from "./attempt-outcome.js";
import type { Forwarding } from "./forwarding.js";
import type { PerTryTimers } from "./per-try-timers.js";
import { recordAnswering } from "./upstream-facts.js";

type Phase =
  /** Waits for a connection. */
  | "pooling"
  /** Tied to a connection, no response yet. */
  | "sending"
  | "responding"
  | "done";

/** One upstream attempt. Created per try, never reused. Owner: `Forwarding`. */
export class UpstreamRequest implements PoolCallbacks {
  readonly host: Host;
  readonly flow: FlowRecorder | null;
  readonly flowStreamId: number;
  readonly needsFreshConnection: boolean;
  readonly looksForEnd: boolean;
  /** It took too long, and another attempt was sent beside it. */
  replaced = false;
  /** Outlier detection knows that it took too long. */
  timeoutCounted = false;
  /** Its answer has counted for its host as a success or an error. */
  hasCounted = false;
  private readonly forwarding: Forwarding;
  /** Null where attempts have no log of their own. */
  private log: AttemptLog | null = null;
  /** Null where nobody wants to know. */
  private measure: AttemptMeasure | null = null;
  private readonly timers: PerTryTimers | null;
  private phase: Phase = "pooling";
  private client: ActiveClient | null = null;
  private encoder: RequestEncoder | null = null;
  private waiting: Cancellable | null = null;
  private headers: HeaderMap | null = null;
  private endsWithHeaders = false;
  /** Body that came before the connection did. */
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private earlyAboveLimit = false;
  private earlyTrailers: HeaderMap | null = null;
  private earlyEnd = false;
  private backedUp = false;
  private requestEnded = false;
  private responseEnded = false;
  /** How often reading the response was stopped and not continued; a connection that comes later must know. */
  private readDisables = 0;

  /** @param needsFreshConnection the attempt before went out on a connection that turned out to be stale */
  constructor(forwarding: Forwarding, host: Host, needsFreshConnection: boolean) {
    this.forwarding = forwarding;
    this.host = host;
    this.needsFreshConnection = needsFreshConnection;
    this.looksForEnd = forwarding.looksForEnd;
    const { stream } = forwarding;
    this.flow = stream.flow;
    this.flowStreamId = stream.streamInfo.streamId;
    this.timers = forwarding.limits.timersOf(this);
  }

  /** Whether a close of its connection would mean that the connection was stale. */
  get staleness(): Staleness {
    return this.client === null ? "fresh" : this.client.staleness;
  }

  /** It has a connection: the request may have been seen. */
  get requestStarted(): boolean {
    return this.client !== null;
  }

  /** Its two halves end by themselves: the request may go on when the response has ended. */
  get isTunnel(): boolean {
    return this.encoder?.isTunnel === true;
  }

  /** Nothing more comes from either side. */
  get isOver(): boolean {
    return this.phase === "done";
  }

  get responseStarted(): boolean {
    return this.phase === "responding";
  }

  // ---- request: from the router to the connection

  /** B5: the head is made; it is written as soon as the pool gives a connection. */
  encodeHeaders(headers: HeaderMap, endStream: boolean, pool: ConnectionPool): void {
    this.headers = headers;
    this.endsWithHeaders = endStream;
    this.requestEnded = endStream;
    const { context, plan, stream } = this.forwarding;
    this.log = AttemptLog.create(context.upstreamLoggers, stream, this.host, headers);
    const tryLimitMs = plan.timeouts.perTry?.timeoutMs ?? 0;
    this.measure = AttemptMeasure.create(plan.cluster.stats, stream.dispatcher, tryLimitMs);
    this.measure?.onRequest(headers);
    const waiting = pool.newStream(this);
    if (this.phase === "pooling") this.waiting = waiting;
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.requestEnded = endStream;
    if (this.log !== null) this.log.streamInfo.bytesSent += data.length;
    this.measure?.onRequestData(data.length);
    if (this.encoder !== null) {
      this.encoder.encodeData(data, endStream);
      if (endStream && this.responseEnded) this.completeTunnel();
      return;
    }
    if (this.phase !== "pooling") return;
    this.earlyEnd = endStream;
    if (data.length > 0) this.early.push(this.forwarding.keep(data));
    this.earlyBytes += data.length;
    const limit = this.forwarding.stream.bufferLimitBytes;
    if (this.earlyAboveLimit || limit === 0 || this.earlyBytes <= limit) return;
    this.earlyAboveLimit = true;
    this.forwarding.flowControl.onUpstreamBackedUp();
  }

  /** Both halves have ended, the client's last. */
  private completeTunnel(): void {
    if (this.phase === "done") return;
    this.settle();
    this.forwarding.onTunnelComplete();
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.requestEnded = true;
    if (this.encoder !== null) this.encoder.encodeTrailers(trailers);
    else this.earlyTrailers = trailers;
  }

  /** B8: stream and connection are tied together; what has come of the request is written (C4). */
  onPoolReady(encoder: RequestEncoder, client: ActiveClient): void {
    this.waiting = null;
    this.encoder = encoder;
    this.client = client;
    this.phase = "sending";
    const { connection } = client;
    this.flow?.record(
      FlowSteps.streamTied,
      this.forwarding.stream.streamInfo.connectionId,
      this.flowStreamId,
      this.host.addressText,
      -1,
      connection.id,
    );
    this.timers?.onConnected();
    this.log?.onConnected(client);
    this.forwarding.onUpstreamReady(this, client);
    for (let i = 0; i < this.readDisables; i++) encoder.readDisable(true);
    const { streamInfo } = this.forwarding.stream;
    const writtenBefore = connection.writtenBytes;
    encoder.encodeHeaders(this.headers as HeaderMap, this.endsWithHeaders);
    streamInfo.upstreamHeaderBytesSent += connection.writtenBytes - writtenBefore;
    if (!this.endsWithHeaders) this.sendEarlyBody(encoder);
    this.armTimers();
  }

  /** The request is complete, and what is left is the upstream's time. */
  onRequestComplete(): void {
    this.armTimers();
  }

  /** The time of a try begins when the request is complete, as an upgrade's never is, and there is a connection for it. */
  private armTimers(): void {
    if (this.timers === null || this.client === null || this.phase !== "sending") return;
    if (this.forwarding.isRequestComplete || this.headers?.upgradeType !== "") this.timers.start();
  }

  private sendEarlyBody(encoder: RequestEncoder): void {
    const pieces = this.early;
    this.early = [];
    for (let i = 0; i < pieces.length && this.phase !== "done"; i++) {
      const last = this.earlyEnd && i === pieces.length - 1 && this.earlyTrailers === null;
      encoder.encodeData(pieces[i] as Buffer, last);
    }
    if (this.phase === "done") return;
    if (this.earlyTrailers !== null) encoder.encodeTrailers(this.earlyTrailers);
    else if (this.earlyEnd && pieces.length === 0) encoder.encodeData(EMPTY, true);
    if (!this.earlyAboveLimit) return;
    this.earlyAboveLimit = false;
    this.forwarding.flowControl.onUpstreamDrained();
  }

  onPoolFailure(reason: ResetReason, transportFailureReason: string): void {
    this.waiting = null;
    this.log?.onReset(reason, transportFailureReason);
    this.settle();
    this.forwarding.onUpstreamReset(this, reason, transportFailureReason, false);
  }

  // ---- response: from the connection to the router

  decode1xxHeaders(headers: HeaderMap): void {
    this.forwarding.onUpstream1xxHeaders(this, headers);
  }

  /** D2 */
  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.log?.onResponse(headers);
    this.measure?.onResponse(headers);
    this.forwarding.stream.streamInfo.upstreamHeaderBytesReceived += headers.wireBytes;
    if (endStream) this.settle();
    else this.startResponding();
    this.forwarding.onUpstreamHeaders(this, headers, endStream);
  }

  private startResponding(): void {
    this.phase = "responding";
    if (this.isTunnel) this.timers?.stopTry();
    else this.timers?.onResponse();
  }

  /**
   * The client gets its answer, whose head shows whether it is a success. gRPC's success is in its trailers: without them
   * it is none.
   */
  countAnswer(headers: HeaderMap, endStream: boolean): void {
    const failed = headers.status >= 500;
    const isGrpc = !failed && isGrpcRequest(this.headers);
    if (isGrpc && !endStream) return;
    this.hasCounted = true;
    countOutcome(this.host, isGrpc ? isGrpcSuccess(headers) : !failed);
  }

  private countEnd(trailers: HeaderMap | null): void {
    if (this.hasCounted) return;
    this.hasCounted = true;
    countOutcome(this.host, trailers !== null && isGrpcSuccess(trailers));
  }

  /** It has answered before those that were sent after it. */
  recordAnswering(): void {
    if (this.client !== null) recordAnswering(this.forwarding.stream.streamInfo, this.host, this.client);
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (this.log !== null) this.log.streamInfo.bytesReceived += data.length;
    this.measure?.onResponseData(data.length);
    if (endStream) this.endResponse();
    else if (!this.isTunnel) this.timers?.onResponse();
    this.forwarding.onUpstreamData(data, endStream);
  }

  private endResponse(): void {
    this.responseEnded = true;
    this.countEnd(null);
    if (!this.isTunnel || this.requestEnded) this.settle();
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (this.log !== null) this.log.responseTrailers = trailers;
    this.countEnd(trailers);
    this.settle();
    this.forwarding.onUpstreamTrailers(trailers);
  }

  onResetStream(reason: ResetReason): void {
    const responseStarted = this.phase === "responding";
    this.log?.onReset(reason, "");
    this.settle();
    this.forwarding.onUpstreamReset(this, reason, "", responseStarted);
  }

  /** The attempt took longer than one may. */
  onPerTryTimeout(idle: boolean): void {
    this.log?.onTimeout(idle);
    this.forwarding.limits.onPerTryTimeout(this, idle);
  }

  /** The time of the whole request is up. */
  onRequestTimeout(): void {
    this.log?.onTimeout(false);
    this.measure?.onRequestTimeout();
  }

  /** The stream to the upstream lasted longer than one may, answer or not. */
  onMaxDuration(): void {
    this.forwarding.limits.onMaxStreamDuration(this);
  }

  // ---- flow control

  /** E3: the upstream connection does not take the request fast enough. */
  onAboveWriteBufferHighWatermark(): void {
    if (this.backedUp) return;
    this.backedUp = true;
    this.forwarding.flowControl.onUpstreamBackedUp();
  }

  /** E4 */
  onBelowWriteBufferLowWatermark(): void {
    if (!this.backedUp) return;
    this.backedUp = false;
    this.forwarding.flowControl.onUpstreamDrained();
  }

  /** E1, E2: stops and continues the response. Counted. */
  readDisable(disable: boolean): void {
    if (this.phase === "done") return;
    this.readDisables += disable ? 1 : -1;
    this.forwarding.flowControl.onResponseReadDisabled(disable);
    this.encoder?.readDisable(disable);
  }

  /**
   * The attempt is over. What it had stopped goes on: the client's bytes, which another request may bring; and the
   * response's, for the stats only, since the codec gives the connection's reads back itself.
   */
  private settle(): void {
    this.phase = "done";
    this.log?.end();
    this.log = null;
    this.measure?.end(this.forwarding.stream.dispatcher.now());
    this.measure = null;
    if (this.encoder !== null) this.client?.countTo(this.forwarding.stream.streamInfo);
    this.encoder = null;
    this.timers?.destroy();
    for (; this.readDisables > 0; this.readDisables--) this.forwarding.flowControl.onResponseReadDisabled(false);
    if (this.earlyAboveLimit) this.forwarding.flowControl.onUpstreamDrained();
    if (this.backedUp) this.forwarding.flowControl.onUpstreamDrained();
    this.earlyAboveLimit = false;
    this.backedUp = false;
  }

  /** Gives the attempt up. Idempotent; nothing is reported to the router afterwards. */
  destroy(): void {
    if (this.phase === "done") return;
    const encoder = this.encoder;
    this.settle();
    this.waiting?.cancel();
    this.waiting = null;
    if (encoder !== null) {
      this.forwarding.onUpstreamCancelled(this);
      encoder.resetStream("local reset");
    }
  }
}

const EMPTY = Buffer.alloc(0);
