import type net from "node:net";
import { ByteInbox, type ConnectionFate } from "./byte-inbox.js";

export interface TranscriptEntry {
  readonly by: "us" | "peer";
  /** Latin1, as it went over the socket at one time. */
  readonly text: string;
}

/** One real connection scripted by a test: sends exactly what it is given, and waits for bytes within bounds. */
export abstract class RawConnection {
  /** Everything that went over the connection, both ways, in order. */
  readonly transcript: TranscriptEntry[] = [];
  protected readonly inbox: ByteInbox;
  private readonly socket: net.Socket;

  protected constructor(name: string, socket: net.Socket) {
    this.socket = socket;
    this.inbox = new ByteInbox(name, socket);
    socket.on("data", (data: Buffer) => this.transcript.push({ by: "peer", text: data.toString("latin1") }));
  }

  get fate(): ConnectionFate {
    return this.inbox.fate;
  }

  /** Our own port, by which the proxy knows us; 0 when the connection is gone. */
  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  /** Bytes the proxy has not taken: more than 0 for long shows its back-pressure. */
  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  /** Text is sent as latin1. */
  send(data: string | Buffer): void {
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
    this.transcript.push({ by: "us", text: bytes.toString("latin1") });
    this.socket.write(bytes);
  }

  /** FIN after what was sent; receiving goes on. */
  end(): void {
    this.socket.end();
  }

  /** Closes both directions. */
  close(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Stops taking bytes, so that the proxy's writes back up. */
  pauseReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    this.socket.resume();
  }

  /** The next `count` bytes as latin1. */
  readBytes(count: number, timeoutMs?: number): Promise<string> {
    return this.inbox.waitFor(`${count} bytes`, (bytes) => takeBytes(bytes, count), timeoutMs);
  }

  /** Everything up to and including `text`, as latin1. */
  readUntil(text: string, timeoutMs?: number): Promise<string> {
    return this.inbox.waitFor(`the text ${JSON.stringify(text)}`, (bytes) => takeThrough(bytes, text), timeoutMs);
  }

  /** Waits for FIN and returns what came before it, as latin1; RST is a failure. */
  async readToClose(timeoutMs?: number): Promise<string> {
    await this.inbox.waitForFate(["ended", "closed"], timeoutMs);
    return this.inbox.takeAll().toString("latin1");
  }

  /** The proxy closes the connection in order, and sends nothing more before that. */
  async expectClose(timeoutMs?: number): Promise<void> {
    await this.inbox.waitForFate(["ended", "closed"], timeoutMs);
    this.inbox.expectNothingPending();
  }

  /** The proxy resets the connection. */
  async expectReset(timeoutMs?: number): Promise<void> {
    await this.inbox.waitForFate(["reset"], timeoutMs);
  }
}

function takeBytes(bytes: Buffer, count: number): { value: string; length: number } | null {
  return bytes.length < count ? null : { value: bytes.toString("latin1", 0, count), length: count };
}

function takeThrough(bytes: Buffer, text: string): { value: string; length: number } | null {
  const at = bytes.indexOf(text, 0, "latin1");
  return at < 0 ? null : takeBytes(bytes, at + text.length);
}
