import type { ReadBuffers } from "./read-buffers.js";
import type { StreamSocket } from "./stream-socket.js";

/**
 * What a connection writes during one event, in order: texts (heads, chunk framing) and bytes (bodies). A response
 * without a body, the commonest case, is one string and never becomes a list.
 */
export class WriteBuffer {
  private head = "";
  private readonly rest: (string | Buffer)[] = [];
  private bytes = 0;

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  get byteLength(): number {
    return this.bytes;
  }

  addText(text: string): void {
    this.bytes += text.length;
    const rest = this.rest;
    if (rest.length === 0) {
      this.head += text;
      return;
    }
    const last = rest[rest.length - 1] as string | Buffer;
    if (typeof last === "string") rest[rest.length - 1] = last + text;
    else rest.push(text);
  }

  addBytes(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.bytes += bytes.length;
    this.rest.push(bytes);
  }

  /** The running event ends and nothing can be sent yet: bytes that are only lent are made ours. */
  keepAll(readBuffers: ReadBuffers): void {
    const rest = this.rest;
    for (let i = 0; i < rest.length; i++) {
      const piece = rest[i] as string | Buffer;
      if (typeof piece !== "string") rest[i] = readBuffers.keep(piece);
    }
  }

  /** Hands everything to the socket: as one text, as one buffer when small, else piece by piece in one corked write. */
  sendTo(socket: StreamSocket, readBuffers: ReadBuffers, coalesceBelowBytes: number): void {
    const head = this.head;
    const rest = this.rest;
    const bytes = this.bytes;
    this.head = "";
    this.bytes = 0;
    if (rest.length === 0) {
      socket.writeText(head);
      return;
    }
    if (bytes < coalesceBelowBytes) socket.writeBytes(coalesce(head, rest, bytes));
    else sendPieces(socket, readBuffers, head, rest);
    // Not by its length, which would give up the memory of a list that fills again with the next response.
    for (let i = rest.length; i > 0; i--) rest.pop();
  }
}

function coalesce(head: string, rest: readonly (string | Buffer)[], byteLength: number): Buffer {
  const whole = Buffer.allocUnsafe(byteLength);
  let at = head === "" ? 0 : whole.write(head, 0, "latin1");
  for (let i = 0; i < rest.length; i++) {
    const piece = rest[i] as string | Buffer;
    at += typeof piece === "string" ? whole.write(piece, at, "latin1") : piece.copy(whole, at);
  }
  return whole;
}

function sendPieces(
  socket: StreamSocket,
  readBuffers: ReadBuffers,
  head: string,
  rest: readonly (string | Buffer)[],
): void {
  const single = head === "" && rest.length === 1;
  if (!single) socket.cork();
  if (head !== "") socket.writeText(head);
  for (let i = 0; i < rest.length; i++) {
    const piece = rest[i] as string | Buffer;
    if (typeof piece === "string") socket.writeText(piece);
    else socket.writeBytes(readBuffers.forWriting(piece));
  }
  if (!single) socket.uncork();
  if (socket.unsentBytes === 0) return;
  for (let i = 0; i < rest.length; i++) {
    const piece = rest[i] as string | Buffer;
    if (typeof piece !== "string") readBuffers.wasHeld(piece);
  }
}
