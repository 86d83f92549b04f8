import type { Address } from "../../src/network/address.js";
import type { SocketError, StreamSocketCallbacks } from "../../src/network/stream-socket.js";
import type { SimulatedSocket } from "./simulated-socket.js";

/**
 * What became of a peer's connection, as the peer sees it. `ended` means FIN came and the peer has not closed yet,
 * `failed` that the connect did not succeed.
 */
export type PeerFate = "connecting" | "open" | "ended" | "closed" | "reset" | "failed";

/**
 * The test's end of a simulated connection: a client or an upstream that a test scripts by hand. Its calls return at
 * once; what they cause happens when the dispatcher is run. Texts are latin1, one character for each byte.
 */
export class SimulatedPeer implements StreamSocketCallbacks {
  /** Answers the other side's FIN with its own, as most programs do. Without it the connection stays half open. */
  closesOnEnd = true;
  /** Why the connection failed or broke. */
  error: SocketError | null = null;
  private readonly socket: SimulatedSocket;
  private readonly pieces: Buffer[] = [];
  private state: PeerFate;

  constructor(socket: SimulatedSocket) {
    this.socket = socket;
    this.state = socket.isConnecting ? "connecting" : "open";
    socket.setCallbacks(this);
  }

  get fate(): PeerFate {
    return this.state;
  }

  get isOpen(): boolean {
    return this.state === "open";
  }

  get localAddress(): Address | null {
    return this.socket.localAddress;
  }

  get remoteAddress(): Address | null {
    return this.socket.remoteAddress;
  }

  /** What the other side has not taken: more than 0 shows that its back-pressure has reached us. */
  get unsentBytes(): number {
    return this.socket.unsentBytes;
  }

  /** Everything that was received and not yet taken with `takeReceived`. */
  get received(): string {
    return this.receivedBytes.toString("latin1");
  }

  get receivedBytes(): Buffer {
    return Buffer.concat(this.pieces);
  }

  /** What was received since the last call. */
  takeReceived(): string {
    return this.takeReceivedBytes().toString("latin1");
  }

  takeReceivedBytes(): Buffer {
    const bytes = this.receivedBytes;
    this.pieces.length = 0;
    return bytes;
  }

  send(data: string | Buffer): void {
    // Copied, because the socket reads the buffer whenever its window opens.
    this.socket.writeBytes(typeof data === "string" ? Buffer.from(data, "latin1") : Buffer.from(data));
  }

  /** FIN after what was sent; receiving goes on. */
  end(): void {
    this.socket.end();
  }

  /** Closes both directions, as a process that exits: what was not taken is lost. */
  close(): void {
    this.socket.destroy();
  }

  /** RST: what the other side has not read by then may be lost. */
  reset(): void {
    this.socket.reset();
  }

  /** Neither FIN nor RST: the peer's machine is gone, and its acknowledgements with it. */
  vanish(): void {
    this.socket.cutOff();
  }

  /** Takes no more bytes: they fill the window, then the sender's buffers. */
  pauseReading(): void {
    this.socket.pauseReading();
  }

  resumeReading(): void {
    this.socket.resumeReading();
  }

  // ---- StreamSocketCallbacks

  onSocketConnected(): void {
    this.state = "open";
  }

  onSocketReadable(data: Buffer): void {
    this.pieces.push(Buffer.from(data));
  }

  onSocketWritable(): void {}

  onSocketEnd(): void {
    this.state = "ended";
    if (this.closesOnEnd) this.socket.end();
  }

  onSocketClosed(error: SocketError | null): void {
    this.error = error;
    if (error === null) this.state = "closed";
    else this.state = this.state === "connecting" ? "failed" : "reset";
  }
}
