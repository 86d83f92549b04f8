import type { Readable } from "node:stream";
import { DEFAULT_WAIT_MS } from "./byte-inbox.js";

/** What a child process writes to one of its streams, with waits that are bounded. */
export class TextStream {
  /** Everything so far. */
  text = "";
  private readonly name: string;
  private ended = false;
  private readonly checks = new Set<() => void>();

  constructor(name: string, stream: Readable) {
    this.name = name;
    stream.setEncoding("utf8");
    stream.on("data", (piece: string) => {
      this.text += piece;
      this.runChecks();
    });
    stream.on("close", () => {
      this.ended = true;
      this.runChecks();
    });
  }

  /** Complete lines so far. */
  get lines(): readonly string[] {
    return this.text.split("\n").slice(0, -1);
  }

  async waitForText(pattern: RegExp, timeoutMs = DEFAULT_WAIT_MS): Promise<RegExpExecArray> {
    await this.waitFor(String(pattern), () => pattern.test(this.text), timeoutMs);
    return pattern.exec(this.text) as RegExpExecArray;
  }

  async waitForLines(count: number): Promise<readonly string[]> {
    await this.waitFor(`${count} lines`, () => this.lines.length >= count);
    return this.lines;
  }

  async waitForEnd(): Promise<void> {
    await this.waitFor("its end", () => this.ended);
  }

  private waitFor(what: string, isMet: () => boolean, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        this.checks.delete(check);
        done();
      };
      const fail = (reason: string): void =>
        settle(() => reject(new Error(`${this.name}: expected ${what}, but ${reason}. It says:\n${this.text}`)));
      const check = (): void => {
        if (isMet()) settle(resolve);
        else if (this.ended) fail("it is closed");
      };
      const timer = setTimeout(() => fail(`it did not come within ${timeoutMs} ms`), timeoutMs);
      this.checks.add(check);
      check();
    });
  }

  private runChecks(): void {
    for (const check of this.checks) check();
  }
}
