import type net from "node:net";
import type { SocketWriter, SocketWriterOwner } from "./socket-writer.js";

/** What streams call the encoding of a chunk that is bytes already; the types know only those of text. */
const BYTES = "buffer" as BufferEncoding;

type WriteCallback = (error?: Error | null) => void;

interface WritePiece {
  readonly chunk: string | Buffer;
  readonly encoding: BufferEncoding;
}

/** The types leave `_writev` open for streams that have none; a socket has it. */
interface VectoredSocket {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
  _writev(chunks: WritePiece[], onWritten: WriteCallback): void;
}

/**
 * Writes through `_write` and `_writev`, the socket's own half of a `Writable`: the way on Node 24 and later, and for
 * sockets whose handle does not look as `HandleWriter` expects.
 */
export class StreamWriter implements SocketWriter {
  private readonly socket: net.Socket;
  private readonly owner: SocketWriterOwner;
  private readonly onWritten: WriteCallback;
  private corked: WritePiece[] | null = null;
  /** Writes that the kernel has not taken whole, and their bytes. */
  private unsentWrites = 0;
  private unsent = 0;
  /** Inside a write: its callback then means that the kernel took everything at once. */
  private writing = false;

  constructor(socket: net.Socket, owner: SocketWriterOwner) {
    this.socket = socket;
    this.owner = owner;
    // control plane: once for a connection
    this.onWritten = (error) => this.onWriteDone(error);
  }

  get unsentBytes(): number {
    if (this.unsentWrites === 0) return 0;
    return (this.socket as unknown as VectoredSocket)._handle?.writeQueueSize ?? this.unsent;
  }

  writeText(text: string): void {
    this.write(text, "latin1");
  }

  writeBytes(bytes: Buffer): void {
    this.write(bytes, BYTES);
  }

  private write(chunk: string | Buffer, encoding: BufferEncoding): void {
    if (this.corked !== null) {
      this.corked.push({ chunk, encoding });
      return;
    }
    this.beginWrite(chunk.length);
    this.socket._write(chunk, encoding, this.onWritten);
    this.writing = false;
  }

  cork(): void {
    this.corked = [];
  }

  uncork(): void {
    const pieces = this.corked;
    this.corked = null;
    if (pieces === null || pieces.length === 0) return;
    let bytes = 0;
    for (let i = 0; i < pieces.length; i++) bytes += (pieces[i] as WritePiece).chunk.length;
    this.beginWrite(bytes);
    (this.socket as unknown as VectoredSocket)._writev(pieces, this.onWritten);
    this.writing = false;
  }

  private beginWrite(bytes: number): void {
    this.writing = true;
    this.unsentWrites++;
    this.unsent += bytes;
  }

  /** A write is with the kernel, within the call that made it or later. */
  private onWriteDone(error?: Error | null): void {
    if (error !== undefined && error !== null) {
      this.owner.onWriteFailed(error);
      return;
    }
    if (--this.unsentWrites === 0) this.unsent = 0;
    if (!this.writing) this.owner.onWriteProgress();
  }
}
