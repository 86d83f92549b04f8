import type { Address } from "../../network/address.js";
import type { SocketFactory, StreamSocket, StreamSocketCallbacks } from "../../network/stream-socket.js";
import type { DryRunDispatcher } from "./dry-run-dispatcher.js";

const END_OF_HEAD = "\r\n\r\n";
const ANSWER = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "latin1");

/** A socket whose other end is this process: what is written is kept, what arrives is handed in. */
export class DryRunSocket implements StreamSocket {
  readonly localAddress: Address;
  readonly remoteAddress: Address;
  readonly unsentBytes = 0;
  readonly isWriteBroken = false;
  /** All that was written, each byte a character. */
  written = "";
  private readonly dispatcher: DryRunDispatcher;
  private callbacks: StreamSocketCallbacks | null = null;
  private readonly arrived: Buffer[] = [];
  private paused = false;
  private closed = false;

  constructor(dispatcher: DryRunDispatcher, localAddress: Address, remoteAddress: Address) {
    this.dispatcher = dispatcher;
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
  }

  /** Tells that an asynchronous connect has succeeded. */
  connected(): void {
    this.dispatcher.enqueue(() => this.callbacks?.onSocketConnected());
  }

  /** Bytes from the peer. */
  deliver(bytes: Buffer): void {
    this.arrived.push(bytes);
    this.dispatcher.enqueue(() => this.read());
  }

  setCallbacks(callbacks: StreamSocketCallbacks): void {
    this.callbacks = callbacks;
  }

  writeText(text: string): void {
    this.written += text;
  }

  writeBytes(bytes: Buffer): void {
    this.written += bytes.toString("latin1");
  }

  cork(): void {}

  uncork(): void {}

  pauseReading(): void {
    this.paused = true;
  }

  resumeReading(): void {
    this.paused = false;
    this.dispatcher.enqueue(() => this.read());
  }

  end(): void {}

  destroy(): void {
    if (this.closed) return;
    this.closed = true;
    this.dispatcher.enqueue(() => {
      const { callbacks } = this;
      this.callbacks = null;
      callbacks?.onSocketClosed(null);
    });
  }

  reset(): void {
    this.destroy();
  }

  private read(): void {
    if (this.paused || this.closed) return;
    const bytes = this.arrived.shift();
    if (bytes !== undefined) this.callbacks?.onSocketReadable(bytes);
  }
}

/** One connection that the proxy opened to an upstream host. */
export interface UpstreamConnection {
  readonly address: Address;
  readonly socket: DryRunSocket;
}

/** A network on which every host is there, and answers the first request with an empty 200. */
export class DryRunNetwork implements SocketFactory {
  readonly connections: UpstreamConnection[] = [];
  private readonly dispatcher: DryRunDispatcher;
  private readonly localAddress: Address;
  private readonly answered = new Set<DryRunSocket>();

  constructor(dispatcher: DryRunDispatcher, localAddress: Address) {
    this.dispatcher = dispatcher;
    this.localAddress = localAddress;
  }

  connect(address: Address): StreamSocket {
    const socket = new DryRunSocket(this.dispatcher, this.localAddress, address);
    this.connections.push({ address, socket });
    socket.connected();
    return socket;
  }

  /** Answers the hosts that have got a request. Returns whether there was one. */
  answer(): boolean {
    const waiting = this.connections.filter(
      ({ socket }) => !this.answered.has(socket) && socket.written.includes(END_OF_HEAD),
    );
    for (const { socket } of waiting) {
      this.answered.add(socket);
      socket.deliver(ANSWER);
    }
    return waiting.length > 0;
  }
}
