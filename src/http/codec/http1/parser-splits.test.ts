import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../../test/support/seeded-random.js";
import { everyByte, type ParseOptions, parse } from "./parsed-messages.test.support.js";

/*
 * How a peer cuts its bytes into packets must mean nothing: a parser that depends on it can be made to see another
 * message than the next one does. Random messages, good and damaged, are parsed whole, byte by byte and cut at random.
 */

const SEEDS = 400;
const SPLITS_PER_MESSAGE = 6;
const LIMITS: ParseOptions = { maxHeadBytes: 300, maxFields: 8, fin: true };

/** Pieces that messages are made of: good ones, those that only look good, and those that break a message. */
const START_LINES = [
  "GET / HTTP/1.1",
  "POST /a?b HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "GET http://b/ HTTP/1.0",
  "CONNECT b:1 HTTP/1.1",
];
const STATUS_LINES = [
  "HTTP/1.1 200 OK",
  "HTTP/1.1 204 No Content",
  "HTTP/1.1 100 Continue",
  "HTTP/1.0 404 ",
  "HTTP/1.1 304",
];
const FIELDS = ["X: 1", "Y:", "Connection: close, X", "TE: trailers", "X-Long: " + "x".repeat(60)];
const FRAMINGS = [
  "",
  "",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "Content-Length: 5\r\nTransfer-Encoding: chunked",
];
const BAD_BYTES = ["\0", "\r", "\n", " ", "\t", "\x7f", "\xff", ":", "\r\n", "\r\n\r\n", "\n\n", "0", ";", '"'];

class MessageMaker {
  private readonly random: SeededRandom;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  private one<T>(of: readonly T[]): T {
    return of[this.random.below(of.length)] as T;
  }

  private some(make: () => string): string {
    return Array.from({ length: this.random.below(4) }, make).join("");
  }

  private message(kind: "request" | "response"): string {
    const framing = this.one(FRAMINGS);
    const lines = [this.one(kind === "request" ? START_LINES : STATUS_LINES), "Host: a"];
    for (let i = this.random.below(4); i > 0; i--) lines.push(this.one(FIELDS));
    if (framing !== "") lines.push(framing);
    // RFC 9112 2.2: empty lines may stand before a request alone.
    const before = kind === "request" ? this.some(() => "\r\n") : "";
    const head = `${before}${lines.join("\r\n")}\r\n\r\n`;
    if (framing.includes("chunked")) return head + this.chunks();
    return framing === "" ? head : `${head}hello`;
  }

  private chunks(): string {
    const chunks = this.some(() => `${this.one(["5", "5;a=b", "05"])}\r\nhello\r\n`);
    return `${chunks}0\r\n${this.some(() => `${this.one(FIELDS)}\r\n`)}\r\n`;
  }

  /** One to three messages, and mostly some damage. */
  make(kind: "request" | "response"): string {
    let text = this.message(kind) + this.some(() => this.message(kind));
    for (let damages = this.random.below(3); damages > 0; damages--) {
      const at = this.random.below(text.length);
      const kept = at + this.random.below(3);
      text = text.slice(0, at) + this.one(BAD_BYTES) + text.slice(kept);
    }
    return text;
  }

  split(text: string): string[] {
    const pieces: string[] = [];
    let at = 0;
    while (at < text.length) {
      const size = 1 + this.random.below(this.one([2, 10, 100]));
      pieces.push(text.slice(at, at + size));
      at += size;
    }
    return pieces;
  }
}

for (const kind of ["request", "response"] as const) {
  test(`any split of any ${kind} comes to the same`, () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const maker = new MessageMaker(new SeededRandom(seed));
      const text = maker.make(kind);
      const whole = parse(kind, [text], LIMITS);
      assert.deepEqual(
        parse(kind, everyByte(text), LIMITS),
        whole,
        `seed ${seed}, byte by byte: ${JSON.stringify(text)}`,
      );
      for (let i = 0; i < SPLITS_PER_MESSAGE; i++) {
        const pieces = maker.split(text);
        assert.deepEqual(parse(kind, pieces, LIMITS), whole, `seed ${seed}: ${JSON.stringify(pieces)}`);
      }
      outcomes.add((whole.at(-1) as string).split(" | ")[0] as string);
    }
    // The messages are of all kinds: good, cut short, and malformed in many ways.
    assert.ok(outcomes.has("end") && outcomes.size > 12, [...outcomes].join(", "));
  });
}
