import type { FlowRecorder } from "../../../flow/flow-recorder.js";
import { FlowSteps } from "../../../flow/flow-step.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { ConnectionPool } from "../../../upstream/pool/connection-pool.js";
import type { Cancellable, PoolCallbacks } from "../../../upstream/pool/pool-callbacks.js";
import type { RequestEncoder } from "../../codec/codec.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { HeaderMap } from "../../headers/header-map.js";
import type { RouterFilter } from "./router-filter.js";

type Phase =
  /** Waits for a connection. */
  | "pooling"
  /** Tied to a connection, no response yet. */
  | "sending"
  | "responding"
  | "done";

/** One upstream attempt. Created per try, never reused. Owner: `RouterFilter`. */
export class UpstreamRequest implements PoolCallbacks {
  readonly host: Host;
  readonly flow: FlowRecorder | null;
  readonly flowStreamId: number;
  private readonly router: RouterFilter;
  private phase: Phase = "pooling";
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
  /** How often reading the response was stopped and not continued; a connection that comes later must know. */
  private readDisables = 0;

  constructor(router: RouterFilter, host: Host, flow: FlowRecorder | null, flowStreamId: number) {
    this.router = router;
    this.host = host;
    this.flow = flow;
    this.flowStreamId = flowStreamId;
  }

  get responseStarted(): boolean {
    return this.phase === "responding";
  }

  // ---- request: from the router to the connection

  /** B5: the head is made; it is written as soon as the pool gives a connection. */
  encodeHeaders(headers: HeaderMap, endStream: boolean, pool: ConnectionPool): void {
    this.headers = headers;
    this.endsWithHeaders = endStream;
    const waiting = pool.newStream(this);
    if (this.phase === "pooling") this.waiting = waiting;
  }

  encodeData(data: Buffer, endStream: boolean): void {
    if (this.encoder !== null) {
      this.encoder.encodeData(data, endStream);
      return;
    }
    if (this.phase !== "pooling") return;
    this.earlyEnd = endStream;
    if (data.length > 0) this.early.push(this.router.keep(data));
    this.earlyBytes += data.length;
    const limit = this.router.bufferLimitBytes;
    if (this.earlyAboveLimit || limit === 0 || this.earlyBytes <= limit) return;
    this.earlyAboveLimit = true;
    this.router.onUpstreamBackedUp();
  }

  encodeTrailers(trailers: HeaderMap): void {
    if (this.encoder !== null) this.encoder.encodeTrailers(trailers);
    else this.earlyTrailers = trailers;
  }

  /** B8: stream and connection are tied together; what has come of the request is written (C4). */
  onPoolReady(encoder: RequestEncoder, client: ActiveClient): void {
    this.waiting = null;
    this.encoder = encoder;
    this.phase = "sending";
    const { connection } = client;
    this.flow?.record(
      FlowSteps.streamTied,
      this.router.downstreamConnectionId,
      this.flowStreamId,
      this.host.addressText,
      -1,
      connection.id,
    );
    this.router.onUpstreamReady(client);
    for (let i = 0; i < this.readDisables; i++) encoder.readDisable(true);
    encoder.encodeHeaders(this.headers as HeaderMap, this.endsWithHeaders);
    if (!this.endsWithHeaders) this.sendEarlyBody(encoder);
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
    this.router.onUpstreamDrained();
  }

  onPoolFailure(reason: ResetReason, transportFailureReason: string): void {
    this.waiting = null;
    this.settle();
    this.router.onUpstreamReset(this, reason, transportFailureReason, false);
  }

  // ---- response: from the connection to the router

  decode1xxHeaders(headers: HeaderMap): void {
    this.router.onUpstream1xxHeaders(headers);
  }

  /** D2 */
  decodeHeaders(headers: HeaderMap, endStream: boolean): void {
    if (endStream) this.settle();
    else this.phase = "responding";
    this.router.onUpstreamHeaders(this, headers, endStream);
  }

  decodeData(data: Buffer, endStream: boolean): void {
    if (endStream) this.settle();
    this.router.onUpstreamData(data, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    this.settle();
    this.router.onUpstreamTrailers(trailers);
  }

  onResetStream(reason: ResetReason): void {
    const responseStarted = this.phase === "responding";
    this.settle();
    this.router.onUpstreamReset(this, reason, "", responseStarted);
  }

  // ---- flow control

  /** E3: the upstream connection does not take the request fast enough. */
  onAboveWriteBufferHighWatermark(): void {
    if (this.backedUp) return;
    this.backedUp = true;
    this.router.onUpstreamBackedUp();
  }

  /** E4 */
  onBelowWriteBufferLowWatermark(): void {
    if (!this.backedUp) return;
    this.backedUp = false;
    this.router.onUpstreamDrained();
  }

  /** E1, E2: stops and continues the response. Counted. */
  readDisable(disable: boolean): void {
    if (this.phase === "done") return;
    this.readDisables += disable ? 1 : -1;
    this.router.onResponseReadDisabled(disable);
    this.encoder?.readDisable(disable);
  }

  /**
   * The attempt is over. What it had stopped goes on: the client's bytes, which another request may bring; and the
   * response's, for the stats only, since the codec gives the connection's reads back itself.
   */
  private settle(): void {
    this.phase = "done";
    this.encoder = null;
    for (; this.readDisables > 0; this.readDisables--) this.router.onResponseReadDisabled(false);
    if (this.earlyAboveLimit) this.router.onUpstreamDrained();
    if (this.backedUp) this.router.onUpstreamDrained();
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
      this.router.onUpstreamCancelled(this);
      encoder.resetStream("local reset");
    }
  }
}

const EMPTY = Buffer.alloc(0);
