import { canonicalHeaderName } from "../../headers/header-name.js";
import {
  isAuthority,
  isDigitCode,
  isFieldValueCode,
  isTargetCode,
  isToken,
  isTokenCode,
} from "../../headers/header-syntax.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";
import { applyRequestTarget } from "./request-target.js";

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;

/** More digits than any length has; RFC 9112 6.3 asks to guard against overflow. */
const MAX_LENGTH_DIGITS = 15;

/*
 * RFC 9112 2 to 5 on text: a head, decoded as latin1 so that each byte is one character, is walked once from front to
 * back. What is not allowed is refused at the first character that is wrong; nothing is repaired.
 *
 * All functions take `complete`: false for the lines of a head whose end has not arrived, which are checked early so
 * that a malformed request is answered without waiting for the rest.
 */

/** Parses a request head into `head`. Returns the error, or null. */
export function parseRequestHead(
  text: string,
  head: MessageHead,
  maxFields: number,
  complete: boolean,
): CodecError | null {
  let at = 0;
  while (isTokenCode(text.charCodeAt(at))) at++;
  if (at === 0) return lineError(text.charCodeAt(0), Http1Errors.invalidMethod);
  if (text.charCodeAt(at) !== SP) return lineError(text.charCodeAt(at), Http1Errors.invalidMethod);
  head.headers.method = text.slice(0, at);
  const targetStart = at + 1;
  at = targetStart;
  while (isTargetCode(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) !== SP) return lineError(text.charCodeAt(at), Http1Errors.invalidRequestLine);
  const target = text.slice(targetStart, at);
  const versionError = parseVersion(text, at + 1, head);
  if (versionError !== null) return versionError;
  at += 9;
  if (text.charCodeAt(at) !== CR) return lineError(text.charCodeAt(at), Http1Errors.invalidVersion);
  if (text.charCodeAt(at + 1) !== LF) return Http1Errors.bareCarriageReturn;
  if (target === "") return Http1Errors.invalidRequestLine;
  const fieldError = parseFields(text, at + 2, head, maxFields, complete, true);
  if (fieldError !== null || !complete) return fieldError;
  return applyRequestTarget(head, target);
}

/** Parses a response head into `head`. Returns the error, or null. */
export function parseResponseHead(
  text: string,
  head: MessageHead,
  maxFields: number,
  complete: boolean,
): CodecError | null {
  const versionError = parseVersion(text, 0, head);
  if (versionError !== null) return versionError;
  if (text.charCodeAt(8) !== SP) return Http1Errors.invalidStatusLine;
  let status = 0;
  for (let at = 9; at < 12; at++) {
    const code = text.charCodeAt(at);
    if (!isDigitCode(code)) return Http1Errors.invalidStatusLine;
    status = status * 10 + code - 0x30;
  }
  if (status < 100) return Http1Errors.invalidStatusLine;
  let at = 12;
  // RFC 9112 4: the space stays when the reason is empty, but many servers leave it out.
  if (text.charCodeAt(at) === SP) at++;
  else if (text.charCodeAt(at) !== CR) return lineError(text.charCodeAt(at), Http1Errors.invalidStatusLine);
  while (isFieldValueCode(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) !== CR) return lineError(text.charCodeAt(at), Http1Errors.invalidStatusLine);
  if (text.charCodeAt(at + 1) !== LF) return Http1Errors.bareCarriageReturn;
  head.headers.status = status;
  return parseFields(text, at + 2, head, maxFields, complete, false);
}

/** Parses a trailer section into `head`. Returns the error, or null. */
export function parseTrailers(text: string, head: MessageHead, maxFields: number): CodecError | null {
  return parseFields(text, 0, head, maxFields, true, false);
}

function parseVersion(text: string, at: number, head: MessageHead): CodecError | null {
  if (!text.startsWith("HTTP/", at)) return Http1Errors.invalidVersion;
  const major = text.charCodeAt(at + 5);
  const minor = text.charCodeAt(at + 7);
  if (!isDigitCode(major) || text.charCodeAt(at + 6) !== 0x2e || !isDigitCode(minor)) {
    return Http1Errors.invalidVersion;
  }
  if (major !== 0x31) return Http1Errors.unsupportedVersion;
  // RFC 9110 2.5: a higher minor version is answered as the highest that we know.
  head.minorVersion = minor === 0x30 ? 0 : 1;
  return null;
}

function parseFields(
  text: string,
  start: number,
  head: MessageHead,
  maxFields: number,
  complete: boolean,
  isRequest: boolean,
): CodecError | null {
  let at = start;
  while (at < text.length) {
    const first = text.charCodeAt(at);
    if (first === CR) return text.charCodeAt(at + 1) === LF ? null : Http1Errors.bareCarriageReturn;
    if (first === SP || first === HTAB) {
      return at === start ? Http1Errors.spaceBeforeFirstField : Http1Errors.obsoleteFold;
    }
    at = parseField(text, at, head, isRequest);
    if (at === FAILED) return head.error;
    if (head.fieldCount > maxFields) return Http1Errors.tooManyFields;
  }
  return complete ? Http1Errors.bareLineFeed : null;
}

/** Parses one field line. Returns where the next one begins, or `FAILED` with the error in the head. */
function parseField(text: string, start: number, head: MessageHead, isRequest: boolean): number {
  let at = start;
  while (isTokenCode(text.charCodeAt(at))) at++;
  const afterName = text.charCodeAt(at);
  if (afterName !== COLON || at === start) return fail(head, nameError(afterName, at === start));
  const name = canonicalHeaderName(text.slice(start, at));
  at++;
  while (isOptionalWhitespace(text.charCodeAt(at))) at++;
  const valueStart = at;
  while (isFieldValueCode(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) !== CR) return fail(head, lineError(text.charCodeAt(at), Http1Errors.invalidValue));
  if (text.charCodeAt(at + 1) !== LF) return fail(head, Http1Errors.bareCarriageReturn);
  let valueEnd = at;
  while (valueEnd > valueStart && isOptionalWhitespace(text.charCodeAt(valueEnd - 1))) valueEnd--;
  head.fieldCount++;
  const error = addField(head, name, text.slice(valueStart, valueEnd), isRequest);
  return error === null ? at + 2 : fail(head, error);
}

const FAILED = -1;

function fail(head: MessageHead, error: CodecError): number {
  head.error = error;
  return FAILED;
}

function isOptionalWhitespace(code: number): boolean {
  return code === SP || code === HTAB;
}

/** Keeps the field, and takes note of those that say how the message is framed. */
function addField(head: MessageHead, name: string, value: string, isRequest: boolean): CodecError | null {
  // By length first: most fields are told apart from these by it alone.
  switch (name.length) {
    case 4:
      if (name === "host" && isRequest) return addHost(head, value);
      break;
    case 10:
      if (name === "connection") {
        const options = value.toLowerCase();
        head.connectionOptions = head.connectionOptions === "" ? options : `${head.connectionOptions},${options}`;
        return null;
      }
      break;
    case 14:
      if (name === "content-length") return addContentLength(head, value);
      break;
    case 17:
      if (name === "transfer-encoding") {
        head.transferEncoding = head.transferEncoding === "" ? value : `${head.transferEncoding},${value}`;
        return value === "" ? Http1Errors.unknownTransferCoding : null;
      }
      break;
  }
  head.headers.add(name, value);
  return null;
}

/** RFC 9112 3.2: exactly one host, and a valid one. An empty one is for targets that have no authority. */
function addHost(head: MessageHead, value: string): CodecError | null {
  if (++head.hostCount > 1) return Http1Errors.repeatedHost;
  if (value !== "" && !isAuthority(value)) return Http1Errors.invalidHost;
  head.headers.authority = value;
  return null;
}

/** RFC 9112 6.3: digits only; a repeated field must say the same and becomes one. */
function addContentLength(head: MessageHead, value: string): CodecError | null {
  if (value.length === 0 || value.length > MAX_LENGTH_DIGITS) return Http1Errors.invalidContentLength;
  let length = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (!isDigitCode(code)) return Http1Errors.invalidContentLength;
    length = length * 10 + code - 0x30;
  }
  if (head.contentLength >= 0) {
    return head.contentLength === length ? null : Http1Errors.conflictingContentLength;
  }
  head.contentLength = length;
  head.headers.add("content-length", value);
  return null;
}

/** The error of a line that ended where it should not, or of the character that ended it. */
function lineError(code: number, otherwise: CodecError): CodecError {
  if (code === LF) return Http1Errors.bareLineFeed;
  return otherwise;
}

function nameError(code: number, empty: boolean): CodecError {
  if (code === LF) return Http1Errors.bareLineFeed;
  if (empty) return Http1Errors.invalidName;
  if (code === SP || code === HTAB) return Http1Errors.spaceBeforeColon;
  if (code === CR) return Http1Errors.missingColon;
  return Http1Errors.invalidName;
}

/** True for a method that RFC 9110 9.1 allows: any token. */
export function isMethod(text: string): boolean {
  return isToken(text);
}
