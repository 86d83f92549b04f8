import { trimWhitespace } from "../../headers/header-syntax.js";
import { isBodylessStatus } from "../../headers/status-code.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";

/** How the end of a message's body is known (RFC 9112 6.3). */
export type BodyFraming = "none" | "length" | "chunked" | "untilClose";

/** The framing of a request, or why it has none that could be trusted. */
export function requestFraming(head: MessageHead): BodyFraming | CodecError {
  const coded = head.transferEncoding !== "";
  if (coded) {
    // RFC 9112 6.1: a coding in an HTTP/1.0 message is taken for faulty framing.
    if (head.minorVersion === 0) return Http1Errors.codingNotAllowed;
    const error = transferCodingError(head.transferEncoding);
    if (error !== null) return error;
    if (head.contentLength >= 0) return Http1Errors.lengthAndCoding;
  }
  if (head.headers.method === "CONNECT" && (coded || head.contentLength > 0)) return Http1Errors.bodyNotAllowed;
  if (coded) return "chunked";
  // No length, no coding: no body. What follows is the next request.
  return head.contentLength > 0 ? "length" : "none";
}

/**
 * The framing of a response, or why it has none that could be trusted.
 * @param method of the request it answers
 */
export function responseFraming(head: MessageHead, method: string): BodyFraming | CodecError {
  const status = head.headers.status;
  if (method === "HEAD" || isBodylessStatus(status)) return "none";
  if (method === "CONNECT" && status < 300) return "none";
  if (head.transferEncoding !== "") {
    if (head.minorVersion === 0) return Http1Errors.codingNotAllowed;
    const error = transferCodingError(head.transferEncoding);
    if (error !== null) return error;
    return head.contentLength >= 0 ? Http1Errors.lengthAndCoding : "chunked";
  }
  if (head.contentLength >= 0) return head.contentLength === 0 ? "none" : "length";
  return "untilClose";
}

/**
 * RFC 9112 6.1 and 7: `chunked`, once and alone, is the one transfer coding. Anything else is refused rather than
 * guessed at, also what only surrounds it: parameters, empty list elements, bytes that some take for whitespace.
 */
function transferCodingError(value: string): CodecError | null {
  if (value === "chunked") return null;
  const codings = value.toLowerCase().split(",");
  if (codings.length === 1 && codings[0] === "chunked") return null;
  for (let i = 0; i < codings.length - 1; i++) {
    if (trimWhitespace(codings[i] as string) === "chunked") return Http1Errors.chunkedNotFinal;
  }
  return Http1Errors.unknownTransferCoding;
}
