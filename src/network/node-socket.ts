import net from "node:net";
import type { Dispatcher } from "../event/dispatcher.js";
import type { Address, IpAddress } from "./address.js";
import { HandleWriter, hasWriteHandle } from "./handle-writer.js";
import type { ReadBuffers } from "./read-buffers.js";
import type { SocketWriter, SocketWriterOwner } from "./socket-writer.js";
import { sourceFor } from "./source-address.js";
import type {
  ConnectOptions,
  SocketError,
  StreamSocket,
  StreamSocketCallbacks,
  TcpKeepalive,
} from "./stream-socket.js";
import { StreamWriter } from "./stream-writer.js";
import { setKeepalive } from "./tcp-keepalive.js";

/** What every socket of a worker shares. */
export interface NodeSocketContext {
  readonly dispatcher: Dispatcher;
  readonly readBuffers: ReadBuffers;
}

/** A `net.Socket` that knows the object which owns it, so that its listeners need no closures. */
interface OwnedSocket extends net.Socket {
  owner: NodeSocket;
  readonly _handle?: PeerHandle | null;
}

/** The parts of a handle that tell of the peer; a Unix domain socket has neither. */
interface PeerHandle {
  readonly reset?: unknown;
  /** Returns 0, or an error of the operating system, negated. */
  getpeername?(address: object): number;
}

/**
 * How Node hands bytes to us without a `data` event: `callback` gets the bytes, `buffer` is asked for memory, at first and
 * behind each read. Null there means the memory as before, and saves Node a look at it (one percent of a small request).
 */
interface OnReadOptions {
  buffer: () => Uint8Array | null;
  callback: (bytesRead: number, buffer: Uint8Array) => boolean;
}

/**
 * A socket of the operating system on Node's `net.Socket`. Reads come through `onread` into buffers of ours instead of
 * `data` events, which saves an allocation of 64 KiB and the stream machinery on every read.
 *
 * Writes go past the queue of the stream: we gather ourselves, and the handle's queue then says exactly how much is unsent,
 * where the stream would count whole chunks and report nothing below its own mark. The kernel's queue behind it keeps the
 * order, `end` included.
 */
export class NodeSocket implements StreamSocket, SocketWriterOwner {
  private readonly context: NodeSocketContext;
  private socket: OwnedSocket;
  private callbacks: StreamSocketCallbacks | null = null;
  private readBuffer: Buffer;
  /** What Node has not been told of yet, since it connected. */
  private nextReadBuffer: Buffer | null = null;
  private error: SocketError | null = null;
  private readonly keepalive: TcpKeepalive | null;
  isWriteBroken = false;
  /** What the peer said before it was gone is still wanted: an origin may have answered, a client has gone for good. */
  private readonly hearsOut: boolean;
  private writer: SocketWriter;
  private cachedLocal: Address | null = null;
  private cachedRemote: Address | null = null;

  private constructor(context: NodeSocketContext, keepalive: TcpKeepalive | null, hearsOut: boolean) {
    this.context = context;
    this.keepalive = keepalive;
    this.hearsOut = hearsOut;
    this.readBuffer = context.readBuffers.shared;
    // Both are set by the two factories below before anybody sees the object.
    this.socket = null as unknown as OwnedSocket;
    this.writer = null as unknown as SocketWriter;
  }

  /** Starts an asynchronous connect. */
  static connect(context: NodeSocketContext, address: Address, options = NO_OPTIONS): NodeSocket {
    const { sources, keepalive } = address.kind === "pipe" ? NO_OPTIONS : options;
    const source = sourceFor(sources, address);
    const owner = new NodeSocket(context, keepalive, true);
    if (address.kind === "ip" && address.otherHosts !== undefined && source === null) {
      owner.connectToOneOf(address, address.otherHosts);
      return owner;
    }
    const socketOptions = {
      noDelay: true,
      localAddress: source?.host,
      localPort: source === null || source.port === 0 ? undefined : source.port,
      allowHalfOpen: true,
      onread: owner.onReadOptions(),
      path: address.kind === "pipe" ? address.path : undefined,
      host: address.kind === "pipe" ? undefined : address.host,
      port: address.kind === "pipe" ? undefined : address.port,
    };
    const socket = net.connect(socketOptions as net.NetConnectOpts);
    owner.adopt(socket);
    socket.once("connect", onConnect);
    return owner;
  }

  /** Happy Eyeballs (RFC 8305): families by turns, the next address when one fails or has not answered for a while. */
  private connectToOneOf({ host, port }: IpAddress, otherHosts: readonly string[]): void {
    const socket = net.connect({
      noDelay: true,
      allowHalfOpen: true,
      onread: this.onReadOptions(),
      // Only where a name is resolved does Node try more than one address.
      host: "host",
      port,
      lookup: answerWith([host, ...otherHosts]),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_DELAY_MS,
    } as net.NetConnectOpts);
    this.adopt(socket);
    socket.once("connect", onConnect);
  }

  /**
   * Takes over a connection that a server accepted with `pauseOnConnect`. The handle is wrapped anew, because `onread`
   * can only be given to the constructor; that leans on the undocumented `_handle`, so a socket without one is used
   * as it is, with `data` events.
   */
  static accept(context: NodeSocketContext, accepted: net.Socket): NodeSocket {
    const owner = new NodeSocket(context, null, false);
    const bare = accepted as net.Socket & { _handle?: { readStop?: unknown } | null };
    const handle = bare._handle;
    if (handle === undefined || handle === null || typeof handle.readStop !== "function") {
      owner.adopt(accepted);
      accepted.on("data", onData);
      accepted.resume();
      return owner;
    }
    bare._handle = null;
    const options = {
      handle,
      allowHalfOpen: true,
      onread: owner.onReadOptions(),
    };
    owner.adopt(new net.Socket(options as net.SocketConstructorOpts));
    return owner;
  }

  setCallbacks(callbacks: StreamSocketCallbacks): void {
    this.callbacks = callbacks;
  }

  get localAddress(): Address | null {
    this.cachedLocal ??= ipAddress(this.socket.localAddress, this.socket.localPort);
    return this.cachedLocal;
  }

  get remoteAddress(): Address | null {
    this.cachedRemote ??= ipAddress(this.socket.remoteAddress, this.socket.remotePort);
    return this.cachedRemote;
  }

  get unsentBytes(): number {
    return this.writer.unsentBytes;
  }

  writeText(text: string): void {
    this.writer.writeText(text);
  }

  writeBytes(bytes: Buffer): void {
    this.writer.writeBytes(bytes);
  }

  cork(): void {
    this.writer.cork();
  }

  uncork(): void {
    this.writer.uncork();
  }

  onWriteFailed(error: NodeJS.ErrnoException): void {
    this.isWriteBroken = true;
    if (!this.hearsOut) this.socket.destroy(error);
    else if (this.error === null) this.onErrorEvent(error);
  }

  /** Progress of any kind is told: the mark to go on lies above empty. */
  onWriteProgress(): void {
    this.context.dispatcher.beginEvent();
    this.callbacks?.onSocketWritable();
    this.context.dispatcher.endEvent();
  }

  pauseReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  reset(): void {
    const handle = this.socket._handle;
    // A Unix domain socket knows no RST: Node throws.
    if (handle && handle.reset === undefined) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  private adopt(socket: net.Socket): void {
    this.socket = socket as OwnedSocket;
    this.socket.owner = this;
    this.writer = hasWriteHandle(socket) ? new HandleWriter(socket, this) : new StreamWriter(socket, this);
    socket.on("end", onEnd);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  private onReadOptions(): OnReadOptions {
    // Two closures a connection, not a request: Node calls both without a receiver of ours.
    return {
      // control plane: once for a connection
      buffer: () => this.takeNextReadBuffer(),
      // control plane: once for a connection
      callback: (bytesRead, buffer) => this.onRead(bytesRead, buffer as Buffer),
    };
  }

  onRead(bytesRead: number, buffer: Buffer): boolean {
    const { dispatcher, readBuffers } = this.context;
    dispatcher.beginEvent();
    readBuffers.beginRead(buffer);
    this.callbacks?.onSocketReadable(readBuffers.viewOf(buffer, bytesRead));
    // The loan lasts until the flushes at the end of the event are done.
    dispatcher.endEvent();
    const next = readBuffers.endRead(bytesRead);
    if (next !== this.readBuffer) {
      this.readBuffer = next;
      this.nextReadBuffer = next;
    }
    return true;
  }

  private takeNextReadBuffer(): Buffer | null {
    // Each address that is tried has a handle of its own, which asks for its memory, the first ones maybe before there is a
    // socket; none has read anything yet.
    if (this.socket?.connecting !== false) return this.readBuffer;
    const next = this.nextReadBuffer;
    this.nextReadBuffer = null;
    return next;
  }

  /** Bytes from a `data` event are a buffer of their own, nobody's loan. */
  onDataEvent(data: Buffer): void {
    this.context.dispatcher.beginEvent();
    this.callbacks?.onSocketReadable(data);
    this.context.dispatcher.endEvent();
  }

  onConnectEvent(): void {
    this.context.dispatcher.beginEvent();
    if (this.keepalive !== null) setKeepalive(this.socket, this.keepalive);
    this.callbacks?.onSocketConnected();
    this.context.dispatcher.endEvent();
  }

  onEndEvent(): void {
    if (this.isWriteBroken || wasReset(this.socket)) {
      this.error ??= { code: "ECONNRESET", message: "read ECONNRESET" };
      this.socket.destroy();
      return;
    }
    this.context.dispatcher.beginEvent();
    this.callbacks?.onSocketEnd();
    this.context.dispatcher.endEvent();
  }

  /** Kept for `close`, which always follows. */
  onErrorEvent(error: NodeJS.ErrnoException): void {
    this.error ??= { code: error.code ?? "UNKNOWN", message: error.message };
  }

  onCloseEvent(): void {
    this.context.dispatcher.beginEvent();
    this.context.readBuffers.giveBack(this.readBuffer);
    this.readBuffer = this.context.readBuffers.shared;
    const callbacks = this.callbacks;
    this.callbacks = null;
    callbacks?.onSocketClosed(this.error);
    this.context.dispatcher.endEvent();
  }
}

/**
 * A RST right behind bytes reaches us as an end: libuv has read less than it had room for, sees the hang-up, and does not
 * read again to learn of which kind it is. The kernel knows: behind a FIN there is still a peer. But where we had sent a FIN
 * ourselves the peer's ends the connection, and there is nobody in either case.
 */
function wasReset({ _handle: handle, writableEnded }: OwnedSocket): boolean {
  if (writableEnded || !handle || handle.getpeername === undefined) return false;
  return handle.getpeername({}) !== 0;
}

/** Milliseconds before the next address is tried, as in Envoy. */
const ATTEMPT_DELAY_MS = 300;

/** In the form of `dns.lookup` with `all`. */
function answerWith(hosts: readonly string[]): net.LookupFunction {
  const addresses = hosts.map((address) => ({ address, family: net.isIP(address) })); // control plane: for a connection
  // control plane: once for a connection
  return (_name, _options, callback) => callback(null, addresses);
}

/** Of no use to pipes. */
const NO_OPTIONS: ConnectOptions = { sources: [], keepalive: null };

function onConnect(this: net.Socket): void {
  (this as OwnedSocket).owner.onConnectEvent();
}

function onData(this: net.Socket, data: Buffer): void {
  (this as OwnedSocket).owner.onDataEvent(data);
}

function onEnd(this: net.Socket): void {
  (this as OwnedSocket).owner.onEndEvent();
}

function onError(this: net.Socket, error: NodeJS.ErrnoException): void {
  (this as OwnedSocket).owner.onErrorEvent(error);
}

function onClose(this: net.Socket): void {
  (this as OwnedSocket).owner.onCloseEvent();
}

function ipAddress(host: string | undefined, port: number | undefined): Address | null {
  if (host === undefined || port === undefined) return null;
  // Node shows IPv4 peers of a dual-stack listener as mapped IPv6 addresses; Envoy shows them as IPv4.
  return { kind: "ip", host: host.startsWith("::ffff:") && host.includes(".") ? host.slice(7) : host, port };
}
