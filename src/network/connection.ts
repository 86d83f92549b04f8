import type { Dispatcher, Flushable } from "../event/dispatcher.js";
import type { FlowRecorder } from "../flow/flow-recorder.js";
import { FlowSteps } from "../flow/flow-step.js";
import type { Counter, Gauge } from "../stats/stat.js";
import { addressText } from "./address.js";
import { BufferedBytes } from "./buffered-bytes.js";
import { DelayedClose } from "./delayed-close.js";
import { OutputHold } from "./output-hold.js";
import { READ_BUFFER_BYTES, type ReadBuffers } from "./read-buffers.js";
import { ReadGate, type ReadGateOwner } from "./read-gate.js";
import type { SocketError, StreamSocket, StreamSocketCallbacks } from "./stream-socket.js";
import { TEXT_UP_TO_BYTES, WriteBuffer } from "./write-buffer.js";

/** How a connection ends from our side. */
export type CloseType =
  /** At once; what was not sent is lost. */
  | "noFlush"
  /** After what was written has been sent. */
  | "flushWrite"
  /** As `flushWrite`, then wait for the peer's FIN, so that a peer still sending reads the answer instead of a RST. */
  | "flushWriteAndDelay"
  /** At once with RST: the peer must not take what it has for complete. */
  | "reset";

export type ConnectionEvent = "connected" | "remoteClose" | "localClose";

/** What the layer above learns of a connection. Bytes come by `onData`. */
export interface ConnectionCallbacks {
  /** Bytes arrived, valid during the call only (`keep` makes them last). */
  onData(data: Buffer): void;
  /** The peer has sent its last byte and still reads; only on a connection that may be half open. */
  onRemoteEnd(): void;
  /** After `remoteClose` and `localClose` nothing follows. */
  onConnectionEvent(event: ConnectionEvent): void;
  onAboveWriteBufferHighWatermark(): void;
  onBelowWriteBufferLowWatermark(): void;
}

/** Counts sockets. Implemented by `Listener`. */
export interface SocketOwner {
  onSocketGone(): void;
}

/** Byte counters of the side a connection belongs to. */
export interface ConnectionStats {
  readonly rxBytes: Counter;
  readonly txBytes: Counter;
  /** Bytes that came and are held, because reading is disabled; null where nobody counts. */
  readonly rxBuffered: Gauge | null;
  /** Bytes that were written and that the kernel has not taken; null where nobody counts. */
  readonly txBuffered: Gauge | null;
  /** The peer did not close within the delayed-close timeout; null upstream, where there is none. */
  readonly delayedCloseTimeouts: Counter | null;
}

/** What connections of one worker share. */
export interface ConnectionContext {
  readonly dispatcher: Dispatcher;
  readonly readBuffers: ReadBuffers;
}

type State =
  | "connecting"
  | "open"
  /** Closed from our side; what was written is on its way, or the peer has yet to close. */
  | "closing"
  | "closed";

/**
 * A connection on either side: turns a socket's events into bytes and events for the layer above, gathers what is
 * written during one event into one write, and watches the write buffer's marks. Its read side is a `ReadGate`.
 */
export class Connection implements StreamSocketCallbacks, ReadGateOwner, Flushable {
  readonly id: number;
  readonly context: ConnectionContext;
  /** Where this connection's steps are recorded; null when nobody looks. */
  flow: FlowRecorder | null;
  /** The stream that the connection carries now, for the flow record; 0 for none. */
  flowStreamId = 0;
  flushPending = false;
  flushWaiting = false;
  /** Told once the socket is closed, which is later than `localClose` where bytes had to be flushed. */
  owner: SocketOwner | null = null;
  /** Why the connection ended, as far as the operating system told. */
  closeError: SocketError | null = null;
  /** Bytes that the socket has taken, from the beginning. */
  sentBytes = 0;
  receivedBytes = 0;
  /** Why it ended, one of Envoy's close reasons; empty while it lasts. */
  endReason = "";
  /** Bytes the write buffer may hold before the other side is told to stop; 0 is unlimited. */
  readonly bufferLimitBytes: number;

  private readonly socket: StreamSocket;
  private readonly stats: ConnectionStats;
  private readonly isUpstream: boolean;
  private callbacks: ConnectionCallbacks | null = null;
  private state: State;
  private readonly output = new WriteBuffer();
  /** The streams that have written since the last flush, while recording; they may have ended when it comes. */
  private readonly outputStreamIds: number[] = [];
  /** What is written waits for the next poll; null where nobody ever asked for it. */
  private outputHold: OutputHold | null = null;
  private aboveHighWatermark = false;
  private readonly readGate: ReadGate;
  private readonly unsentBytes: BufferedBytes;
  private writeEnded = false;
  private delayedCloseTimeoutMs = 0;
  /** Takes over in the state `closing`. */
  private delayedClose: DelayedClose | null = null;

  constructor(
    id: number,
    socket: StreamSocket,
    context: ConnectionContext,
    stats: ConnectionStats,
    options: { readonly connected: boolean; readonly bufferLimitBytes: number; readonly flow: FlowRecorder | null },
  ) {
    this.id = id;
    this.socket = socket;
    this.context = context;
    this.stats = stats;
    this.readGate = new ReadGate(this, socket, context.dispatcher, context.readBuffers, stats.rxBuffered);
    this.unsentBytes = new BufferedBytes(stats.txBuffered);
    this.isUpstream = !options.connected;
    this.state = options.connected ? "open" : "connecting";
    this.bufferLimitBytes = options.bufferLimitBytes;
    this.flow = options.flow;
    socket.setCallbacks(this);
  }

  setCallbacks(callbacks: ConnectionCallbacks): void {
    this.callbacks = callbacks;
  }

  /** How long a `flushWriteAndDelay` close waits for the peer, milliseconds; 0 does not wait. */
  setDelayedCloseTimeout(timeoutMs: number): void {
    this.delayedCloseTimeoutMs = timeoutMs;
  }

  get isOpen(): boolean {
    return this.state === "open";
  }

  get isConnecting(): boolean {
    return this.state === "connecting";
  }

  get isAboveHighWatermark(): boolean {
    return this.aboveHighWatermark;
  }

  get isReadDisabled(): boolean {
    return this.readGate.isDisabled;
  }

  /** Bytes have arrived that nobody has taken: held here, or left in the kernel while reading is paused. */
  get hasUnreadBytes(): boolean {
    return this.readGate.hasUnread;
  }

  get localAddressText(): string {
    const address = this.socket.localAddress;
    return address === null ? "" : addressText(address);
  }

  get remoteAddressText(): string {
    const address = this.socket.remoteAddress;
    return address === null ? "" : addressText(address);
  }

  get remoteHost(): string {
    const address = this.socket.remoteAddress;
    return address?.kind === "ip" ? address.host : "";
  }

  get localHost(): string {
    const address = this.socket.localAddress;
    return address?.kind === "ip" ? address.host : "";
  }

  get localPort(): number {
    const address = this.socket.localAddress;
    return address?.kind === "ip" ? address.port : 0;
  }

  /** Bytes that were handed over to be sent, whether they have left or not. */
  get writtenBytes(): number {
    return this.sentBytes + this.output.byteLength;
  }

  // ---- writing: gathered during an event, sent once at its end

  /** Queues text whose characters are all latin1: heads and chunk framing. */
  writeText(text: string): void {
    if (this.writeEnded || (this.state !== "open" && this.state !== "connecting")) return;
    this.output.addText(text);
    if (this.flow !== null) this.noteOutputStream();
    if (!this.flushPending) this.context.dispatcher.flushAtTurnEnd(this);
  }

  /** Queues bytes, which must stay as they are during the running event. */
  writeBytes(bytes: Buffer): void {
    if (this.writeEnded || (this.state !== "open" && this.state !== "connecting")) return;
    this.output.addBytes(bytes);
    if (this.flow !== null) this.noteOutputStream();
    if (!this.flushPending) this.context.dispatcher.flushAtTurnEnd(this);
  }

  /** From now on either side may end its half and go on with the other. Bytes that came before count for it. */
  allowHalfOpen(): void {
    this.readGate.allowHalfOpen();
  }

  /**
   * What is written from now on leaves behind the next poll, so that an end of the peer that has come by then is seen first:
   * then nothing of it is sent.
   */
  holdOutput(): void {
    this.outputHold ??= new OutputHold(this, this.context.dispatcher);
    this.outputHold.begin();
  }

  /** Sends FIN behind what was written; reading goes on. For a connection that may be half open. Idempotent. */
  endWrite(): void {
    if (this.state !== "open" || this.writeEnded) return;
    this.flushAll();
    this.writeEnded = true;
    this.socket.end();
  }

  /** Small output waits for the other events of the turn, as text that holds none of the event's memory. */
  mayWait(): boolean {
    if (this.output.byteLength > TEXT_UP_TO_BYTES) return false;
    this.output.keepAsText();
    return true;
  }

  /** Sends what was gathered, in one write. Called by the dispatcher at the end of the turn. */
  flush(): void {
    if (this.output.isEmpty || this.state === "closed") return;
    if (this.state === "connecting" || this.isHeldBack) {
      this.output.keepAll(this.context.readBuffers);
      return;
    }
    const bytes = this.output.byteLength;
    this.output.sendTo(this.socket, this.context.readBuffers);
    if (!this.socket.isWriteBroken) this.countSent(bytes);
    if (this.flow !== null) this.outputStreamIds.length = 0;
    this.unsentBytes.set(this.socket.unsentBytes);
    this.checkHighWatermark();
  }

  /** A peer may bring much in one poll: what is held stays within the limit, which is soft by one read. */
  private get isHeldBack(): boolean {
    if (this.outputHold === null || !this.outputHold.isHeld) return false;
    return this.bufferLimitBytes === 0 || this.output.byteLength <= this.bufferLimitBytes + READ_BUFFER_BYTES;
  }

  /** The connection ends: nothing may be left behind. */
  private flushAll(): void {
    this.outputHold?.end();
    this.flush();
  }

  private countSent(bytes: number): void {
    this.stats.txBytes.add(bytes);
    this.sentBytes += bytes;
    if (this.flow === null) return;
    // D5 downstream, C4 upstream: what the event produced went to the socket.
    const step = this.isUpstream ? FlowSteps.requestWritten : FlowSteps.downstreamFlushed;
    const ids = this.outputStreamIds;
    for (let i = 0; i < ids.length; i++) this.flow.record(step, this.id, ids[i] as number, "", bytes);
  }

  /** Pipelined requests may be answered within one event: their responses leave together. */
  private noteOutputStream(): void {
    const ids = this.outputStreamIds;
    if (ids[ids.length - 1] !== this.flowStreamId) ids.push(this.flowStreamId);
  }

  private checkHighWatermark(): void {
    if (this.bufferLimitBytes === 0 || this.aboveHighWatermark) return;
    if (this.socket.unsentBytes <= this.bufferLimitBytes) return;
    this.aboveHighWatermark = true;
    this.callbacks?.onAboveWriteBufferHighWatermark();
  }

  // ---- reading

  /** Counted: several parties may ask for silence, and reading goes on when all have withdrawn. */
  readDisable(disable: boolean): void {
    this.readGate.disable(disable);
  }

  /**
   * Hands back bytes that cannot be used yet; they are delivered again once reading is enabled, on a later turn of the
   * loop, so that one peer's queue does not hold up the others.
   */
  unread(rest: Buffer): void {
    this.readGate.unread(rest);
  }

  /** Makes bytes of `onData` safe to hold after the call. */
  keep(data: Buffer): Buffer {
    return this.context.readBuffers.keep(data);
  }

  onSocketReadable(data: Buffer): void {
    this.stats.rxBytes.add(data.length);
    this.receivedBytes += data.length;
    if (this.state === "open") this.readGate.receive(data);
  }

  onBytesPassed(data: Buffer): void {
    // A1 downstream, D1 upstream.
    if (this.flow !== null) {
      const step = this.isUpstream ? FlowSteps.upstreamReadReady : FlowSteps.downstreamReadReady;
      this.flow.record(step, this.id, this.flowStreamId, "", data.length);
    }
    this.callbacks?.onData(data);
  }

  onEndPassed(): void {
    this.callbacks?.onRemoteEnd();
  }

  // ---- the socket's other events

  onSocketConnected(): void {
    if (this.state !== "connecting") return;
    this.state = "open";
    this.callbacks?.onConnectionEvent("connected");
    if (!this.output.isEmpty && !this.flushPending) this.context.dispatcher.flushAtTurnEnd(this);
  }

  onSocketWritable(): void {
    this.unsentBytes.set(this.socket.unsentBytes);
    this.delayedClose?.onSocketWritable();
    if (!this.aboveHighWatermark || this.state !== "open") return;
    if (this.socket.unsentBytes > this.bufferLimitBytes >> 1) return;
    this.aboveHighWatermark = false;
    this.callbacks?.onBelowWriteBufferLowWatermark();
  }

  onSocketEnd(): void {
    if (this.delayedClose !== null) {
      this.delayedClose.onSocketEnd();
      return;
    }
    if (this.state === "closed") return;
    if (this.readGate.mayBeHalfOpen) {
      this.readGate.end();
      return;
    }
    // What this turn's earlier events produced is still owed to a client that only has nothing more to say. An origin
    // that has nothing more to say will not answer: what it was not sent can be sent to another.
    if (!this.isUpstream) this.flush();
    this.finish("remoteClose", "remote close");
    this.socket.destroy();
  }

  onSocketClosed(error: SocketError | null): void {
    this.delayedClose?.destroy();
    this.unsentBytes.set(0);
    this.owner?.onSocketGone();
    if (this.state === "closed") return;
    this.closeError = error;
    if (this.state === "closing") {
      this.state = "closed";
      return;
    }
    this.finish("remoteClose", error === null ? "remote close" : error.code);
  }

  // ---- closing from our side

  /**
   * Ends the connection. `localClose` is told at once, also where bytes are still to be flushed: the layer above is
   * done with it either way. Idempotent.
   *
   * @param reason for the flow record, one of Envoy's local close reasons.
   */
  close(type: CloseType, reason: string): void {
    if (this.state !== "open" && this.state !== "connecting") return;
    const connected = this.state === "open";
    if (type === "reset") {
      this.finish("localClose", reason);
      this.socket.reset();
      return;
    }
    if (type === "noFlush" || !connected) {
      this.finish("localClose", reason);
      this.socket.destroy();
      return;
    }
    this.flushAll();
    this.finish("localClose", reason);
    this.socket.end();
    this.readGate.drain();
    this.awaitPeer(type === "flushWriteAndDelay" && this.delayedCloseTimeoutMs > 0);
  }

  private awaitPeer(lingers: boolean): void {
    if (!lingers && this.socket.unsentBytes === 0) {
      // FIN is on its way right behind the last byte; nothing to wait for.
      this.socket.destroy();
      return;
    }
    this.state = "closing";
    this.delayedClose = new DelayedClose(this.socket, this.context.dispatcher, {
      timeoutMs: this.delayedCloseTimeoutMs,
      lingers,
      timeouts: this.stats.delayedCloseTimeouts,
    });
  }

  /** Enters the closed state and tells the layer above, once. */
  private finish(event: "remoteClose" | "localClose", reason: string): void {
    this.state = "closed";
    this.readGate.close();
    this.endReason = reason;
    this.flow?.record(FlowSteps.connectionClosed, this.id, this.flowStreamId, reason);
    const callbacks = this.callbacks;
    this.callbacks = null;
    callbacks?.onConnectionEvent(event);
  }
}
