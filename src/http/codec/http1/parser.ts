import type { HeaderMap } from "../../headers/header-map.js";
import { isInformational } from "../../headers/status-code.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import { type BodyFraming, requestFraming, responseFraming } from "./body-framing.js";
import { ChunkHeader } from "./chunk-header.js";
import { removeConnectionFields, removeNamedTrailers } from "./connection-fields.js";
import { HeadParser } from "./head-parser.js";
import type { MessageHead } from "./message-head.js";
import type { ParserSettings } from "./parser-settings.js";
import { PartialLine } from "./partial-line.js";

const HEAD_END = Buffer.from("\r\n\r\n");
const CR = 0x0d;
/**
 * In a read of at most so many bytes that ends with a line, as that of a request without a body, nothing is searched for.
 * Of a larger one, what lies behind a section would be decoded with each of the sections before it.
 */
const SMALL_READ_BYTES = 2048;
const LF = 0x0a;

/** Receives the parts of messages, in order. Each call may pause or stop the parser. */
export interface MessageCallbacks {
  /** The head is complete, without what belonged to the connection. `hasBody` says whether anything follows. */
  onMessageHead(head: MessageHead, hasBody: boolean): void;
  /** A piece of the body, valid during the call only. After the `last` piece nothing follows. */
  onBody(data: Buffer, last: boolean): void;
  /** The end of a message that did not end with its head or a last piece. Trailers are null when there are none. */
  onMessageEnd(trailers: HeaderMap | null): void;
  /** The bytes are malformed. Nothing follows. */
  onParseError(error: CodecError): void;
}

type State = "head" | "length" | "untilClose" | "chunkHeader" | "chunkData" | "chunkEnd" | "trailers" | "stopped";

/**
 * An incremental HTTP/1 parser (RFC 9112): takes bytes as they come and goes on from where it stood. The same for
 * requests and responses; what differs is the start line and the framing. How the bytes are cut into reads changes
 * nothing of what it tells, but for the pieces of a body.
 */
export class Http1Parser {
  /** Responses: the method of the request that is being answered, which decides whether there is a body. */
  answeredMethod = "";
  /** Responses: what that request asked to make of the connection (`HeaderMap.upgradeType`). */
  answeredUpgrade = "";
  private readonly isRequest: boolean;
  private readonly settings: ParserSettings;
  private readonly callbacks: MessageCallbacks;
  private readonly headParser: HeadParser;
  private readonly chunk = new ChunkHeader();
  private readonly partialLine = new PartialLine();
  private state: State = "head";
  private paused = false;
  private resumeLater = false;
  /** Bytes taken of the head or trailer section that is being received, and of interim responses before the head. */
  private sectionBytes = 0;
  private bodyBytesLeft = 0;
  private chunkEndBytes = 0;

  constructor(kind: "request" | "response", settings: ParserSettings, callbacks: MessageCallbacks) {
    this.isRequest = kind === "request";
    this.settings = settings;
    this.callbacks = callbacks;
    this.headParser = new HeadParser(kind, settings);
  }

  /** Bytes of a head have come, and not all of it. */
  get isInsideHead(): boolean {
    return this.state === "head" && this.sectionBytes > 0;
  }

  /** As above, and what has come are not only the empty lines that some clients send behind a request. */
  get hasBegunMessage(): boolean {
    return this.isInsideHead && (this.partialLine.length > 0 || this.headParser.isAmongFields);
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
    this.partialLine.clear();
  }

  /** From here on there are no messages: everything is body, until the peer has sent its last byte. */
  startTunnel(): void {
    this.state = "untilClose";
    this.paused = false;
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
          at = this.readSection(data, at);
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
          at = this.readSection(data, at);
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
    const clean = this.state === "head" && this.sectionBytes === 0;
    this.stop();
    return clean;
  }

  // ---- head and trailers: lines

  /** Reads the whole lines of a head or trailer section that are there, and keeps the beginning of the next one. */
  private readSection(data: Buffer, from: number): number {
    if (this.state === "head" && this.headParser.isComplete) this.headParser.startHead();
    const room = this.settings.maxHeadBytes - this.sectionBytes;
    const limit = Math.min(data.length, from + room);
    const end = wholeLinesEnd(data, from, limit);
    if (end > from) return this.readLines(data, from, end);
    if (this.partialLine.length === 0 && this.state === "head") {
      const error = this.headParser.refuseFirstByte(data[from] as number);
      if (error !== null) return this.fail(error, data);
    }
    if (limit < data.length) {
      return this.fail(this.state === "head" ? Http1Errors.headTooLarge : Http1Errors.trailersTooLarge, data);
    }
    this.partialLine.append(data, from, limit);
    this.sectionBytes += limit - from;
    return limit;
  }

  /** Returns how far the section reached: the lines behind its end belong to what follows. */
  private readLines(data: Buffer, from: number, end: number): number {
    const parser = this.headParser;
    const before = this.partialLine.length;
    let error: CodecError | null;
    if (before === 0) {
      error = parser.read(data, from, end);
    } else {
      this.partialLine.append(data, from, end);
      const lines = this.partialLine.take();
      error = parser.read(lines, 0, lines.length);
    }
    if (error !== null) return this.fail(error, data);
    if (!parser.isComplete) {
      this.sectionBytes += end - from;
      return end;
    }
    const used = before === 0 ? parser.position : from + parser.position - before;
    if (this.state === "head") parser.head.headers.wireBytes = this.sectionBytes + used - from;
    // An endless run of interim responses must not pass for progress: they count as a part of the head to come.
    this.sectionBytes = this.state === "head" && this.isInterim ? this.sectionBytes + used - from : 0;
    if (this.state === "head") this.takeHead();
    else this.takeTrailers();
    return used;
  }

  private takeHead(): void {
    const head = this.headParser.head;
    const { allowChunkedLength } = this.settings;
    const framing = this.isRequest
      ? requestFraming(head, allowChunkedLength)
      : responseFraming(head, this.answeredMethod, this.answeredUpgrade, allowChunkedLength);
    if (typeof framing !== "string") {
      this.fail(framing, EMPTY);
      return;
    }
    const error = removeConnectionFields(head, this.isRequest, this.settings.ignoredUpgrades);
    if (error !== null) {
      this.fail(error, EMPTY);
      return;
    }
    this.enterBody(framing, head.contentLength);
    this.callbacks.onMessageHead(head, framing !== "none");
    if (framing === "none" && !this.isInterim && this.state === "head") this.callbacks.onMessageEnd(null);
  }

  private get isInterim(): boolean {
    return !this.isRequest && isInformational(this.headParser.head.headers.status);
  }

  private takeTrailers(): void {
    const head = this.headParser.head;
    removeNamedTrailers(head);
    this.state = "head";
    this.callbacks.onMessageEnd(head.headers.size === 0 ? null : head.headers);
  }

  // ---- body

  private enterBody(framing: BodyFraming, contentLength: number): void {
    switch (framing) {
      case "none":
        return;
      case "length":
        this.state = "length";
        this.bodyBytesLeft = contentLength;
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
    if (this.chunk.size > 0) {
      this.state = "chunkData";
      return end;
    }
    this.state = "trailers";
    this.headParser.startTrailers();
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

  private fail(error: CodecError, data: Buffer): number {
    this.stop();
    this.callbacks.onParseError(error);
    return data.length;
  }
}

/** Behind the last line that is whole, or behind the first empty line, where most heads end. */
function wholeLinesEnd(data: Buffer, from: number, limit: number): number {
  if (limit > from && limit - from <= SMALL_READ_BYTES && data[limit - 1] === LF) return limit;
  const headEnd = data.indexOf(HEAD_END, from) + HEAD_END.length;
  if (headEnd >= from + HEAD_END.length && headEnd <= limit) return headEnd;
  return limit > from ? data.lastIndexOf(LF, limit - 1) + 1 : from;
}

const EMPTY = Buffer.alloc(0);
