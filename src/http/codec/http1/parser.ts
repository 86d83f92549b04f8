import type { HeaderMap } from "../../headers/header-map.js";
import { isTokenCode } from "../../headers/header-syntax.js";
import { isInformational } from "../../headers/status-code.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import { type BodyFraming, requestFraming, responseFraming } from "./body-framing.js";
import { ChunkHeader } from "./chunk-header.js";
import { HeadAccumulator } from "./head-accumulator.js";
import { parseRequestHead, parseResponseHead, parseTrailers } from "./head-parser.js";
import { MessageHead } from "./message-head.js";

const CRLF = Buffer.from("\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");
const CR = 0x0d;
const LF = 0x0a;

/** Empty lines that may stand before a message: RFC 9112 2.2 asks to skip at least one, old clients send it. */
const MAX_LEADING_EMPTY_LINES = 8;

/** What a peer may make us hold at once. */
export interface ParserLimits {
  readonly maxHeadBytes: number;
  readonly maxFields: number;
}

/** Receives the parts of messages, in order. Each call may pause or stop the parser. */
export interface MessageCallbacks {
  /** The head is complete. `hasBody` says whether anything follows. */
  onMessageHead(head: MessageHead, hasBody: boolean): void;
  /** A piece of the body, valid during the call only. After the `last` piece nothing follows. */
  onBody(data: Buffer, last: boolean): void;
  /** The end of a message that did not end with its head or a last piece; trailers may be empty. */
  onMessageEnd(trailers: HeaderMap | null): void;
  /** The bytes are malformed. Nothing follows. */
  onParseError(error: CodecError): void;
}

type State = "head" | "length" | "untilClose" | "chunkHeader" | "chunkData" | "chunkEnd" | "trailers" | "stopped";

/**
 * An incremental HTTP/1 parser (RFC 9112): takes bytes as they come and goes on from where it stood. The same for
 * requests and responses; what differs is the start line and the framing.
 */
export class Http1Parser {
  /** Responses: the method of the request that is being answered, which decides whether there is a body. */
  answeredMethod = "";
  private readonly isRequest: boolean;
  private readonly limits: ParserLimits;
  private readonly callbacks: MessageCallbacks;
  private readonly head = new MessageHead();
  private readonly chunk = new ChunkHeader();
  private readonly pending = new HeadAccumulator();
  private state: State = "head";
  private paused = false;
  private resumeLater = false;
  private leadingEmptyLines = 0;
  /** How much of a pending head has been looked through for its end, and for errors line by line. */
  private searchedBytes = 0;
  private checkedBytes = 0;
  private bodyBytesLeft = 0;
  private chunkEndBytes = 0;

  constructor(kind: "request" | "response", limits: ParserLimits, callbacks: MessageCallbacks) {
    this.isRequest = kind === "request";
    this.limits = limits;
    this.callbacks = callbacks;
  }

  /** True while a message has begun and not ended. */
  get isInsideMessage(): boolean {
    return this.state !== "head" || this.pending.length > 0;
  }

  /** True when some bytes of a head have arrived. */
  get hasPartialHead(): boolean {
    return this.state === "head" && this.pending.length > 0;
  }

  /** Takes no more bytes after the current message, until `resume`. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** As `resume`, but not for the bytes of the running `execute`. */
  resumeOnNextExecute(): void {
    this.resumeLater = true;
  }

  /** Takes no more bytes at all. */
  stop(): void {
    this.state = "stopped";
  }

  /** Takes bytes; returns how many were used. The rest belongs to messages behind a pause. */
  execute(data: Buffer): number {
    let at = 0;
    if (this.resumeLater) {
      this.resumeLater = false;
      this.paused = false;
    }
    while (at < data.length && !(this.paused && this.state === "head")) {
      switch (this.state) {
        case "head":
          at = this.readHead(data, at);
          break;
        case "length":
          at = this.readLength(data, at);
          break;
        case "untilClose":
          this.callbacks.onBody(at === 0 ? data : data.subarray(at), false);
          at = data.length;
          break;
        case "chunkHeader":
          at = this.readChunkHeader(data, at);
          break;
        case "chunkData":
          at = this.readChunkData(data, at);
          break;
        case "chunkEnd":
          at = this.readChunkEnd(data, at);
          break;
        case "trailers":
          at = this.readTrailers(data, at);
          break;
        case "stopped":
          return data.length;
      }
    }
    return at;
  }

  /**
   * The peer has sent its last byte. Completes a response that lasts until then, and refuses any other open message.
   * Returns false when a message was cut short.
   */
  finish(): boolean {
    if (this.state === "untilClose") {
      this.state = "head";
      this.callbacks.onMessageEnd(null);
      return true;
    }
    const clean = this.state === "head" && this.pending.length === 0;
    this.state = "stopped";
    return clean;
  }

  // ---- head

  private readHead(data: Buffer, from: number): number {
    let at = from;
    if (this.pending.length === 0) {
      at = this.skipEmptyLines(data, at);
      if (this.state === "stopped" || at === data.length) return at;
      const end = data.indexOf(HEAD_END, at);
      if (end >= 0) {
        if (end + 4 - at > this.limits.maxHeadBytes) return this.fail(Http1Errors.headTooLarge, data);
        this.takeHead(data.toString("latin1", at, end + 4));
        return end + 4;
      }
    }
    return this.accumulateHead(data, at);
  }

  private skipEmptyLines(data: Buffer, from: number): number {
    let at = from;
    while (data[at] === CR && (at + 1 === data.length || data[at + 1] === LF)) {
      if (at + 1 === data.length) {
        // Its line feed may come with the next bytes.
        this.pending.append(data.subarray(at));
        return data.length;
      }
      at += 2;
      if (++this.leadingEmptyLines > MAX_LEADING_EMPTY_LINES) return this.fail(Http1Errors.invalidRequestLine, data);
    }
    return at;
  }

  private accumulateHead(data: Buffer, at: number): number {
    const before = this.pending.length;
    // One byte more than the limit is enough to see that it is exceeded.
    const room = this.limits.maxHeadBytes + 1 - before;
    const piece = data.length - at > room ? data.subarray(at, at + room) : data.subarray(at);
    this.pending.append(piece);
    if (before === 1 && this.pending.at(0) === CR) return this.resolveLeadingCr(data, at);
    const end = this.pending.indexOf(HEAD_END, this.searchedBytes - 3);
    if (end >= 0 && end + 4 <= this.limits.maxHeadBytes) {
      const text = this.pending.text(end + 4);
      this.clearPending();
      this.takeHead(text);
      return at + end + 4 - before;
    }
    if (this.pending.length > this.limits.maxHeadBytes) return this.fail(Http1Errors.headTooLarge, data);
    this.searchedBytes = this.pending.length;
    const error = this.checkPartialHead();
    if (error !== null) return this.fail(error, data);
    return data.length;
  }

  /** A lone CR was held back: with LF it is an empty line, with anything else no start line. */
  private resolveLeadingCr(data: Buffer, at: number): number {
    if (this.pending.at(1) !== LF) return this.fail(Http1Errors.bareCarriageReturn, data);
    this.clearPending();
    if (++this.leadingEmptyLines > MAX_LEADING_EMPTY_LINES) return this.fail(Http1Errors.invalidRequestLine, data);
    return at + 1;
  }

  /** Finds what is wrong already, so that the answer does not wait for a head that may never end. */
  private checkPartialHead(): CodecError | null {
    if (this.isRequest && !isTokenCode(this.pending.at(0))) {
      if (this.pending.at(0) === LF) return Http1Errors.bareLineFeed;
      return this.pending.at(0) === CR ? null : Http1Errors.invalidMethod;
    }
    const lineEnd = this.pending.lastIndexOf(LF_BYTE);
    if (lineEnd < this.checkedBytes) return null;
    this.checkedBytes = lineEnd + 1;
    return this.parseHead(this.pending.text(lineEnd + 1), false);
  }

  private takeHead(text: string): void {
    const error = this.parseHead(text, true);
    if (error !== null) {
      this.fail(error, EMPTY);
      return;
    }
    this.leadingEmptyLines = 0;
    const framing = this.isRequest ? requestFraming(this.head) : responseFraming(this.head, this.answeredMethod);
    if (typeof framing !== "string") {
      this.fail(framing, EMPTY);
      return;
    }
    this.enterBody(framing);
    this.callbacks.onMessageHead(this.head, framing !== "none");
    if (framing === "none" && !this.isInterim && this.state === "head") this.callbacks.onMessageEnd(null);
  }

  private get isInterim(): boolean {
    return !this.isRequest && isInformational(this.head.headers.status);
  }

  private parseHead(text: string, complete: boolean): CodecError | null {
    this.head.reset();
    const parse = this.isRequest ? parseRequestHead : parseResponseHead;
    return parse(text, this.head, this.limits.maxFields, complete);
  }

  private enterBody(framing: BodyFraming): void {
    switch (framing) {
      case "none":
        this.state = "head";
        return;
      case "length":
        this.state = "length";
        this.bodyBytesLeft = this.head.contentLength;
        return;
      case "chunked":
        this.state = "chunkHeader";
        this.chunk.startMessage();
        return;
      case "untilClose":
        this.state = "untilClose";
        return;
    }
  }

  // ---- body

  private readLength(data: Buffer, at: number): number {
    const available = data.length - at;
    if (available < this.bodyBytesLeft) {
      this.bodyBytesLeft -= available;
      this.callbacks.onBody(at === 0 ? data : data.subarray(at), false);
      return data.length;
    }
    const end = at + this.bodyBytesLeft;
    this.bodyBytesLeft = 0;
    this.state = "head";
    this.callbacks.onBody(at === 0 && end === data.length ? data : data.subarray(at, end), true);
    return end;
  }

  private readChunkHeader(data: Buffer, at: number): number {
    const end = this.chunk.read(data, at);
    if (this.chunk.error !== null) return this.fail(this.chunk.error, data);
    if (!this.chunk.takeComplete()) return end;
    this.bodyBytesLeft = this.chunk.size;
    this.state = this.chunk.size === 0 ? "trailers" : "chunkData";
    return end;
  }

  private readChunkData(data: Buffer, at: number): number {
    const end = Math.min(data.length, at + this.bodyBytesLeft);
    this.bodyBytesLeft -= end - at;
    if (this.bodyBytesLeft === 0) {
      this.state = "chunkEnd";
      this.chunkEndBytes = 0;
    }
    this.callbacks.onBody(data.subarray(at, end), false);
    return end;
  }

  private readChunkEnd(data: Buffer, at: number): number {
    if (data[at] !== (this.chunkEndBytes === 0 ? CR : LF)) return this.fail(Http1Errors.missingChunkEnd, data);
    if (++this.chunkEndBytes === 2) {
      this.state = "chunkHeader";
      this.chunk.startChunk();
    }
    return at + 1;
  }

  private readTrailers(data: Buffer, at: number): number {
    if (this.pending.length === 0 && data[at] === CR && data[at + 1] === LF) {
      this.endWithTrailers(null);
      return at + 2;
    }
    const before = this.pending.length;
    this.pending.append(data.subarray(at, at + this.limits.maxHeadBytes + 1 - before));
    if (this.pending.at(0) === CR && this.pending.length > 1) {
      const ended = this.pending.at(1) === LF;
      this.clearPending();
      if (!ended) return this.fail(Http1Errors.bareCarriageReturn, data);
      this.endWithTrailers(null);
      return at + 2 - before;
    }
    const end = this.pending.indexOf(HEAD_END, before - 3);
    if (end >= 0 && end + 4 <= this.limits.maxHeadBytes) {
      const text = this.pending.text(end + 4);
      this.clearPending();
      this.head.reset();
      const error = parseTrailers(text, this.head, this.limits.maxFields);
      if (error !== null) return this.fail(error, data);
      this.endWithTrailers(this.head.headers);
      return at + end + 4 - before;
    }
    if (this.pending.length > this.limits.maxHeadBytes) return this.fail(Http1Errors.trailersTooLarge, data);
    return this.checkPartialTrailers(data);
  }

  private checkPartialTrailers(data: Buffer): number {
    const lineEnd = this.pending.lastIndexOf(LF_BYTE);
    if (lineEnd < this.checkedBytes) return data.length;
    this.checkedBytes = lineEnd + 1;
    // A line feed without its carriage return can never become a good section.
    if (this.pending.at(lineEnd - 1) !== CR) return this.fail(Http1Errors.bareLineFeed, data);
    return data.length;
  }

  private endWithTrailers(trailers: HeaderMap | null): void {
    this.state = "head";
    this.callbacks.onMessageEnd(trailers);
  }

  private clearPending(): void {
    this.pending.clear();
    this.searchedBytes = 0;
    this.checkedBytes = 0;
  }

  private fail(error: CodecError, data: Buffer): number {
    this.state = "stopped";
    this.clearPending();
    this.callbacks.onParseError(error);
    return data.length;
  }
}

const EMPTY = Buffer.alloc(0);
const LF_BYTE = CRLF.subarray(1);
