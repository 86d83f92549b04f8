import { type PreserveCaseConfig, preservedCase } from "../../headers/header-case.js";
import { HeaderMap } from "../../headers/header-map.js";
import { knownHeaderName, lowerCase } from "../../headers/header-name.js";
import {
  isDigitCode,
  isFieldValueCode,
  isTargetCode,
  isTokenCode,
  isWhitespaceCode,
} from "../../headers/header-syntax.js";
import { knownMethod } from "../../headers/method.js";
import { isForbiddenTrailer } from "../../headers/trailer-field.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import { takeHeadField } from "./head-field.js";
import { MessageHead } from "./message-head.js";
import type { ParserSettings } from "./parser-settings.js";
import { applyRequestTarget } from "./request-target.js";

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const DOT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;
const COLON = 0x3a;
const HTTP_SLASH = Buffer.from("HTTP/");

/** Empty lines that may stand before a message: RFC 9112 2.2 asks to skip at least one, old clients send it. */
const MAX_LEADING_EMPTY_LINES = 8;

type Part = "startLine" | "fields" | "trailers" | "complete";

/**
 * RFC 9112 2 to 5: reads heads and trailer sections line by line, in as many pieces as they come, so that a malformed
 * line is refused before the rest has arrived. What is not allowed is refused at the first byte that is wrong; nothing
 * is repaired but what the RFC tells a proxy to repair.
 *
 * Syntax is checked on the bytes, which is cheaper than on the characters of a string; names and values are cut out of
 * one string, decoded as latin1 so that each byte is one character (`bench/micro/http/codec/http1/head-parser.ts`).
 */
export class HeadParser {
  /** Also holds the trailers, in its header map. */
  readonly head = new MessageHead();
  /** How far the lines that were given last have been read. */
  position = 0;
  private readonly isRequest: boolean;
  private readonly settings: ParserSettings;
  private readonly maxFields: number;
  private readonly checksUnderscores: boolean;
  /** Null where spellings are not kept. */
  private readonly keepCase: PreserveCaseConfig | null;
  private next: Part = "startLine";
  private lines: Buffer = EMPTY;
  /** The lines as text, and where in the bytes it begins. */
  private text = "";
  private textStart = 0;
  private target = "";
  private emptyLines = 0;
  private fieldCount = 0;

  constructor(kind: "request" | "response", settings: ParserSettings) {
    this.isRequest = kind === "request";
    this.settings = settings;
    this.maxFields = settings.maxFields;
    this.checksUnderscores = settings.underscores !== "allow";
    this.keepCase = settings.headerCase?.kind === "preserve" ? settings.headerCase : null;
  }

  /** A message comes next. */
  startHead(): void {
    this.head.reset();
    this.next = "startLine";
    this.emptyLines = 0;
    this.fieldCount = 0;
  }

  /** The trailer section of the message comes next. What `connection` names holds for it too. */
  startTrailers(): void {
    this.head.headers = new HeaderMap();
    this.next = "trailers";
    this.fieldCount = 0;
  }

  /** The start line has been read, and not all that follows it. */
  get isAmongFields(): boolean {
    return this.next !== "startLine" && this.next !== "complete";
  }

  /** The section's empty line has been read. */
  get isComplete(): boolean {
    return this.next === "complete";
  }

  /** Whether a message that begins with this byte can become a good one. */
  refuseFirstByte(code: number): CodecError | null {
    if (this.next !== "startLine") return null;
    if (this.isRequest) {
      return code === CR || isTokenCode(code) ? null : lineError(code, Http1Errors.invalidMethod);
    }
    return code === HTTP_SLASH[0] ? null : lineError(code, Http1Errors.invalidVersion);
  }

  /**
   * Reads lines up to the end of the section, or all of them. Returns the error, or null.
   * @param lines from `from` to `end` whole lines: the last byte is LF
   */
  read(lines: Buffer, from: number, end: number): CodecError | null {
    this.lines = lines;
    this.text = lines.toString("latin1", from, end);
    this.textStart = from;
    this.position = from;
    const error = this.readLines(end);
    this.lines = EMPTY;
    return error;
  }

  private readLines(end: number): CodecError | null {
    if (this.next === "startLine") {
      const error = this.readStartLine(end);
      if (error !== null || this.position === end) return error;
    }
    while (this.position < end) {
      const at = this.position;
      if (this.lines[at] === CR) return this.endSection(at);
      const error = this.readField(at);
      if (error !== null) return error;
    }
    return null;
  }

  private cut(start: number, end: number): string {
    return this.text.slice(start - this.textStart, end - this.textStart);
  }

  // ---- start line

  private readStartLine(end: number): CodecError | null {
    const lines = this.lines;
    let at = this.position;
    // Before a response nothing is skipped: an empty line there is left of something else.
    while (this.isRequest && lines[at] === CR) {
      if (lines[at + 1] !== LF) return Http1Errors.bareCarriageReturn;
      if (++this.emptyLines > MAX_LEADING_EMPTY_LINES) return Http1Errors.tooManyEmptyLines;
      at += 2;
      this.position = at;
      if (at === end) return null;
    }
    this.next = "fields";
    return this.isRequest ? this.readRequestLine(at) : this.readStatusLine(at);
  }

  /** RFC 9112 3: `method SP target SP version`, with one space each. */
  private readRequestLine(start: number): CodecError | null {
    const lines = this.lines;
    let at = start;
    while (isTokenCode(lines[at] as number)) at++;
    if (lines[at] !== SP || at === start) return lineError(lines[at] as number, Http1Errors.invalidMethod);
    this.head.headers.method = knownMethod(lines, start, at) ?? this.cut(start, at);
    const targetStart = ++at;
    while (isTargetCode(lines[at] as number)) at++;
    if (lines[at] !== SP || at === targetStart) return lineError(lines[at] as number, Http1Errors.invalidRequestLine);
    this.target = this.cut(targetStart, at);
    const error = this.readVersion(at + 1);
    return error ?? this.endStartLine(this.position, Http1Errors.invalidVersion);
  }

  /** RFC 9112 4: `version SP 3DIGIT SP [reason]`. */
  private readStatusLine(start: number): CodecError | null {
    const lines = this.lines;
    const error = this.readVersion(start);
    if (error !== null) return error;
    let at = this.position;
    if (lines[at] !== SP) return lineError(lines[at] as number, Http1Errors.invalidStatusLine);
    let status = 0;
    for (let digits = 0; digits < 3; digits++) {
      const code = lines[++at] as number;
      if (!isDigitCode(code)) return lineError(code, Http1Errors.invalidStatusLine);
      status = status * 10 + code - ZERO;
    }
    if (status < 100) return Http1Errors.invalidStatusLine;
    this.head.headers.status = status;
    const reasonStart = ++at + 1;
    // The space belongs there even without a reason, but many servers leave it out.
    if (lines[at] === SP) while (isFieldValueCode(lines[at] as number)) at++;
    if (this.keepCase?.forwardReasonPhrase === true) {
      preservedCase(this.head.headers, this.keepCase).reasonPhrase = this.cut(reasonStart, Math.max(at, reasonStart));
    }
    return this.endStartLine(at, Http1Errors.invalidStatusLine);
  }

  /** RFC 9112 2.3: `HTTP/` in capitals, one digit, a dot, one digit. */
  private readVersion(start: number): CodecError | null {
    const lines = this.lines;
    let at = start;
    for (let i = 0; i < HTTP_SLASH.length; i++, at++) {
      if (lines[at] !== HTTP_SLASH[i]) return lineError(lines[at] as number, Http1Errors.invalidVersion);
    }
    const major = lines[at++] as number;
    if (!isDigitCode(major)) return lineError(major, Http1Errors.invalidVersion);
    if (lines[at++] !== DOT) return lineError(lines[at - 1] as number, Http1Errors.invalidVersion);
    const minor = lines[at++] as number;
    if (!isDigitCode(minor)) return lineError(minor, Http1Errors.invalidVersion);
    if (major !== ONE) return Http1Errors.unsupportedVersion;
    // RFC 9110 2.5: a higher minor version is answered as the highest that we know.
    this.head.minorVersion = minor === ZERO ? 0 : 1;
    this.position = at;
    return null;
  }

  private endStartLine(at: number, otherwise: CodecError): CodecError | null {
    if (this.lines[at] !== CR) return lineError(this.lines[at] as number, otherwise);
    if (this.lines[at + 1] !== LF) return Http1Errors.bareCarriageReturn;
    this.position = at + 2;
    return null;
  }

  // ---- fields

  /** RFC 9112 5: `name ":" OWS value OWS`. */
  private readField(start: number): CodecError | null {
    const lines = this.lines;
    let at = start;
    while (isTokenCode(lines[at] as number)) at++;
    const nameEnd = at;
    if (lines[at] !== COLON || at === start) {
      at = this.colonAfterSpace(start, at);
      if (at < 0) return this.nameError(start, nameEnd);
    }
    at++;
    while (isWhitespaceCode(lines[at] as number)) at++;
    const valueStart = at;
    while (isFieldValueCode(lines[at] as number)) at++;
    if (lines[at] !== CR) return lineError(lines[at] as number, Http1Errors.invalidValue);
    if (lines[at + 1] !== LF) return Http1Errors.bareCarriageReturn;
    this.position = at + 2;
    if (++this.fieldCount > this.maxFields) return Http1Errors.tooManyFields;
    while (at > valueStart && isWhitespaceCode(lines[at - 1] as number)) at--;
    const name = knownHeaderName(lines, start, nameEnd) ?? lowerCase(this.cut(start, nameEnd));
    if (this.keepCase !== null) {
      preservedCase(this.head.headers, this.keepCase).remember(name, this.cut(start, nameEnd));
    }
    if (this.checksUnderscores && name.includes("_")) return this.refuseUnderscore();
    const value = this.cut(valueStart, at);
    if (this.next === "fields") return takeHeadField(this.head, name, value, this.isRequest);
    if (!isForbiddenTrailer(name)) this.head.headers.add(name, value);
    return null;
  }

  /** The field is left out, or the message refused. */
  private refuseUnderscore(): CodecError | null {
    const { underscores, stats } = this.settings;
    if (underscores === "reject") {
      stats?.requestsRejectedWithUnderscores.inc();
      return Http1Errors.unexpectedUnderscore;
    }
    stats?.droppedHeadersWithUnderscores.inc();
    return null;
  }

  /** RFC 9112 5.1: a proxy removes whitespace there from a response; in a request it must not be accepted. */
  private colonAfterSpace(start: number, nameEnd: number): number {
    if (this.isRequest || nameEnd === start) return -1;
    let at = nameEnd;
    while (isWhitespaceCode(this.lines[at] as number)) at++;
    return this.lines[at] === COLON ? at : -1;
  }

  private nameError(start: number, nameEnd: number): CodecError {
    const code = this.lines[nameEnd] as number;
    if (nameEnd === start && isWhitespaceCode(code)) {
      // RFC 9112 5.2 and 2.2: more of the line before, or of what only looks like the start line.
      return this.fieldCount === 0 ? Http1Errors.spaceBeforeFirstField : Http1Errors.obsoleteFold;
    }
    if (code === LF) return Http1Errors.bareLineFeed;
    if (nameEnd === start) return Http1Errors.invalidName;
    if (isWhitespaceCode(code)) return Http1Errors.spaceBeforeColon;
    return code === CR ? Http1Errors.missingColon : Http1Errors.invalidName;
  }

  private endSection(at: number): CodecError | null {
    if (this.lines[at + 1] !== LF) return Http1Errors.bareCarriageReturn;
    this.position = at + 2;
    const isHead = this.next === "fields";
    this.next = "complete";
    return isHead && this.isRequest ? applyRequestTarget(this.head, this.target, this.settings) : null;
  }
}

const EMPTY = Buffer.alloc(0);

/** The error of a line that ended where it should not, or of the byte that ended it. */
function lineError(code: number, otherwise: CodecError): CodecError {
  return code === LF ? Http1Errors.bareLineFeed : otherwise;
}
