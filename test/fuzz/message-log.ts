import type { CodecError } from "../../src/http/codec/codec-error.js";
import type { MessageHead } from "../../src/http/codec/http1/message-head.js";
import { Http1Parser, type MessageCallbacks } from "../../src/http/codec/http1/parser.js";
import { DEFAULT_PARSER_SETTINGS } from "../../src/http/codec/http1/parser-settings.js";
import type { HeaderMap } from "../../src/http/headers/header-map.js";

export type MessageKind = "request" | "response";

/** A message as a parser understood it. */
export interface ParsedMessage {
  readonly method: string;
  /** As it stood in the request line; empty where that cannot be said. */
  readonly target: string;
  readonly status: number;
  body: string;
  complete: boolean;
  /** For our own parser only. */
  readonly headers: HeaderMap | null;
}

/** Collects what our parser tells of some bytes, and checks that it tells nothing behind an error. */
export class MessageLog implements MessageCallbacks {
  readonly messages: ParsedMessage[] = [];
  error: CodecError | null = null;

  static of(kind: MessageKind, reads: readonly string[]): MessageLog {
    const log = new MessageLog();
    const parser = new Http1Parser(kind, DEFAULT_PARSER_SETTINGS, log);
    parser.answeredMethod = "GET";
    for (const read of reads) {
      const bytes = Buffer.from(read, "latin1");
      if (parser.execute(bytes) !== bytes.length) throw new Error("bytes were left over without a pause");
    }
    return log;
  }

  /** What must be the same however the bytes were cut. */
  get text(): string {
    const messages = this.messages.map(({ headers, ...rest }) => ({ ...rest, fields: fieldsOf(headers) }));
    return JSON.stringify([messages, this.error?.message ?? null]);
  }

  onMessageHead({ headers }: MessageHead): void {
    this.expectNoError();
    const { method, status } = headers;
    // Interim responses are no messages of their own for other parsers' callbacks.
    const target = headers.scheme === "" ? headers.path : "";
    this.messages.push({ method, target, status, body: "", complete: status > 0 && status < 200, headers });
  }

  onBody(data: Buffer, last: boolean): void {
    this.expectNoError();
    this.last.body += data.toString("latin1");
    if (last) this.last.complete = true;
  }

  onMessageEnd(): void {
    this.expectNoError();
    this.last.complete = true;
  }

  onParseError(error: CodecError): void {
    this.expectNoError();
    this.error = error;
  }

  private get last(): ParsedMessage {
    const message = this.messages.at(-1);
    if (message === undefined || message.complete) throw new Error("a part of a message that did not begin");
    return message;
  }

  private expectNoError(): void {
    if (this.error !== null) throw new Error(`something was told behind the error: ${this.error.message}`);
  }
}

export function fieldsOf(headers: HeaderMap | null): string[] {
  if (headers === null) return [];
  return Array.from({ length: headers.size }, (_, i) => `${headers.nameAt(i)}: ${headers.valueAt(i)}`);
}
