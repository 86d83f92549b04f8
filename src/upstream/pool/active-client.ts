import type { LinkedNode } from "../../common/linked-list.js";
import type { Timer, TimerTarget } from "../../event/dispatcher.js";
import { FlowSteps } from "../../flow/flow-step.js";
import type { ClientConnection, ClientConnectionCallbacks, RequestEncoder } from "../../http/codec/codec.js";
import { type CodecError, Http1Errors } from "../../http/codec/codec-error.js";
import { Http1ClientConnection } from "../../http/codec/http1/client-connection.js";
import { TcpClientConnection } from "../../http/codec/tcp/tcp-client-connection.js";
import type { CloseType, Connection, ConnectionCallbacks, ConnectionEvent } from "../../network/connection.js";
import { NOT_YET, type StreamInfo } from "../../stream-info/stream-info.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { PoolCallbacks } from "./pool-callbacks.js";

/** What a connection that was used before is to a stream when it closes before the response (RFC 9112 9.3.1). */
export type Staleness =
  /** The connection is the stream's own, or has answered it. */
  | "fresh"
  /** No byte of the request was handed to the system: nobody has seen it. */
  | "unsent"
  /** The request may have been seen, and has not been answered by one byte. */
  | "unanswered";

/** How long a host that has closed a used connection unannounced is thought likely to do it again, milliseconds. */
const WARY_MS = 10_000;
/** A connection that has waited so long may have come to the end of its server's patience, milliseconds. */
const RESTED_MS = 100;

export type ClientState = "connecting" | "ready" | "busy" | "closed";

/**
 * One upstream connection of a pool with its codec. `ClientLists` alone changes `state`. Owner: `ConnectionPool`.
 */
export class ActiveClient
  implements ConnectionCallbacks, ClientConnectionCallbacks, TimerTarget, LinkedNode<ActiveClient>
{
  linkedNext: ActiveClient | null = null;
  linkedPrev: ActiveClient | null = null;
  state: ClientState = "connecting";
  readonly connection: Connection;
  /** Where it was to connect to: the host may have moved since. */
  private readonly targetText: string;
  /** The host has several addresses: only the connection knows which one it has. */
  private readonly hasOtherTargets: boolean;
  readonly createdMs: number;
  /** When the connection stood; `NOT_YET` before. */
  private connectedMs = NOT_YET;
  /** Requests that were sent on this connection. */
  requests = 0;
  private readonly pool: ConnectionPool;
  private readonly codec: ClientConnection;
  private readonly connectTimer: Timer;
  private readonly idleTimer: Timer;
  private readonly durationTimer: Timer | null;
  /** Its last stream is the one that it carries: it is old enough, or its host has failed. */
  isExpired = false;
  private connectTimedOut = false;
  private localText = "";
  /** Of the stream that it carries: what was sent before, and whether anything came back. */
  private sentBytesBefore = 0;
  private receivedBytesBefore = 0;
  private answered = false;
  private closeType: CloseType = "noFlush";
  /** When it began to wait for the next stream. */
  private readySinceMs = NOT_YET;

  constructor(pool: ConnectionPool, connection: Connection) {
    this.pool = pool;
    this.connection = connection;
    const { address, addressText } = pool.host;
    this.targetText = addressText;
    this.hasOtherTargets = address.kind === "ip" && address.otherHosts !== undefined;
    const { info } = pool.cluster;
    this.codec = createCodec(pool, connection, this);
    const dispatcher = connection.context.dispatcher;
    this.createdMs = dispatcher.now();
    this.connectTimer = dispatcher.createTimer(this);
    this.idleTimer = dispatcher.createCoarseTimer(this);
    this.durationTimer = info.poolPolicy.maxConnectionDurationMs > 0 ? dispatcher.createCoarseTimer(this) : null;
    connection.setCallbacks(this);
    this.connectTimer.arm(info.connectTimeoutMs);
  }

  /** B8, C2: the connection carries this stream now. */
  attach(callbacks: PoolCallbacks): RequestEncoder {
    this.idleTimer.disarm();
    this.requests++;
    this.sentBytesBefore = this.connection.sentBytes;
    this.receivedBytesBefore = this.connection.receivedBytes;
    this.answered = false;
    this.connection.flow = callbacks.flow;
    this.connection.flowStreamId = callbacks.flowStreamId;
    if (callbacks.looksForEnd && this.mayHaveEnded) this.connection.holdOutput();
    return this.codec.newStream(callbacks, callbacks);
  }

  /**
   * It was used, and there is reason to think that its end is on its way. Looking costs a turn of the loop, a sixth of the
   * CPU of a small request, so connections that are used one request right behind the other are trusted.
   */
  private get mayHaveEnded(): boolean {
    if (this.requests === 1) return false;
    const nowMs = this.connection.context.dispatcher.now();
    return nowMs - this.readySinceMs >= RESTED_MS || nowMs - this.pool.host.lastUnannouncedEndMs < WARY_MS;
  }

  /** Waits for the next stream. */
  armIdleTimer(timeoutMs: number): void {
    this.readySinceMs = this.connection.context.dispatcher.now();
    this.connection.flow = null;
    this.connection.flowStreamId = 0;
    if (timeoutMs > 0) this.idleTimer.arm(timeoutMs);
  }

  /** What a close of the connection would now mean to its stream. */
  get staleness(): Staleness {
    if (this.requests === 1 || this.answered) return "fresh";
    return this.connection.sentBytes === this.sentBytesBefore ? "unsent" : "unanswered";
  }

  /** It was kept, and its end now is one that nobody was told of: it waits, or has not been answered. */
  get isKept(): boolean {
    return this.requests > 0 && (this.state === "ready" || this.staleness !== "fresh");
  }

  get connectFailedByTimeout(): boolean {
    return this.connectTimedOut;
  }

  close(reason: string): void {
    this.connection.close(this.closeType, reason);
  }

  onTimer(timer: Timer): void {
    if (timer === this.connectTimer) {
      this.connectTimedOut = true;
      this.connection.flow?.record(FlowSteps.timerFired, this.connection.id, this.connection.flowStreamId, "connect");
      this.close("connect_timeout");
    } else if (timer === this.durationTimer) {
      if (this.isExpired) return;
      this.isExpired = true;
      this.pool.onClientExpired(this);
    } else {
      this.pool.onIdleTimeout(this);
    }
  }

  // ---- the connection's events

  onData(data: Buffer): void {
    if (this.staleness === "unsent") {
      this.codec.refuse(data);
      return;
    }
    this.answered = true;
    this.codec.dispatch(data);
  }

  onRemoteEnd(): void {
    this.codec.onRemoteEnd();
  }

  onConnectionEvent(event: ConnectionEvent): void {
    this.connectTimer.disarm();
    if (event === "connected") {
      this.connectedMs = this.connection.context.dispatcher.now();
      this.durationTimer?.arm(this.pool.cluster.info.poolPolicy.maxConnectionDurationMs);
      this.pool.onClientConnected(this);
      return;
    }
    this.idleTimer.disarm();
    this.durationTimer?.disarm();
    this.pool.onClientClosed(this, event);
  }

  /** The connection is gone: tells the stream that it carries. */
  endStream(event: ConnectionEvent): void {
    const remote = event === "remoteClose";
    const orderly = remote && this.connection.closeError === null;
    this.codec.onConnectionClosed(remote ? "connection termination" : "local reset", orderly);
  }

  /** Adds what the stream that it carries has cost on the wire; once, when it is over. */
  countTo(info: StreamInfo): void {
    info.upstreamWireBytesSent += this.connection.writtenBytes - this.sentBytesBefore;
    info.upstreamWireBytesReceived += this.connection.receivedBytes - this.receivedBytesBefore;
  }

  /** Writes down who answers. */
  describeTo(streamInfo: StreamInfo): void {
    streamInfo.upstreamConnectionId = this.connection.id;
    streamInfo.upstreamLocalAddress = this.localAddressText;
    streamInfo.upstreamRemoteAddress = this.remoteAddressText;
    streamInfo.upstreamProtocol = this.codec.protocol;
    streamInfo.upstreamConnectStartMs = this.createdMs;
    streamInfo.upstreamConnectedMs = this.connectedMs;
  }

  /** Where it is connected to, as logs print it. */
  get remoteAddressText(): string {
    return this.hasOtherTargets ? this.connection.remoteAddressText : this.targetText;
  }

  /** Our address on this connection, as logs print it. */
  get localAddressText(): string {
    if (this.localText === "") this.localText = this.connection.localAddressText;
    return this.localText;
  }

  onAboveWriteBufferHighWatermark(): void {
    this.codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.codec.onBelowWriteBufferLowWatermark();
  }

  // ---- the codec's events

  onResponseComplete(reusable: boolean, requestDone: boolean): void {
    // The request that is cut off is one that was at work, and counts as such.
    if (requestDone) this.pool.onStreamComplete(this, reusable);
    else this.close("response_before_request_complete");
  }

  onProtocolError(error: CodecError): void {
    // A server that closes an idle connection and says so breaks no rule.
    if (error !== Http1Errors.idleTimeout) this.pool.cluster.stats.cxProtocolError.inc();
    this.close("upstream_protocol_error");
  }

  onStreamReset(wasTunnel: boolean): void {
    if (wasTunnel) this.closeType = "reset";
    this.close("stream_reset");
  }

  onTunnelComplete(): void {
    this.closeType = "flushWrite";
    this.pool.onStreamComplete(this, false);
  }
}

function createCodec(
  pool: ConnectionPool,
  connection: Connection,
  callbacks: ClientConnectionCallbacks,
): ClientConnection {
  if (pool.kind.protocol === "tcp") return new TcpClientConnection(connection, callbacks);
  const { info } = pool.cluster;
  return new Http1ClientConnection(connection, callbacks, {
    maxHeadBytes: info.maxResponseHeadersKb * 1024,
    maxFields: info.maxHeadersCount,
    enableTrailers: info.enableTrailers,
    underscores: "allow",
    stats: null,
    allowChunkedLength: info.allowChunkedLength,
    sendFullyQualifiedUrl: info.sendFullyQualifiedUrl,
    allowAbsoluteUrl: true,
    allowHttpsTarget: false,
    ignoredUpgrades: null,
    headerCase: info.headerCase,
  });
}
