import type { Dispatcher, Task } from "../event/dispatcher.js";
import type { Gauge } from "../stats/stat.js";
import { BufferedBytes } from "./buffered-bytes.js";
import type { ReadBuffers } from "./read-buffers.js";
import type { StreamSocket } from "./stream-socket.js";

/** The connection as its gate sees it. */
export interface ReadGateOwner {
  readonly isOpen: boolean;
  /** Bytes pass: the layer above may disable reading on them, and hand some back. */
  onBytesPassed(data: Buffer): void;
  /** The peer has sent its last byte, and all before it have passed. */
  onEndPassed(): void;
}

/** How far the peer's half of a connection has come. Told apart only where it may end before ours. */
type RemoteHalf =
  /** Its FIN is the end of the connection (docs/decisions/0007). */
  | "endsAll"
  /** Its FIN ends its half alone. */
  | "mayEnd"
  /** FIN has come, bytes before it were not taken yet. */
  | "ending"
  | "ended";

/**
 * The read side of a connection: counts who wants reading to stop, holds what arrives meanwhile or is handed back, and lets
 * it pass, in order and before the peer's end, once nobody objects. Owner: `Connection`.
 */
export class ReadGate implements Task {
  private readonly owner: ReadGateOwner;
  private readonly socket: StreamSocket;
  private readonly dispatcher: Dispatcher;
  private readonly readBuffers: ReadBuffers;
  private disableCount = 0;
  private paused = false;
  /** Bytes that arrived while reading was disabled, or were handed back by `unread`; one read's worth at most. */
  private held: Buffer | null = null;
  private readonly heldCount: BufferedBytes;
  private redeliveryPosted = false;
  /** The layer above is looking at bytes: whether some come back is not known yet. */
  private passing = false;
  private remoteHalf: RemoteHalf = "endsAll";

  /** @param heldBytes counts what is held; null where nobody counts */
  constructor(
    owner: ReadGateOwner,
    socket: StreamSocket,
    dispatcher: Dispatcher,
    readBuffers: ReadBuffers,
    heldBytes: Gauge | null,
  ) {
    this.owner = owner;
    this.socket = socket;
    this.dispatcher = dispatcher;
    this.readBuffers = readBuffers;
    this.heldCount = new BufferedBytes(heldBytes);
  }

  get isDisabled(): boolean {
    return this.disableCount > 0;
  }

  /** Bytes have arrived that nobody has taken: held here, or left in the kernel while reading is paused. */
  get hasUnread(): boolean {
    return this.held !== null || this.paused;
  }

  /** The peer's end is not the end of the connection. */
  get mayBeHalfOpen(): boolean {
    return this.remoteHalf !== "endsAll";
  }

  allowHalfOpen(): void {
    if (this.remoteHalf === "endsAll") this.remoteHalf = "mayEnd";
  }

  /** The socket itself is paused only when bytes arrive meanwhile, so a peer that sends nothing costs no system call. */
  disable(disable: boolean): void {
    if (disable) {
      this.disableCount++;
      return;
    }
    this.disableCount--;
    if (this.disableCount === 0) this.reopen();
  }

  /** The socket brings bytes. */
  receive(data: Buffer): void {
    if (this.disableCount > 0 || this.held !== null) this.hold(data);
    else this.pass(data);
  }

  private hold(data: Buffer): void {
    const kept = this.readBuffers.keep(data);
    this.setHeld(this.held === null ? kept : Buffer.concat([this.held, kept]));
    if (this.paused) return;
    this.paused = true;
    this.socket.pauseReading();
  }

  /** What a read event brings from now on lies behind these bytes: `receive` sees to that. */
  unread(rest: Buffer): void {
    this.setHeld(this.readBuffers.keep(rest));
    if (this.disableCount === 0) this.reopen();
  }

  private setHeld(bytes: Buffer | null): void {
    this.held = bytes;
    this.heldCount.set(bytes === null ? 0 : bytes.length);
  }

  private reopen(): void {
    if (this.held !== null) {
      if (this.redeliveryPosted) return;
      this.redeliveryPosted = true;
      this.dispatcher.post(this);
    } else if (this.paused && !this.passing) {
      this.paused = false;
      if (this.owner.isOpen) this.socket.resumeReading();
    }
  }

  /** Lets held bytes pass. Called by the dispatcher on a turn of its own. */
  run(): void {
    this.redeliveryPosted = false;
    if (this.disableCount > 0 || this.held === null || !this.owner.isOpen) return;
    const { held } = this;
    this.setHeld(null);
    this.pass(held);
  }

  private pass(data: Buffer): void {
    this.passing = true;
    this.owner.onBytesPassed(data);
    this.passing = false;
    // Whether bytes came back, and the socket stays paused for them, is known only now.
    if (this.held === null && this.disableCount === 0) this.reopen();
    if (this.remoteHalf === "ending" && this.held === null) this.passEnd();
  }

  /** The peer's half has ended. What was read before goes first: now, or when reading goes on. */
  end(): void {
    this.remoteHalf = "ending";
    if (this.held === null) this.passEnd();
    else this.run();
  }

  private passEnd(): void {
    this.remoteHalf = "ended";
    if (this.owner.isOpen) this.owner.onEndPassed();
  }

  /** The connection is over: what is held is dropped. */
  close(): void {
    this.setHeld(null);
  }

  /** The bytes of a peer that goes on sending are read, so that its FIN is seen behind them. */
  drain(): void {
    if (this.paused) this.socket.resumeReading();
  }
}
