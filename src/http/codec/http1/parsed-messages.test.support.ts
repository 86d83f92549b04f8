import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderMap } from "../../headers/header-map.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";
import { Http1Parser, type MessageCallbacks } from "./parser.js";
import { DEFAULT_PARSER_SETTINGS, type ParserSettings } from "./parser-settings.js";

export type Http1ErrorName = keyof typeof Http1Errors;

/** The name under which an error stands in `Http1Errors`. */
export function errorName(error: CodecError): Http1ErrorName {
  const found = Object.entries(Http1Errors).find(([, known]) => known === error);
  return (found?.[0] ?? error.message) as Http1ErrorName;
}

/** Everything a head says, in a line: `GET /path HTTP/1.1 to host | name: value | ...`. */
function headText(head: MessageHead): string {
  const { headers } = head;
  const origin = headers.scheme === "" ? headers.authority : `${headers.scheme}://${headers.authority}`;
  const start =
    headers.status > 0
      ? `${head.protocol} ${headers.status}`
      : `${headers.method} ${headers.path} ${head.protocol} to ${origin}`;
  return [start, ...fieldTexts(headers)].join(" | ");
}

export function fieldTexts(headers: HeaderMap): string[] {
  return Array.from({ length: headers.size }, (_, i) => `${headers.nameAt(i)}: ${headers.valueAt(i)}`);
}

/** What a parser tells, as lines; the pieces of a body are joined, since how it is cut means nothing. */
class RecordedMessages implements MessageCallbacks {
  readonly lines: string[] = [];
  failed = false;
  private body: string | null = null;

  onMessageHead(head: MessageHead, hasBody: boolean): void {
    this.lines.push(headText(head));
    if (hasBody) this.body = "";
  }

  onBody(data: Buffer, last: boolean): void {
    this.body += data.toString("latin1");
    if (last) this.onMessageEnd(null);
  }

  onMessageEnd(trailers: HeaderMap | null): void {
    this.flushBody();
    this.lines.push(trailers === null ? "end" : ["end", ...fieldTexts(trailers)].join(" | "));
  }

  onParseError(error: CodecError): void {
    this.failed = true;
    this.flushBody();
    this.lines.push(`error ${errorName(error)}`);
  }

  flushBody(): void {
    if (this.body !== null) this.lines.push(`body ${this.body}`);
    this.body = null;
  }
}

export interface ParseOptions extends Partial<ParserSettings> {
  /** The method that responses answer. */
  readonly answeredMethod?: string;
  /** What its request asked to make of the connection. */
  readonly answeredUpgrade?: string;
  /** The peer ends its side after the last byte. */
  readonly fin?: boolean;
}

/** Parses bytes as they would come in these reads, and tells what came of them. */
export function parse(kind: "request" | "response", reads: readonly string[], options: ParseOptions = {}): string[] {
  const { answeredMethod = "GET", answeredUpgrade = "", fin = false, ...settings } = options;
  const messages = new RecordedMessages();
  const parser = new Http1Parser(kind, { ...DEFAULT_PARSER_SETTINGS, ...settings }, messages);
  parser.answeredMethod = answeredMethod;
  parser.answeredUpgrade = answeredUpgrade;
  for (const read of reads) parser.execute(Buffer.from(read, "latin1"));
  if (fin && !messages.failed && !parser.finish()) messages.lines.push("cut short");
  messages.flushBody();
  return messages.lines;
}

/** A text byte by byte. */
export function everyByte(text: string): string[] {
  return text.split("");
}

type Case = readonly [why: string, text: string, expected: string | readonly string[]];

/** A test for each case: whole and byte by byte it comes to the same. A text stands for a message without a body. */
export function testAccepted(kind: "request" | "response", cases: readonly Case[], options: ParseOptions = {}): void {
  for (const [why, text, expected] of cases) {
    test(why, () => {
      const lines = typeof expected === "string" ? [expected, "end"] : expected;
      assert.deepEqual(parse(kind, [text], options), lines);
      assert.deepEqual(parse(kind, everyByte(text), options), lines);
    });
  }
}

type Refusal = readonly [why: string, text: string, error: Http1ErrorName];

/** A test for each refusal, whole and byte by byte. */
export function testRefused(
  kind: "request" | "response",
  refusals: readonly Refusal[],
  options: ParseOptions = {},
): void {
  const cases = refusals.map(([why, text, error]): Case => [why, text, [`error ${error}`]]);
  testAccepted(kind, cases, options);
}
