import type { Dispatcher, Timer, TimerTarget } from "../../../event/dispatcher.js";
import type { FlowRecorder } from "../../../flow/flow-recorder.js";
import { NOT_YET } from "../../../stream-info/stream-info.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { Host } from "../../../upstream/host.js";
import type { ConnectionPool } from "../../../upstream/pool/connection-pool.js";
import type { Cancellable, PoolCallbacks } from "../../../upstream/pool/pool-callbacks.js";
import type { RequestEncoder } from "../../codec/codec.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { LogContext } from "../../formatter/log-context.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { countAnswer, countConnected, countOutcome, countReset, countTimeout } from "./attempt-outcome.js";
import { upstreamFailureStatus } from "./upstream-failure.js";

/** What a copy needs of the request that it is a copy of. */
export interface MirrorContext {
  readonly dispatcher: Dispatcher;
  /** Milliseconds from the complete request to the complete response; 0 is no limit. */
  readonly timeoutMs: number;
  /** Bytes of the body that may wait for a connection; 0 is no limit. */
  readonly bufferLimitBytes: number;
  /** What values of headers read that are made for the copy alone. */
  readonly formatContext: LogContext;
}

/**
 * A copy of a request on its way to a cluster whose answer nobody waits for. It lives on its own: it ends with its
 * response, with its connection, with its time, or because it is too slow to keep up with the request. Nothing that
 * happens to it is seen by the client.
 */
export class MirroredRequest implements PoolCallbacks, TimerTarget {
  readonly flow: FlowRecorder | null = null;
  readonly flowStreamId = 0;
  readonly needsFreshConnection = false;
  readonly looksForEnd = false;
  private readonly cluster: Cluster;
  private readonly host: Host;
  private readonly context: MirrorContext;
  private readonly headers: HeaderMap;
  private phase: "pooling" | "sending" | "done" = "pooling";
  private answered = false;
  private encoder: RequestEncoder | null = null;
  private waiting: Cancellable | null = null;
  private timer: Timer | null = null;
  /** Body that came before the connection did. */
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private trailers: HeaderMap | null = null;
  /** When it was complete; `NOT_YET` before. */
  private completeMs = NOT_YET;
  /** The connection has more of it than it may hold. */
  private backedUp = false;

  constructor(cluster: Cluster, host: Host, headers: HeaderMap, context: MirrorContext) {
    this.cluster = cluster;
    this.host = host;
    this.headers = headers;
    this.context = context;
  }

  // ---- request

  start(pool: ConnectionPool, endStream: boolean): void {
    if (this.phase === "done") return;
    if (endStream) this.onRequestComplete();
    const waiting = pool.newStream(this);
    if (this.phase === "pooling") this.waiting = waiting;
  }

  /** @param data bytes that stay as they are */
  encodeData(data: Buffer, endStream: boolean): void {
    if (this.phase === "done") return;
    if (endStream) this.onRequestComplete();
    if (this.encoder !== null) {
      this.encoder.encodeData(data, endStream);
      if (this.backedUp && !endStream) this.giveUp();
      return;
    }
    this.early.push(data);
    this.earlyBytes += data.length;
    const { bufferLimitBytes } = this.context;
    if (bufferLimitBytes > 0 && this.earlyBytes > bufferLimitBytes) this.giveUp();
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.phase === "done") return;
    this.onRequestComplete();
    if (this.encoder === null) this.trailers = trailers;
    else this.encoder.encodeTrailers(trailers);
  }

  private onRequestComplete(): void {
    this.completeMs = this.context.dispatcher.now();
    if (this.context.timeoutMs === 0) return;
    this.timer = this.context.dispatcher.createCoarseTimer(this);
    this.timer.arm(this.context.timeoutMs);
  }

  onPoolReady(encoder: RequestEncoder): void {
    this.waiting = null;
    this.phase = "sending";
    countConnected(this.host);
    this.encoder = encoder;
    const pieces = this.early;
    this.early = [];
    const headOnly = this.isComplete && pieces.length === 0 && this.trailers === null;
    encoder.encodeHeaders(this.headers, headOnly);
    for (let i = 0; i < pieces.length && this.isSending; i++) {
      encoder.encodeData(pieces[i] as Buffer, this.isComplete && this.trailers === null && i === pieces.length - 1);
    }
    if (this.trailers !== null && this.isSending) encoder.encodeTrailers(this.trailers);
  }

  private get isSending(): boolean {
    return this.phase === "sending";
  }

  private get isComplete(): boolean {
    return this.completeMs !== NOT_YET;
  }

  onPoolFailure(reason: ResetReason): void {
    this.waiting = null;
    this.onFailure(reason);
  }

  /** It counts as the answer that a client would have got for it. */
  private onFailure(reason: ResetReason): void {
    const { stats } = this.cluster;
    countReset(this.host, stats, reason, this.answered);
    if (!this.answered) stats.countResponseToCopy(upstreamFailureStatus(reason));
    this.settle();
  }

  // ---- response

  decode1xxHeaders(): void {}

  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    this.answered = true;
    countAnswer(this.host, this.cluster, this.headers, headers);
    countOutcome(this.host, headers.status < 500);
    this.cluster.stats.countResponseToCopy(headers.status);
    if (endStream) this.onResponseComplete();
  }

  decodeData(_data: Buffer, endStream: boolean): void {
    if (endStream) this.onResponseComplete();
  }

  decodeTrailers(): void {
    this.onResponseComplete();
  }

  private onResponseComplete(): void {
    if (this.isComplete) this.cluster.stats.countCompleteCopy(this.context.dispatcher.now() - this.completeMs);
    this.settle();
  }

  // ---- the end

  onResetStream(reason: ResetReason): void {
    this.onFailure(reason);
  }

  onTimer(): void {
    const { stats } = this.cluster;
    stats.rqTimeout.inc();
    if (!this.answered) stats.countResponseToCopy(504);
    countTimeout(this.host, this.answered, this.answered, false);
    this.cancel();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.backedUp = true;
  }

  onBelowWriteBufferLowWatermark(): void {
    this.backedUp = false;
  }

  /** It does not take its bytes as fast as they come: the client must not wait for it, nor may they pile up. */
  private giveUp(): void {
    this.cluster.stats.retryOrShadowAbandoned.inc();
    this.cancel();
  }

  /** The request that it is a copy of is over. What is complete goes on, anything else would never be. */
  onRequestOver(): void {
    if (!this.isComplete) this.cancel();
  }

  private cancel(): void {
    const { encoder, waiting } = this;
    if (this.phase === "done") return;
    this.settle();
    waiting?.cancel();
    if (encoder === null) return;
    this.cluster.stats.rqTxReset.inc();
    encoder.resetStream("local reset");
  }

  private settle(): void {
    this.phase = "done";
    this.encoder = null;
    this.waiting = null;
    this.early = [];
    this.timer?.disarm();
  }
}
