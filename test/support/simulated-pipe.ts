import type { LinkOptions, ReadSplitter } from "./link-options.js";
import type { SimulatedDispatcher } from "./simulated-dispatcher.js";

/** The end that writes into a pipe. */
export interface PipeSender {
  /** Everything that was written has been taken. Called on a turn of its own. */
  onPipeDrained(): void;
  /** Everything before FIN has been taken, and FIN follows it. */
  onPipeFinSent(): void;
}

/** The end that reads from a pipe. Each call comes on a turn of its own. */
export interface PipeReceiver {
  /** Bytes it has itself written that were not taken yet: the kernel reports RST to such an end, reading or not. */
  readonly unsentBytes: number;
  onPipeBytes(data: Buffer): void;
  onPipeFin(): void;
  onPipeReset(): void;
  /** RST has arrived for an end that does not read, and whose own bytes wait: its write fails. */
  onPipeBroken(): void;
  /** Bytes came for an end that is gone: TCP answers them with RST. */
  onPipeBytesUnwanted(): void;
}

/**
 * One direction of a simulated TCP connection. Bytes wait with the sender until the window takes them, travel for the
 * link's latency, wait with the receiver until it reads, and only then make room in the window, one latency later.
 */
export class SimulatedPipe {
  private readonly dispatcher: SimulatedDispatcher;
  private readonly link: LinkOptions;
  private readonly splitter: ReadSplitter;
  private sender: PipeSender | null = null;
  private receiver: PipeReceiver | null = null;

  /** The writer's own buffers, not copies: who changes one before it is taken sends what it was changed to. */
  private readonly unsent: Buffer[] = [];
  private unsentCount = 0;
  private corked = 0;
  private connected = false;
  private drainWanted = false;
  /** Bytes that were taken and whose reading the sender has not heard of yet. */
  private inWindow = 0;
  private finWritten = false;
  private finSent = false;

  private readonly arrived: Buffer[] = [];
  private arrivedCount = 0;
  private finArrived = false;
  private resetArrived = false;
  private reading = true;
  private deliveryScheduled = false;
  private resetDelivered = false;
  private receiverGone = false;
  private cut = false;

  constructor(dispatcher: SimulatedDispatcher, link: LinkOptions, splitter: ReadSplitter) {
    this.dispatcher = dispatcher;
    this.link = link;
    this.splitter = splitter;
  }

  attach(sender: PipeSender, receiver: PipeReceiver): void {
    this.sender = sender;
    this.receiver = receiver;
  }

  // ---- sender's side

  get unsentBytes(): number {
    return this.unsentCount;
  }

  /** FIN was written, and everything before it has been taken. */
  get isFinSent(): boolean {
    return this.finSent;
  }

  /** The sender learned that the connection stands; what was written before is taken now. */
  open(): void {
    this.connected = true;
    this.pump();
  }

  write(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.unsent.push(bytes);
    this.unsentCount += bytes.length;
    this.pump();
  }

  cork(): void {
    this.corked++;
  }

  uncork(): void {
    if (this.corked > 0) this.corked--;
    this.pump();
  }

  /** Asks for `onPipeDrained` once everything is taken. */
  wantDrain(): void {
    this.drainWanted = true;
  }

  writeFin(): void {
    this.finWritten = true;
    this.corked = 0;
    this.pump();
  }

  /** The sender closed: what was not taken is lost, what was taken still arrives, and FIN behind it. */
  dropUnsentAndFinish(): void {
    this.dropUnsent();
    this.writeFin();
  }

  /** What was not taken never will be. */
  dropUnsent(): void {
    this.unsent.length = 0;
    this.unsentCount = 0;
  }

  /** RST behind what is on its way; what the receiver has not read by then is still there for it. */
  sendReset(): void {
    this.dropUnsent();
    this.finWritten = true;
    this.finSent = true;
    this.dispatcher.schedule(this.link.latencyMs, () => this.onResetArrival());
  }

  // ---- receiver's side

  get unreadBytes(): number {
    return this.arrivedCount;
  }

  /** RST has arrived, seen by the receiver or not. */
  get isReset(): boolean {
    return this.resetArrived;
  }

  setReading(reading: boolean): void {
    this.reading = reading;
    this.deliverSoon();
  }

  /** The receiver closed: nothing is delivered any more. */
  abandon(): void {
    this.receiverGone = true;
    this.arrived.length = 0;
    this.arrivedCount = 0;
  }

  /** The wire is cut: nothing gets through from now on, and nobody is told. */
  cutOff(): void {
    this.cut = true;
  }

  // ---- inside

  private pump(): void {
    if (!this.connected || this.corked > 0) return;
    while (this.unsent.length > 0 && this.inWindow < this.link.windowBytes) this.takeSome(this.unsent[0] as Buffer);
    if (this.unsent.length > 0 || !this.finWritten || this.finSent) return;
    this.finSent = true;
    this.dispatcher.schedule(this.link.latencyMs, () => this.onFinArrival());
    this.sender?.onPipeFinSent();
  }

  /** The kernel takes a copy of as much of the first buffer as the window allows. */
  private takeSome(first: Buffer): void {
    const size = Math.min(first.length, this.link.windowBytes - this.inWindow);
    const taken = Buffer.from(first.subarray(0, size));
    if (size === first.length) this.unsent.shift();
    else this.unsent[0] = first.subarray(size);
    this.unsentCount -= size;
    this.inWindow += size;
    this.dispatcher.schedule(this.link.latencyMs, () => this.onArrival(taken));
  }

  private onArrival(bytes: Buffer): void {
    if (this.cut) return;
    if (this.receiverGone) {
      this.receiver?.onPipeBytesUnwanted();
      return;
    }
    this.arrived.push(bytes);
    this.arrivedCount += bytes.length;
    this.deliverSoon();
  }

  private onFinArrival(): void {
    if (this.cut) return;
    this.finArrived = true;
    this.deliverSoon();
  }

  private onResetArrival(): void {
    if (this.cut) return;
    this.resetArrived = true;
    if (this.receiverGone || this.resetDelivered) return;
    if (this.reading || this.receiver === null || this.receiver.unsentBytes === 0) this.deliverSoon();
    else this.receiver.onPipeBroken();
  }

  /** Each read is an event of its own, so that other sockets' events come between two reads of one. */
  private deliverSoon(): void {
    if (!this.reading || this.deliveryScheduled || this.receiverGone || this.resetDelivered) return;
    if (this.arrivedCount === 0 && !this.finArrived && !this.resetArrived) return;
    this.deliveryScheduled = true;
    this.dispatcher.schedule(0, () => this.deliver());
  }

  private deliver(): void {
    this.deliveryScheduled = false;
    if (!this.reading || this.receiverGone || this.resetDelivered) return;
    if (this.arrivedCount > 0) {
      this.deliverBytes(this.takeArrived(this.splitter.nextSize(this.arrivedCount)));
      this.deliverSoon();
      return;
    }
    if (this.resetArrived) {
      this.resetDelivered = true;
      this.receiver?.onPipeReset();
    } else if (this.finArrived) {
      this.finArrived = false;
      this.receiver?.onPipeFin();
      // RST may follow FIN.
      this.deliverSoon();
    }
  }

  private deliverBytes(bytes: Buffer): void {
    this.dispatcher.schedule(this.link.latencyMs, () => this.onAcknowledged(bytes.length));
    this.receiver?.onPipeBytes(bytes);
  }

  private onAcknowledged(size: number): void {
    if (this.cut) return;
    this.inWindow -= size;
    this.pump();
    if (!this.drainWanted || this.unsentCount > 0) return;
    this.drainWanted = false;
    this.sender?.onPipeDrained();
  }

  private takeArrived(size: number): Buffer {
    const piece = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const first = this.arrived[0] as Buffer;
      const part = first.copy(piece, filled, 0, size - filled);
      if (part === first.length) this.arrived.shift();
      else this.arrived[0] = first.subarray(part);
      filled += part;
    }
    this.arrivedCount -= size;
    return piece;
  }
}
