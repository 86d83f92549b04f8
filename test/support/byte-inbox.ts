import type net from "node:net";
import { showBriefly } from "./visible-text.js";

/** How a real connection stands, seen from the test. */
export type ConnectionFate = "open" | "ended" | "closed" | "reset";

/** Long enough for a loaded machine; a test that passes never waits for it. */
export const DEFAULT_WAIT_MS = 5_000;

/** What was found in the bytes received, and how many of them belong to it. */
export interface Taken<T> {
  readonly value: T;
  readonly length: number;
}

/** Looks for something in the bytes not taken yet; null to wait for more of them. */
export type Take<T> = (bytes: Buffer, isOver: boolean) => Taken<T> | null;

interface Wait {
  readonly check: () => boolean;
  readonly settle: () => void;
  readonly fail: (reason: string) => void;
}

/**
 * What a real socket received and how its connection stands, with waits that are bounded and whose failures show what
 * came instead. Shared by `RawClient` and `UpstreamConnection`.
 */
export class ByteInbox {
  /** Names the connection in failures. */
  readonly name: string;
  private unread: Buffer = Buffer.alloc(0);
  private state: ConnectionFate = "open";
  private readonly waits = new Set<Wait>();

  constructor(name: string, socket: net.Socket) {
    this.name = name;
    socket.on("data", (data: Buffer) => this.onBytes(data));
    socket.on("end", () => this.onFate("ended"));
    socket.on("error", () => this.onFate("reset"));
    socket.on("close", () => this.onFate("closed"));
  }

  get fate(): ConnectionFate {
    return this.state;
  }

  /** True when no more bytes can come. */
  get isOver(): boolean {
    return this.state !== "open";
  }

  /** Waits for what `take` looks for. Fails when the connection is over or the time is up before that. */
  async waitFor<T>(what: string, take: Take<T>, timeoutMs = DEFAULT_WAIT_MS): Promise<T> {
    const found = await this.take(what, take, timeoutMs);
    if (found === null) throw new Error(this.failure(`the connection is ${this.state}`, what));
    return found.value;
  }

  /** As `waitFor`, for as long as the connection lasts; null when it is over. */
  async waitForOrEnd<T>(what: string, take: Take<T>): Promise<T | null> {
    const found = await this.take(what, take, null);
    return found === null ? null : found.value;
  }

  /** Null when the connection is over. */
  private async take<T>(what: string, take: Take<T>, timeoutMs: number | null): Promise<Taken<T> | null> {
    // Boxed, because the compiler does not see that the closure assigns it.
    const box: { found: Taken<T> | null } = { found: null };
    await this.wait(what, timeoutMs, () => {
      box.found = take(this.unread, this.isOver);
      return box.found !== null || this.isOver;
    });
    if (box.found !== null) this.unread = this.unread.subarray(box.found.length);
    return box.found;
  }

  /** Waits until the connection has come to one of the fates; fails at once when it came to another end. */
  async waitForFate(fates: readonly ConnectionFate[], timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    const what = `a connection that is ${fates.join(" or ")}`;
    await this.wait(what, timeoutMs, () => {
      if (fates.includes(this.state)) return true;
      const isFinal = this.state === "closed" || this.state === "reset";
      if (isFinal) throw new Error(this.failure(`the connection is ${this.state}`, what));
      return false;
    });
  }

  /** Takes whatever is there. */
  takeAll(): Buffer {
    const bytes = this.unread;
    this.unread = Buffer.alloc(0);
    return bytes;
  }

  expectNothingPending(): void {
    if (this.unread.length > 0) throw new Error(this.failure("there is something", "nothing more"));
  }

  private wait(what: string, timeoutMs: number | null, isMet: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        if (timer !== null) clearTimeout(timer);
        this.waits.delete(entry);
        settle();
      };
      const entry: Wait = {
        check: isMet,
        settle: () => done(resolve),
        fail: (reason) => done(() => reject(new Error(reason))),
      };
      const timer =
        timeoutMs === null
          ? null
          : setTimeout(() => entry.fail(this.failure(`it did not come within ${timeoutMs} ms`, what)), timeoutMs);
      this.waits.add(entry);
      check(entry);
    });
  }

  private failure(reason: string, what: string): string {
    const received = this.unread.length === 0 ? "nothing" : `${this.unread.length} bytes:\n${showBriefly(this.unread)}`;
    return `${this.name}: expected ${what}, but ${reason} (connection: ${this.state}).\nReceived and not taken: ${received}`;
  }

  private onBytes(data: Buffer): void {
    this.unread = this.unread.length === 0 ? data : Buffer.concat([this.unread, data]);
    this.checkWaits();
  }

  private onFate(fate: ConnectionFate): void {
    // `close` follows `error` and must not hide it.
    if (this.state === "reset" || this.state === "closed") return;
    this.state = fate;
    this.checkWaits();
  }

  private checkWaits(): void {
    for (const wait of this.waits) check(wait);
  }
}

function check(wait: Wait): void {
  try {
    if (wait.check()) wait.settle();
  } catch (error) {
    wait.fail(error instanceof Error ? error.message : String(error));
  }
}
