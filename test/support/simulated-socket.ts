import assert from "node:assert/strict";
import type { Address } from "../../src/network/address.js";
import type { ReadBuffers } from "../../src/network/read-buffers.js";
import type { SocketError, StreamSocket, StreamSocketCallbacks } from "../../src/network/stream-socket.js";
import type { SimulatedDispatcher } from "./simulated-dispatcher.js";
import type { PipeReceiver, PipeSender, SimulatedPipe } from "./simulated-pipe.js";

/** What delivered bytes are overwritten with when the read event is over: who kept them without `keep` sends this. */
export const POISON = 0xaa;

/** What the sockets of one side share. */
export interface SimulatedSocketContext {
  readonly dispatcher: SimulatedDispatcher;
  /** The memory that reads go to; the proxy under test must be given the same object. */
  readonly readBuffers: ReadBuffers;
}

/** Which of the two ends asked for the connection. */
export type SocketRole = "connects" | "accepted";

type State = "connecting" | "open" | "closing" | "closed";

/** One end of a simulated TCP connection, behind the proxy's own socket contract. Tests script it by `SimulatedPeer`. */
export class SimulatedSocket implements StreamSocket, PipeSender, PipeReceiver {
  isWriteBroken = false;
  private readonly context: SimulatedSocketContext;
  private readonly role: SocketRole;
  private readonly inbound: SimulatedPipe;
  private readonly outbound: SimulatedPipe;
  private callbacks: StreamSocketCallbacks | null = null;
  private state: State = "connecting";
  private ended = false;
  private remoteEnded = false;
  private readBuffer: Buffer;
  private local: Address | null = null;
  private remote: Address | null = null;

  constructor(context: SimulatedSocketContext, role: SocketRole, inbound: SimulatedPipe, outbound: SimulatedPipe) {
    this.context = context;
    this.role = role;
    this.inbound = inbound;
    this.outbound = outbound;
    this.readBuffer = context.readBuffers.shared;
  }

  // ---- StreamSocket

  get localAddress(): Address | null {
    return this.local;
  }

  get remoteAddress(): Address | null {
    return this.remote;
  }

  get unsentBytes(): number {
    return this.outbound.unsentBytes;
  }

  setCallbacks(callbacks: StreamSocketCallbacks): void {
    assert.equal(this.callbacks, null, "setCallbacks is called once");
    this.callbacks = callbacks;
  }

  writeText(text: string): void {
    this.writeBytes(Buffer.from(text, "latin1"));
  }

  writeBytes(bytes: Buffer): void {
    if (this.state === "closing" || this.state === "closed") return;
    assert.ok(!this.ended, "a write after end()");
    // RST that has arrived comes to light by a write before it is read, or while nothing is read.
    if (this.inbound.isReset) {
      this.breakWrite({ code: "EPIPE", message: "write EPIPE" });
      return;
    }
    this.outbound.write(bytes);
    if (this.unsentBytes > 0) this.outbound.wantDrain();
  }

  /** As `NodeSocket`: what arrived before RST is still read by the end that connected. */
  private breakWrite(error: SocketError): void {
    this.isWriteBroken = true;
    this.outbound.dropUnsent();
    if (this.role === "accepted") this.closeSoon(error);
  }

  cork(): void {
    this.outbound.cork();
  }

  uncork(): void {
    this.outbound.uncork();
  }

  pauseReading(): void {
    this.inbound.setReading(false);
  }

  resumeReading(): void {
    this.inbound.setReading(true);
  }

  end(): void {
    if (this.ended || this.state === "closing" || this.state === "closed") return;
    this.ended = true;
    this.outbound.writeFin();
  }

  destroy(): void {
    if (this.state === "closing" || this.state === "closed") return;
    // As the kernel does it: closing a socket with unread bytes tells the peer by RST that they were lost.
    if (this.inbound.unreadBytes > 0) this.outbound.sendReset();
    else this.outbound.dropUnsentAndFinish();
    this.closeSoon(null);
  }

  reset(): void {
    if (this.state === "closing" || this.state === "closed") return;
    this.outbound.sendReset();
    this.closeSoon(null);
  }

  // ---- for the network and the scripted peer

  get isConnecting(): boolean {
    return this.state === "connecting";
  }

  /** Neither end can be heard any more: the machine lost its power, or a cable was pulled. */
  cutOff(): void {
    this.inbound.cutOff();
    this.outbound.cutOff();
  }

  /** An accepted socket stands from the start. */
  establish(local: Address, remote: Address): void {
    this.local = local;
    this.remote = remote;
    this.state = "open";
    this.outbound.open();
  }

  onConnected(local: Address, remote: Address): void {
    if (this.state !== "connecting") return;
    this.establish(local, remote);
    this.context.dispatcher.inEvent(() => this.callbacks?.onSocketConnected());
  }

  onConnectFailed(error: SocketError): void {
    if (this.state === "connecting") this.closeNow(error);
  }

  // ---- the pipes' events

  onPipeDrained(): void {
    if (this.state === "open") this.context.dispatcher.inEvent(() => this.callbacks?.onSocketWritable());
  }

  onPipeFinSent(): void {
    this.closeWhenBothEnded();
  }

  /** Bytes are read into the shared memory, or into a buffer of this socket's own, exactly as `NodeSocket` does. */
  onPipeBytes(data: Buffer): void {
    if (this.state !== "open") return;
    assert.ok(this.callbacks !== null, "bytes for a socket that was given no callbacks");
    const { dispatcher, readBuffers } = this.context;
    const buffer = this.readBuffer;
    const lent = buffer.subarray(0, data.copy(buffer));
    dispatcher.inEvent(() => {
      readBuffers.beginRead(buffer);
      this.callbacks?.onSocketReadable(lent);
    });
    // The loan lasts until the flushes at the end of the event are done.
    this.readBuffer = readBuffers.endRead(data.length);
    const keptByHolder = buffer !== readBuffers.shared && this.readBuffer !== buffer;
    if (!keptByHolder) lent.fill(POISON);
  }

  onPipeFin(): void {
    if (this.state !== "open") return;
    this.remoteEnded = true;
    this.context.dispatcher.inEvent(() => this.callbacks?.onSocketEnd());
    this.closeWhenBothEnded();
  }

  onPipeReset(): void {
    if (this.state === "closing" || this.state === "closed") return;
    this.closeNow({ code: "ECONNRESET", message: "read ECONNRESET" });
  }

  onPipeBroken(): void {
    if (this.state === "open") this.breakWrite({ code: "ECONNRESET", message: "write ECONNRESET" });
  }

  onPipeBytesUnwanted(): void {
    this.outbound.sendReset();
  }

  // ---- closing

  private closeWhenBothEnded(): void {
    if (this.state === "open" && this.remoteEnded && this.outbound.isFinSent) this.closeSoon(null);
  }

  private closeSoon(error: SocketError | null): void {
    this.state = "closing";
    this.inbound.abandon();
    this.context.dispatcher.schedule(0, () => this.closeNow(error));
  }

  private closeNow(error: SocketError | null): void {
    this.state = "closed";
    this.inbound.abandon();
    this.context.readBuffers.giveBack(this.readBuffer);
    this.readBuffer = this.context.readBuffers.shared;
    const callbacks = this.callbacks;
    this.callbacks = null;
    this.context.dispatcher.inEvent(() => callbacks?.onSocketClosed(error));
  }
}
