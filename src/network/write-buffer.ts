import type { ReadBuffers } from "./read-buffers.js";
import type { StreamSocket } from "./stream-socket.js";

/** Up to here bytes leave as text with the head: Node writes text of this length from its stack, without memory of its own. */
export const TEXT_UP_TO_BYTES = 16 * 1024;

/**
 * What a connection writes during one event, in order: texts (heads, chunk framing) and bytes (bodies).
 *
 * Little is made one text, its bytes as latin1: a string costs the garbage collector next to nothing, where a buffer of
 * some KiB is memory to be had from the system and given back. It takes a third off a response of 10 KiB.
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

  /** Makes everything one text, which may be held as long as one likes. */
  keepAsText(): void {
    const rest = this.rest;
    if (rest.length === 0) return;
    this.head = textOf(this.head, rest);
    empty(rest);
  }

  /** The running event ends and nothing can be sent yet: bytes that are only lent are made ours. */
  keepAll(readBuffers: ReadBuffers): void {
    const rest = this.rest;
    for (let i = 0; i < rest.length; i++) {
      const piece = rest[i] as string | Buffer;
      if (typeof piece !== "string") rest[i] = readBuffers.keep(piece);
    }
  }

  /** Hands everything to the socket: as one text when small, else piece by piece in one corked write. */
  sendTo(socket: StreamSocket, readBuffers: ReadBuffers, textUpToBytes = TEXT_UP_TO_BYTES): void {
    if (this.bytes <= textUpToBytes) this.keepAsText();
    const { head, rest } = this;
    this.head = "";
    this.bytes = 0;
    if (rest.length === 0) {
      socket.writeText(head);
      return;
    }
    sendPieces(socket, readBuffers, head, rest);
    empty(rest);
  }
}

function textOf(head: string, rest: readonly (string | Buffer)[]): string {
  let whole = head;
  for (let i = 0; i < rest.length; i++) {
    const piece = rest[i] as string | Buffer;
    whole += typeof piece === "string" ? piece : piece.toString("latin1");
  }
  return whole;
}

/** Not by its length, which would give up the memory of a list that fills again with the next response. */
function empty(pieces: (string | Buffer)[]): void {
  for (let i = pieces.length; i > 0; i--) pieces.pop();
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
