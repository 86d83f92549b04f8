import type { Address, IpAddress } from "./address.js";

/*
 * The seam between the proxy and the operating system: a byte stream with four events. `NodeSocket` runs it on
 * `net.Socket`; the tests run it on an in-memory network in virtual time. Nothing above this file knows which.
 */

/** The four socket events of docs/life-of-a-request.md and the end. Each call is bracketed by the dispatcher's begin and end of event. */
export interface StreamSocketCallbacks {
  /** An asynchronous connect succeeded. Not called for accepted sockets. */
  onSocketConnected(): void;
  /** Bytes arrived. They are valid during the call only, unless `ReadBuffers.keep` is asked to keep them. */
  onSocketReadable(data: Buffer): void;
  /** All that was written is with the kernel; called after a write that was not taken at once. */
  onSocketWritable(): void;
  /** The peer sent FIN: no more bytes will come. */
  onSocketEnd(): void;
  /** The socket is gone; nothing is called after it. `error` says why, null after an orderly end. */
  onSocketClosed(error: SocketError | null): void;
}

/** What the operating system said. `code` is its name for it (`ECONNREFUSED`, `ECONNRESET`, `EPIPE`, ...). */
export interface SocketError {
  readonly code: string;
  readonly message: string;
}

export interface StreamSocket {
  /** Null until connected, and for a peer that was gone before it could be asked. */
  readonly localAddress: Address | null;
  readonly remoteAddress: Address | null;
  /** Bytes written that the kernel has not taken yet. */
  readonly unsentBytes: number;
  /**
   * The peer takes nothing any more: what is written is dropped, none of that of the write that found out was taken. A socket
   * that connected goes on reading what the peer said before; its end follows, with the error.
   */
  readonly isWriteBroken: boolean;
  /** Attaches the one receiver of events; called once, before anything else. */
  setCallbacks(callbacks: StreamSocketCallbacks): void;
  /** Sends a head that is all latin1. */
  writeText(text: string): void;
  /** Sends bytes; the buffer must not change until they are sent. */
  writeBytes(bytes: Buffer): void;
  /** Gathers the writes until `uncork` into one. */
  cork(): void;
  uncork(): void;
  pauseReading(): void;
  resumeReading(): void;
  /** Sends FIN after what was written. Reading goes on. */
  end(): void;
  /** Closes at once, what was not sent is lost. `onSocketClosed` follows in a later event. Idempotent. */
  destroy(): void;
  /** Closes at once with RST, so that the peer cannot take what it got for complete. Idempotent. */
  reset(): void;
}

/** Receives the connections of one listening socket. */
export interface AcceptCallbacks {
  onAccept(socket: StreamSocket): void;
  /** The listening socket failed after it was opened. */
  onListenError(error: SocketError): void;
}

export interface ListenSocket {
  /** The bound address, with the port that the kernel chose. */
  readonly localAddress: Address;
  /** Stops accepting; connections that were accepted live on. Idempotent. */
  close(): void;
}

/** When the operating system asks whether a silent peer is there. Plain frozen data. */
export interface TcpKeepalive {
  /** Milliseconds of silence before the first probe. */
  readonly timeMs: number;
  /** Milliseconds from one unanswered probe to the next. A Node that cannot set it has 1,000. */
  readonly intervalMs: number;
  /** Unanswered probes after which the connection is dead. A Node that cannot set it has 10. */
  readonly probes: number;
}

/** How a connection is to be made. Plain frozen data. */
export interface ConnectOptions {
  /** Our own end, at most one of each family; none for whatever the operating system chooses. */
  readonly sources: readonly IpAddress[];
  /** Null for no probes. */
  readonly keepalive: TcpKeepalive | null;
}

/** The network of one worker. */
export interface SocketFactory {
  /** Starts an asynchronous connect: `onSocketConnected` or `onSocketClosed` follows, never before this returns. */
  connect(address: Address, options?: ConnectOptions): StreamSocket;
}
