import { lowerCase } from "../../headers/header-name.js";
import { isAuthority, isDigitCode } from "../../headers/header-syntax.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";

/** More digits than any length has; RFC 9112 6.3 asks to guard against overflow. */
const MAX_LENGTH_DIGITS = 15;

const ZERO = 0x30;

/**
 * Takes a field of a head: keeps it, or takes note of what it says about framing and connection. Fields of the
 * connection alone are not even kept (RFC 9110 7.6.1).
 *
 * @param name canonical
 */
export function takeHeadField(head: MessageHead, name: string, value: string, isRequest: boolean): CodecError | null {
  // By length first: most fields are told apart from these by it alone.
  switch (name.length) {
    case 2:
      if (name === "te") head.hasTe = true;
      break;
    case 4:
      if (name === "host" && isRequest) return takeHost(head, value);
      break;
    case 6:
      if (isIgnoredExpectation(head, name, isRequest)) return null;
      break;
    case 7:
      if (name === "upgrade") head.hasUpgrade = true;
      break;
    case 10:
      if (name === "keep-alive") return null;
      if (name === "connection") {
        head.connectionOptions = appended(head.connectionOptions, lowerCase(value));
        return null;
      }
      break;
    case 14:
      if (name === "content-length") return takeContentLength(head, value);
      if (name === "http2-settings") return null;
      break;
    case 16:
      if (name === "proxy-connection") return null;
      break;
    case 17:
      if (name === "transfer-encoding") {
        // An empty one is refused with the head, as a coding: what follows it may be a fold, and the reason.
        head.transferEncoding = appended(head.transferEncoding, value === "" ? EMPTY_ELEMENT : value);
        return null;
      }
      break;
  }
  head.headers.add(name, value);
  return null;
}

/** As a list in which there is nothing: no coding. */
const EMPTY_ELEMENT = ",";

/** RFC 9110 10.1.1: nobody in HTTP/1.0 can be told to continue. */
function isIgnoredExpectation(head: MessageHead, name: string, isRequest: boolean): boolean {
  return name === "expect" && isRequest && head.minorVersion === 0;
}

function appended(list: string, value: string): string {
  return list === "" ? value : `${list},${value}`;
}

/** RFC 9112 3.2: one host and no more, and a valid one. An empty one is for targets that have no authority. */
function takeHost(head: MessageHead, value: string): CodecError | null {
  if (head.hasHost) return Http1Errors.repeatedHost;
  head.hasHost = true;
  if (value !== "" && !isAuthority(value)) return Http1Errors.invalidHost;
  head.headers.authority = value;
  return null;
}

/** RFC 9112 6.3: digits only; a repeated field must say the same and becomes one. */
function takeContentLength(head: MessageHead, value: string): CodecError | null {
  if (value.length === 0 || value.length > MAX_LENGTH_DIGITS) return Http1Errors.invalidContentLength;
  let length = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (!isDigitCode(code)) return Http1Errors.invalidContentLength;
    length = length * 10 + code - ZERO;
  }
  if (head.contentLength >= 0) {
    return head.contentLength === length ? null : Http1Errors.conflictingContentLength;
  }
  head.contentLength = length;
  // Zeros in front go: some take such a number for an octal one.
  head.headers.add("content-length", value.charCodeAt(0) === ZERO ? String(length) : value);
  return null;
}
