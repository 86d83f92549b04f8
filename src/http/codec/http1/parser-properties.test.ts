import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { HeaderMap } from "../../headers/header-map.js";
import type { CodecError } from "../codec-error.js";
import { cutAt, cuts, damaged, type GeneratedMessage, requests, responses } from "./generated-messages.test.support.js";
import { encodeRequestHead, encodeResponseHead } from "./head-encoder.js";
import type { MessageHead } from "./message-head.js";
import { everyByte, parse } from "./parsed-messages.test.support.js";
import { Http1Parser, type MessageCallbacks } from "./parser.js";
import { DEFAULT_PARSER_SETTINGS } from "./parser-settings.js";

/*
 * What must hold for every message there is. fast-check makes them, and makes those that break a property small.
 */

const RUNS = { numRuns: 300, seed: 20_260_101 };
const KINDS = [
  ["request", requests],
  ["response", responses],
] as const;

/** Keeps the last head, and whether anything is told behind an error. */
class Recorder implements MessageCallbacks {
  head: HeaderMap | null = null;
  body = "";
  messages = 0;
  error: CodecError | null = null;

  onMessageHead(head: MessageHead): void {
    this.expectNoError();
    this.head = head.headers;
    this.body = "";
  }

  onBody(data: Buffer, last: boolean): void {
    this.expectNoError();
    this.body += data.toString("latin1");
    if (last) this.messages++;
  }

  onMessageEnd(): void {
    this.expectNoError();
    this.messages++;
  }

  onParseError(error: CodecError): void {
    this.expectNoError();
    this.error = error;
  }

  private expectNoError(): void {
    assert.equal(this.error, null, "something is told behind an error");
  }
}

function record(kind: "request" | "response", bytes: Buffer): Recorder {
  const recorder = new Recorder();
  const parser = new Http1Parser(kind, DEFAULT_PARSER_SETTINGS, recorder);
  assert.equal(parser.execute(bytes), bytes.length);
  return recorder;
}

function accepted(kind: "request" | "response", text: string): Recorder {
  const recorder = record(kind, Buffer.from(text, "latin1"));
  assert.equal(recorder.error?.message, undefined);
  assert.equal(recorder.messages, 1);
  return recorder;
}

function encode(kind: "request" | "response", headers: HeaderMap): string {
  return kind === "request" ? encodeRequestHead(headers, "none") : encodeResponseHead(headers, "none", "HEAD", "");
}

for (const [kind, messages] of KINDS) {
  describe(`properties of any ${kind}`, () => {
    test("what RFC 9112 allows is accepted, with its body", () => {
      fc.assert(
        fc.property(messages, ({ text, body }: GeneratedMessage) => {
          assert.equal(accepted(kind, text).body, body);
        }),
        RUNS,
      );
    });

    test("what was written is read as it was: writing it again changes nothing", () => {
      fc.assert(
        fc.property(messages, ({ text }: GeneratedMessage) => {
          const first = encode(kind, accepted(kind, text).head as HeaderMap);
          // A response to HEAD has no body, whatever its fields announce; a request's would be waited for.
          const readable = first.replace(/^content-length: \d+\r\n/m, "content-length: 0\r\n");
          const second = record(kind, Buffer.from(readable, "latin1"));
          assert.equal(second.error?.message, undefined);
          assert.equal(encode(kind, second.head as HeaderMap), readable);
        }),
        RUNS,
      );
    });

    test("any split of it, good or damaged, comes to the same", () => {
      fc.assert(
        fc.property(damaged(messages), cuts, (text, positions) => {
          const whole = parse(kind, [text], { fin: true });
          assert.deepEqual(parse(kind, everyByte(text), { fin: true }), whole);
          assert.deepEqual(parse(kind, cutAt(text, positions), { fin: true }), whole);
        }),
        RUNS,
      );
    });

    test("any bytes at all end in an error, in messages, or in waiting", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          record(kind, Buffer.from(bytes));
        }),
        RUNS,
      );
    });
  });
}
