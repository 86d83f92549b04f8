import type net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Finding } from "./finding.js";

export type Fate = "open" | "ended" | "reset" | "closed";

/** One end of a raw connection: sends what it is given, keeps whatever comes, and waits within a bound. */
export class RawEnd {
  /** Everything that came, as latin1. */
  received = "";
  fate: Fate = "open";
  private readonly name: string;
  private readonly socket: net.Socket;
  private readonly waitMs: number;
  private readonly waits = new Set<() => void>();

  /** @param waitMs how long any wait may last before the peer counts as hanging */
  constructor(name: string, socket: net.Socket, waitMs: number) {
    this.name = name;
    this.socket = socket;
    this.waitMs = waitMs;
    socket.setNoDelay(true);
    socket.on("data", (data: Buffer) => {
      this.received += data.toString("latin1");
      this.wake();
    });
    socket.on("end", () => this.onFate("ended"));
    socket.on("error", () => this.onFate("reset"));
    socket.on("close", () => this.onFate("closed"));
  }

  /** No more bytes can come. */
  get isOver(): boolean {
    return this.fate !== "open";
  }

  /** @param text each character one byte */
  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Waits until `look` finds something. @param what completes «waited in vain for ...» */
  async until<T>(what: string, look: () => T | null): Promise<T> {
    const deadline = performance.now() + this.waitMs;
    for (;;) {
      const found = look();
      if (found !== null) return found;
      const left = deadline - performance.now();
      if (left <= 0) throw new Finding(`${this.name} waited ${this.waitMs} ms in vain for ${what}`);
      await this.somethingNew(left);
    }
  }

  /** The other side ends the connection, in whatever way. */
  async untilOver(what = "the end of the connection"): Promise<Fate> {
    return this.until(what, () => (this.isOver ? this.fate : null));
  }

  private somethingNew(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waits.delete(done);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.waits.add(done);
    });
  }

  private onFate(fate: Fate): void {
    // `close` follows `error` and must not hide it.
    if (this.fate === "reset" || this.fate === "closed") return;
    this.fate = fate;
    this.wake();
  }

  private wake(): void {
    for (const wait of [...this.waits]) wait();
  }
}

/** Long enough for what must not come to come over loopback. */
export function quietTime(): Promise<void> {
  return sleep(40);
}
