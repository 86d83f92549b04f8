import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HeaderMap } from "../../headers/header-map.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import { errorName, everyByte, parse, testAccepted } from "./parsed-messages.test.support.js";
import { Http1Parser, type MessageCallbacks } from "./parser.js";
import { DEFAULT_PARSER_SETTINGS } from "./parser-settings.js";

const HEAD = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

describe("limits hold exactly, however the bytes come (RFC 6585 5)", () => {
  const headLine = "GET / HTTP/1.1 to a";
  testAccepted("request", [["a head as long as the limit", HEAD, headLine]], { maxHeadBytes: HEAD.length });
  testAccepted("request", [["one byte longer", HEAD, ["error headTooLarge"]]], { maxHeadBytes: HEAD.length - 1 });
  testAccepted("request", [["empty lines before it count", `\r\n${HEAD}`, ["error headTooLarge"]]], {
    maxHeadBytes: HEAD.length,
  });
  testAccepted("request", [["every head has the limit for itself", HEAD + HEAD, [headLine, "end", headLine, "end"]]], {
    maxHeadBytes: HEAD.length,
  });
  testAccepted(
    "request",
    [
      ["a head that never ends", `GET /${"a".repeat(100)}`, ["error headTooLarge"]],
      [
        "what is malformed within the limit counts first",
        `GET / HTTP/1.1\r\nX: \0\r\n${"X: 1\r\n".repeat(20)}`,
        ["error invalidValue"],
      ],
      [
        "what is malformed behind the limit does not",
        `${"\r\n".repeat(3)}GET / HTTP/1.1\r\n${"X: 1\r\n".repeat(20)}\0`,
        ["error headTooLarge"],
      ],
    ],
    { maxHeadBytes: 64 },
  );
  testAccepted("request", [["as many fields as allowed", HEAD, headLine]], { maxFields: 1 });
  testAccepted("request", [["one more", `${HEAD.slice(0, -2)}X: 1\r\n\r\n`, ["error tooManyFields"]]], {
    maxFields: 1,
  });
  testAccepted(
    "request",
    [["fields that are dropped count", `${HEAD.slice(0, -2)}Connection: close\r\n\r\n`, ["error tooManyFields"]]],
    {
      maxFields: 1,
    },
  );

  const hints = "HTTP/1.1 103 X\r\nA: 1\r\n\r\n";
  testAccepted(
    "response",
    [
      [
        "interim responses count as a part of the head",
        hints.repeat(4),
        [...Array(3).fill("HTTP/1.1 103 | a: 1"), "error headTooLarge"],
      ],
    ],
    { maxHeadBytes: hints.length * 3 + 8 },
  );
  testAccepted(
    "response",
    [
      [
        "but not for the response after it",
        `${hints}HTTP/1.1 204 X\r\n\r\n`.repeat(3),
        Array(3).fill(["HTTP/1.1 103 | a: 1", "HTTP/1.1 204", "end"]).flat(),
      ],
    ],
    { maxHeadBytes: hints.length * 2 },
  );

  // The last CRLF of a trailer section counts, as that of a head.
  const withTrailer = (bytes: number): string => `${CHUNKED}0\r\nX: ${"x".repeat(bytes - 7)}\r\n\r\n`;
  const longest = withTrailer(CHUNKED.length);
  const chunkedLine = "POST / HTTP/1.1 to a";
  testAccepted(
    "request",
    [
      ["trailers as long as the limit", longest, [chunkedLine, "body ", `end | x: ${"x".repeat(CHUNKED.length - 7)}`]],
      ["trailers one byte longer", withTrailer(CHUNKED.length + 1), [chunkedLine, "body ", "error trailersTooLarge"]],
      [
        "trailers that never end",
        `${CHUNKED}0\r\n${"x".repeat(200)}`,
        [chunkedLine, "body ", "error trailersTooLarge"],
      ],
    ],
    { maxHeadBytes: CHUNKED.length },
  );
});

describe("what is malformed is refused before the rest arrives", () => {
  const cases: readonly (readonly [bytes: string, error: string])[] = [
    ["\x16", "invalidMethod"],
    ["\n", "bareLineFeed"],
    [" ", "invalidMethod"],
    ["GET /a b HTTP/1.1\r\n", "invalidVersion"],
    ["GET / HTTP/2.0\r\n", "unsupportedVersion"],
    ["GET / HTTP/1.1\n", "bareLineFeed"],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "repeatedHost"],
    ["GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n", "spaceBeforeColon"],
    ["GET / HTTP/1.1\r\nContent-Length: x\r\n", "invalidContentLength"],
    [`${CHUNKED}x`, "invalidChunkSize"],
    [`${CHUNKED}1\r\nab`, "missingChunkEnd"],
    [`${CHUNKED}0\r\nX: \0\r\n`, "invalidValue"],
  ];
  for (const [bytes, error] of cases) {
    test(JSON.stringify(bytes.slice(-30)), () => {
      assert.equal(parse("request", [bytes]).at(-1), `error ${error}`);
      const allButOne = parse("request", [bytes.slice(0, -1)]);
      assert.notEqual(allButOne.at(-1), `error ${error}`, "it was refused by this byte and none before");
    });
  }

  test("an answer that is no HTTP, such as a TLS alert", () => {
    assert.deepEqual(parse("response", ["\x15"]), ["error invalidVersion"]);
  });
});

test("a head that comes byte by byte costs no more than its length", () => {
  const lines = "X: 1\r\n".repeat(20_000);
  const head = `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;
  const bytes = Buffer.from(head, "latin1");
  let heads = 0;
  const counter: MessageCallbacks = {
    onMessageHead: () => void heads++,
    onBody: () => {},
    onMessageEnd: () => {},
    onParseError: (error) => assert.fail(error.message),
  };
  const parser = new Http1Parser(
    "request",
    { ...DEFAULT_PARSER_SETTINGS, maxHeadBytes: 1 << 20, maxFields: 50_000 },
    counter,
  );
  const started = process.cpuUsage();
  for (let at = 0; at < bytes.length; at++) parser.execute(bytes.subarray(at, at + 1));
  const { user } = process.cpuUsage(started);
  assert.equal(heads, 1);
  // It takes some 0.1 s; work that grows with the square of the length would take minutes.
  assert.ok(user < 5_000_000, `${user} us`);
});

/** Stops or pauses the parser from inside its callbacks, as connections do. */
class Controlling implements MessageCallbacks {
  readonly lines: string[] = [];
  parser: Http1Parser;
  onHead: () => void = () => {};
  onPiece: () => void = () => {};

  constructor(kind: "request" | "response" = "request") {
    this.parser = new Http1Parser(kind, { ...DEFAULT_PARSER_SETTINGS, maxHeadBytes: 1024, maxFields: 10 }, this);
  }

  execute(text: string): number {
    return this.parser.execute(Buffer.from(text, "latin1"));
  }

  onMessageHead(): void {
    this.lines.push("head");
    this.onHead();
  }

  onBody(data: Buffer): void {
    this.lines.push(data.toString("latin1"));
    this.onPiece();
  }

  onMessageEnd(_trailers: HeaderMap | null): void {
    this.lines.push("end");
  }

  onParseError(error: CodecError): void {
    this.lines.push(errorName(error));
  }
}

describe("pausing", () => {
  test("a pause ends with the current message and leaves the next one's bytes", () => {
    const messages = new Controlling();
    messages.onHead = () => messages.parser.pause();
    const first = `${CHUNKED}2\r\nok\r\n0\r\n\r\n`;
    assert.equal(messages.execute(first + HEAD), first.length);
    assert.deepEqual(messages.lines, ["head", "ok", "end"]);
    assert.equal(messages.execute(HEAD), 0, "a paused parser takes nothing");
    messages.parser.resume();
    assert.equal(messages.execute(HEAD), HEAD.length);
    assert.deepEqual(messages.lines, ["head", "ok", "end", "head", "end"]);
  });

  test("a parser that resumes later goes on with the next bytes, not with these", () => {
    const messages = new Controlling();
    messages.onHead = () => {
      messages.parser.pause();
      messages.parser.resumeOnNextExecute();
    };
    assert.equal(messages.execute(HEAD + HEAD), HEAD.length);
    assert.equal(messages.execute(HEAD + HEAD), HEAD.length);
    assert.deepEqual(messages.lines, ["head", "end", "head", "end"]);
  });
});

describe("stopping", () => {
  test("from a head: nothing of the message follows", () => {
    const messages = new Controlling();
    messages.onHead = () => messages.parser.stop();
    const bytes = HEAD + HEAD;
    assert.equal(messages.execute(bytes), bytes.length);
    assert.equal(messages.execute("\0"), 1);
    assert.deepEqual(messages.lines, ["head"]);
  });

  test("from a piece of a body", () => {
    const messages = new Controlling();
    messages.onPiece = () => messages.parser.stop();
    messages.execute(`${CHUNKED}2\r\nok\r\n2\r\nno\r\n0\r\n\r\n`);
    assert.deepEqual(messages.lines, ["head", "ok"]);
  });

  test("after an error nothing follows", () => {
    const messages = new Controlling();
    messages.execute(`GET\r\n${HEAD}`);
    messages.execute(HEAD);
    assert.deepEqual(messages.lines, [errorName(Http1Errors.invalidMethod)]);
  });
});

test("a body is passed on as it came, without a copy", () => {
  const pieces: Buffer[] = [];
  const callbacks: MessageCallbacks = {
    onMessageHead: () => {},
    onBody: (data) => void pieces.push(data),
    onMessageEnd: () => {},
    onParseError: () => {},
  };
  const parser = new Http1Parser(
    "request",
    { ...DEFAULT_PARSER_SETTINGS, maxHeadBytes: 1024, maxFields: 10 },
    callbacks,
  );
  parser.execute(Buffer.from("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"));
  const body = Buffer.from("body");
  parser.execute(body);
  assert.equal(pieces[0], body);
});

test("every byte of a large body by itself", () => {
  const body = "0123456789".repeat(100);
  const message = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  assert.deepEqual(parse("request", everyByte(message)).at(1), `body ${body}`);
});
