import type { SeededRandom } from "../support/seeded-random.js";

/** Bytes and words that parsers disagree about. */
const TOKENS = [
  ...'\r\n\t \0\x0b\x0c\x7f\x80\x85\xa0\xff:;,"\\/?#%@*+-_0159aAfFxX'.split(""),
  ..."\r\n|\r\n\r\n|\n\n|\r\r\n|\r\n |\r\n\t|0\r\n\r\n|HTTP/1.1|HTTP/1.0|HTTP/2.0|http://a/|https://a/|//|/../|/./|%2e%2e|%2F|%5c|%00|%".split(
    "|",
  ),
  ..."Content-Length: 5\r\n|Content-Length: 0\r\n|Transfer-Encoding: chunked\r\n|Transfer-Encoding: identity\r\n".split(
    "|",
  ),
  ..."Host: b\r\n|Connection: close\r\n|Connection: X, content-length\r\n|Expect: 100-continue\r\n|TE: trailers\r\n|X: 1\r\n".split(
    "|",
  ),
  ..."GET / HTTP/1.1\r\nHost: a\r\n\r\n|HTTP/1.1 200 OK\r\n\r\n|ffffffffffffffff|18446744073709551616|chunked|gzip".split(
    "|",
  ),
];

/** Makes new inputs of known ones. The same random numbers give the same inputs. */
export class Mutator {
  private readonly random: SeededRandom;
  private readonly corpus: readonly string[];

  constructor(random: SeededRandom, corpus: readonly string[]) {
    this.random = random;
    this.corpus = corpus;
  }

  /** One of the known inputs, changed in up to six places. */
  next(): string {
    let text = this.one(this.corpus);
    for (let changes = this.random.below(7); changes > 0; changes--) text = this.change(text);
    return text;
  }

  /** Where to cut an input into reads. */
  split(text: string): string[] {
    const pieces: string[] = [];
    const longest = this.one([1, 3, 20, 200]);
    for (let at = 0; at < text.length; ) {
      const size = 1 + this.random.below(longest);
      pieces.push(text.slice(at, at + size));
      at += size;
    }
    return pieces;
  }

  private change(text: string): string {
    const at = this.random.below(text.length + 1);
    const end = Math.min(text.length, at + this.random.below(this.one([2, 4, 40])));
    switch (this.random.below(7)) {
      case 0:
        return text.slice(0, at) + text.slice(end);
      case 1:
        return text.slice(0, at) + this.one(TOKENS) + text.slice(at);
      case 2:
        return text.slice(0, at) + this.one(TOKENS) + text.slice(end);
      case 3:
        return text.slice(0, at) + String.fromCharCode(this.random.below(256)) + text.slice(at + 1);
      case 4:
        return text.slice(0, end) + text.slice(at);
      case 5:
        return text.slice(0, at) + this.tail(this.one(this.corpus));
      default:
        return text.slice(0, at) + this.swapCase(text.slice(at, end)) + text.slice(end);
    }
  }

  private tail(text: string): string {
    return text.slice(this.random.below(text.length + 1));
  }

  private swapCase(text: string): string {
    return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
  }

  private one<T>(of: readonly T[]): T {
    return of[this.random.below(of.length)] as T;
  }
}
