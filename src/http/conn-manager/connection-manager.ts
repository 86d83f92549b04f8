import type { Task, Timer, TimerTarget } from "../../event/dispatcher.js";
import { FlowSteps } from "../../flow/flow-step.js";
import type { Connection, ConnectionEvent, ConnectionStats } from "../../network/connection.js";
import type { FilterStatus, ReadFilter, ReadFilterFactory } from "../../network/filter.js";
import type { Protocol } from "../../stream-info/protocol.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import { OwnPools } from "../../upstream/pool/own-pools.js";
import type { RequestDecoder, ResponseEncoder, ServerConnection, ServerConnectionCallbacks } from "../codec/codec.js";
import { Http1ServerConnection } from "../codec/http1/server-connection.js";
import { ActiveStream, type StreamOwner } from "./active-stream.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import { type DownstreamPeer, downstreamPeer } from "./downstream-peer.js";

type DrainState =
  | "serving"
  /** The next response announces that it is the last; a client that sends nothing has until the drain timer. */
  | "announcing"
  /** Closes as soon as no request is in flight. */
  | "closing";

/**
 * The HTTP connection manager of one downstream connection: feeds its codec, makes a stream of each request, and decides
 * when the connection ends. A network read filter, the last of its chain.
 */
export class ConnectionManager implements ReadFilter, ServerConnectionCallbacks, StreamOwner, TimerTarget, Task {
  readonly connection: Connection;
  private readonly context: ConnectionManagerContext;
  private readonly codec: ServerConnection;
  private readonly peer: DownstreamPeer;
  private readonly startMs: number;
  private readonly idleTimer: Timer | null;
  private readonly durationTimer: Timer | null;
  private headTimer: Timer | null = null;
  /** When the head that is being received began; `NOT_BEGUN` between heads. */
  private headStartMs = NOT_BEGUN;
  private stream: ActiveStream | null = null;
  private requests = 0;
  /** When the last stream ended. */
  private receivedBytesBefore = 0;
  private writtenBytesBefore = 0;
  private drainTimer: Timer | null = null;
  private drainState: DrainState = "serving";
  /** Of clusters where clients share no connection; null where there was none. */
  private pools: OwnPools | null = null;

  constructor(connection: Connection, context: ConnectionManagerContext) {
    this.connection = connection;
    this.context = context;
    const { config, dispatcher, stats } = context;
    this.codec = new Http1ServerConnection(connection, this, context.http1Settings);
    this.peer = downstreamPeer(connection);
    this.startMs = dispatcher.now();
    this.idleTimer = config.idleTimeoutMs > 0 ? dispatcher.createCoarseTimer(this) : null;
    this.durationTimer = config.maxConnectionDurationMs > 0 ? dispatcher.createCoarseTimer(this) : null;
    connection.setDelayedCloseTimeout(config.delayedCloseTimeoutMs);
    stats.cxTotal.inc();
    stats.cxHttp1Total.inc();
    stats.cxActive.inc();
    stats.cxHttp1Active.inc();
  }

  // ---- the connection's events

  onNewConnection(): FilterStatus {
    this.idleTimer?.arm(this.context.config.idleTimeoutMs);
    this.durationTimer?.arm(this.context.config.maxConnectionDurationMs);
    return "continue";
  }

  /** A2: the bytes go to the codec as they come. */
  onData(data: Buffer): FilterStatus {
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.connectionManagerData, id, flowStreamId, "", data.length);
    this.codec.dispatch(data);
    this.watchHead();
    return "stopIteration";
  }

  /** From its first byte on a head has so much time, also one that came right behind another request. */
  private watchHead(): void {
    if (this.headStartMs !== NOT_BEGUN || !this.codec.isReceivingHead) return;
    const { dispatcher, headTimeout } = this.context;
    this.headStartMs = dispatcher.now();
    if (headTimeout === null) return;
    this.headTimer ??= dispatcher.createCoarseTimer(this);
    this.headTimer.arm(headTimeout.timeoutMs);
  }

  onRemoteEnd(): void {
    this.codec.onRemoteEnd();
  }

  onConnectionEvent(event: ConnectionEvent): void {
    if (event === "connected") return;
    this.countClose(event);
    this.idleTimer?.disarm();
    this.durationTimer?.disarm();
    this.headTimer?.disarm();
    this.drainTimer?.disarm();
    this.codec.onConnectionClosed(event === "remoteClose");
    this.pools?.end();
  }

  private countClose(event: ConnectionEvent): void {
    const { stats, dispatcher } = this.context;
    const local = event === "localClose";
    stats.cxActive.dec();
    stats.cxHttp1Active.dec();
    stats.cxDestroy.inc();
    (local ? stats.cxDestroyLocal : stats.cxDestroyRemote).inc();
    stats.cxLengthMs.record(dispatcher.now() - this.startMs);
    if (this.stream === null) return;
    stats.cxDestroyActiveRq.inc();
    (local ? stats.cxDestroyLocalActiveRq : stats.cxDestroyRemoteActiveRq).inc();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.codec.onAboveWriteBufferHighWatermark();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.codec.onBelowWriteBufferLowWatermark();
  }

  // ---- the codec's events

  newStream(encoder: ResponseEncoder, protocol: Protocol): RequestDecoder {
    this.idleTimer?.disarm();
    this.headTimer?.disarm();
    const { config, stats, dispatcher } = this.context;
    const startMs = this.headStartMs === NOT_BEGUN ? dispatcher.now() : this.headStartMs;
    this.headStartMs = NOT_BEGUN;
    stats.rqTotal.inc();
    stats.rqHttp1Total.inc();
    stats.rqActive.inc();
    this.requests++;
    if (config.maxRequestsPerConnection > 0 && this.requests >= config.maxRequestsPerConnection) {
      stats.cxMaxRequestsReached.inc();
      this.codec.goAway();
    }
    const stream = new ActiveStream(this, this.context, this.peer, encoder, protocol, startMs);
    this.connection.flowStreamId = stream.streamInfo.streamId;
    this.stream = stream;
    return stream;
  }

  onStreamComplete(decoder: RequestDecoder): void {
    (decoder as ActiveStream).onCodecComplete();
  }

  // ---- the stream's events

  onStreamEnded(): void {
    this.stream = null;
    this.receivedBytesBefore = this.connection.receivedBytes;
    this.writtenBytesBefore = this.connection.writtenBytes;
    this.context.stats.rqActive.dec();
    if (!this.connection.isOpen) return;
    this.idleTimer?.arm(this.context.config.idleTimeoutMs);
    this.watchHead();
    // The codec closes by itself what it could announce; here is the response that had begun before.
    if (this.drainState === "closing") this.context.dispatcher.post(this);
  }

  closeAfterResponse(): void {
    this.codec.goAway();
  }

  measure(info: StreamInfo): void {
    info.downstreamWireBytesReceived = this.connection.receivedBytes - this.receivedBytesBefore;
    info.downstreamWireBytesSent = this.connection.writtenBytes - this.writtenBytesBefore;
  }

  closeForDrain(): void {
    if (this.drainState !== "serving") return;
    this.context.stats.cxDrainClose.inc();
    this.drainState = "announcing";
    this.codec.goAway();
  }

  closeUnderLoad(): void {
    if (this.drainState !== "serving") return;
    this.context.stats.cxOverloadDisableKeepalive.inc();
    this.codec.goAway();
  }

  get ownPools(): OwnPools {
    this.pools ??= new OwnPools();
    return this.pools;
  }

  keep(data: Buffer): Buffer {
    return this.connection.keep(data);
  }

  // ---- timers and draining

  onTimer(timer: Timer): void {
    const { stats } = this.context;
    if (timer === this.headTimer) {
      // The stream that is made for the head says which limit it was.
      this.codec.onRequestHeadersTimeout();
      return;
    }
    if (timer === this.drainTimer) {
      this.recordTimer("drain");
      this.closeWhenIdle();
      return;
    }
    if (timer === this.idleTimer) stats.cxIdleTimeout.inc();
    else stats.cxMaxDurationReached.inc();
    this.recordTimer(timer === this.idleTimer ? "connection idle" : "connection duration");
    if (timer === this.durationTimer && this.context.config.safeMaxConnectionDuration) {
      // A request that is on its way would be lost with a close: the next response says that it is the last.
      this.codec.goAway();
      return;
    }
    if (this.requests > 0 || this.codec.isReceivingHead) this.startDrainSequence();
    // A client that has never sent a byte is not about to: nothing has to be announced.
    else this.closeWhenIdle();
  }

  private recordTimer(which: string): void {
    const { flow, id, flowStreamId } = this.connection;
    flow?.record(FlowSteps.timerFired, id, flowStreamId, which);
  }

  /**
   * The connection is to end, but a request may be on its way already. It is served, and its response
   * says that it is the last.
   */
  private startDrainSequence(): void {
    if (this.drainState !== "serving") return;
    this.drainState = "announcing";
    this.codec.goAway();
    const { config, dispatcher } = this.context;
    if (config.drainTimeoutMs === 0) {
      this.closeWhenIdle();
      return;
    }
    this.drainTimer = dispatcher.createCoarseTimer(this);
    this.drainTimer.arm(config.drainTimeoutMs);
  }

  /** Lets the request in flight finish and ends the connection then; at once when there is none. */
  drain(): void {
    if (this.drainState === "closing") return;
    this.context.stats.cxDrainClose.inc();
    this.codec.goAway();
    this.closeWhenIdle();
  }

  private closeWhenIdle(): void {
    this.drainState = "closing";
    this.run();
  }

  /** Called by the dispatcher once a stream has ended: another one may have begun, whose response says so then. */
  run(): void {
    if (this.stream === null) this.connection.close("flushWrite", "drain");
  }

  /** Ends the connection at once, and with it the request in flight. */
  cut(reason: string): void {
    this.stream?.resetFromFilter(`downstream_local_disconnect(${reason})`);
    this.connection.close("noFlush", reason);
  }
}

const NOT_BEGUN = -1;

/** Makes the connection manager of each connection of a filter chain. */
export class ConnectionManagerFactory implements ReadFilterFactory {
  private readonly context: ConnectionManagerContext;

  constructor(context: ConnectionManagerContext) {
    this.context = context;
  }

  get connectionStats(): ConnectionStats {
    return this.context.stats.connection;
  }

  createFilter(connection: Connection): ReadFilter {
    return new ConnectionManager(connection, this.context);
  }
}
