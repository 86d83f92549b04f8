import type net from "node:net";
import { getSystemErrorName } from "node:util";
import type { SocketWriter, SocketWriterOwner } from "./socket-writer.js";
import { isTaken, type WriteRequest, type WriteRequestClass, WriteRequestOfNode } from "./write-request.js";

/** The part of a socket's handle that writes. Each call returns 0, or an error of the operating system, negated. */
interface WriteHandle {
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize: number;
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
  /** @param pieces each followed by its encoding */
  writev(request: WriteRequest, pieces: (string | Buffer)[], allBuffers: false): number;
}

interface HandledSocket {
  readonly _handle?: Partial<WriteHandle> | null;
}

/** True for a socket that a `HandleWriter` can serve. */
export function hasWriteHandle(socket: net.Socket): boolean {
  const handle = (socket as HandledSocket)._handle;
  return (
    WriteRequestOfNode !== null &&
    typeof handle?.writeQueueSize === "number" &&
    typeof handle.writeLatin1String === "function" &&
    typeof handle.writeBuffer === "function" &&
    typeof handle.writev === "function"
  );
}

/**
 * Writes straight to the socket's handle (docs/decisions/0032), which costs 5 % of a small request less than
 * `StreamWriter`: most writes are taken by the kernel at once, and then the request that Node makes for each is of no
 * use. Here one serves until a write has to wait, and goes with that write.
 */
export class HandleWriter implements SocketWriter {
  private readonly socket: HandledSocket;
  private readonly owner: SocketWriterOwner;
  private request: WriteRequest;
  private corked: (string | Buffer)[] | null = null;
  private waitingWrites = 0;

  constructor(socket: net.Socket, owner: SocketWriterOwner) {
    this.socket = socket as HandledSocket;
    this.owner = owner;
    this.request = newRequest();
  }

  get unsentBytes(): number {
    if (this.waitingWrites === 0) return 0;
    return (this.socket._handle as WriteHandle | null)?.writeQueueSize ?? 0;
  }

  writeText(text: string): void {
    if (this.corked !== null) {
      this.corked.push(text, "latin1");
      return;
    }
    const handle = this.socket._handle as WriteHandle | null;
    // A socket that is being closed has none; whoever writes learns of the close in an event of its own.
    if (handle !== null) this.afterWrite(handle.writeLatin1String(this.request, text), text);
  }

  writeBytes(bytes: Buffer): void {
    if (this.corked !== null) {
      this.corked.push(bytes, "buffer");
      return;
    }
    const handle = this.socket._handle as WriteHandle | null;
    if (handle !== null) this.afterWrite(handle.writeBuffer(this.request, bytes), bytes);
  }

  cork(): void {
    this.corked = [];
  }

  uncork(): void {
    const pieces = this.corked;
    this.corked = null;
    if (pieces === null || pieces.length === 0) return;
    const handle = this.socket._handle as WriteHandle | null;
    if (handle !== null) this.afterWrite(handle.writev(this.request, pieces, false), pieces);
  }

  private afterWrite(status: number, written: unknown): void {
    if (status !== 0) {
      this.owner.onWriteFailed(writeError(status));
      return;
    }
    const { request } = this;
    if (!isTaken(request)) return;
    // The kernel has not taken all of it, so this request is the handle's until it has.
    request.written = written;
    request.writer = this;
    this.waitingWrites++;
    this.request = newRequest();
  }

  onWriteComplete(status: number): void {
    this.waitingWrites--;
    if (status < 0) this.owner.onWriteFailed(writeError(status));
    else this.owner.onWriteProgress();
  }
}

function newRequest(): WriteRequest {
  const request = new (WriteRequestOfNode as WriteRequestClass)();
  request.oncomplete = onComplete;
  request.written = null;
  request.writer = null;
  return request;
}

function onComplete(this: WriteRequest, status: number): void {
  this.written = null;
  (this.writer as HandleWriter).onWriteComplete(status);
}

function writeError(status: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(status);
  const error: NodeJS.ErrnoException = new Error(`write ${code}`);
  error.code = code;
  return error;
}
