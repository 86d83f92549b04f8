import { trimWhitespace } from "../../headers/header-syntax.js";
import { isBodylessStatus } from "../../headers/status-code.js";
import { acceptsUpgrade } from "../../headers/upgrade.js";
import { type CodecError, Http1Errors } from "../codec-error.js";
import type { MessageHead } from "./message-head.js";

/** How the end of a message's body is known (RFC 9112 6.3). */
export type BodyFraming = "none" | "length" | "chunked" | "untilClose";

/** The framing of a request, or why it has none that could be trusted. */
export function requestFraming(head: MessageHead, allowChunkedLength: boolean): BodyFraming | CodecError {
  const coded = head.transferEncoding !== "";
  if (coded) {
    // RFC 9112 6.1: a coding in an HTTP/1.0 message is taken for faulty framing.
    if (head.minorVersion === 0) return Http1Errors.codingNotAllowed;
    const error = codingError(head, allowChunkedLength);
    if (error !== null) return error;
    // As Envoy answers a coding that it does not take.
    return head.headers.method === "CONNECT" ? Http1Errors.unknownTransferCoding : "chunked";
  }
  if (head.headers.method === "CONNECT" && head.contentLength > 0) return Http1Errors.bodyNotAllowed;
  // No length, no coding: no body. What follows is the next request.
  return head.contentLength > 0 ? "length" : "none";
}

/**
 * The framing of a response, or why it has none that could be trusted.
 * @param method of the request it answers
 * @param upgradeType what that request asked to make of the connection
 */
export function responseFraming(
  head: MessageHead,
  method: string,
  upgradeType: string,
  allowChunkedLength: boolean,
): BodyFraming | CodecError {
  const status = head.headers.status;
  // A tunnel: no body, and whatever the fields say of one counts for nothing (RFC 9110 9.3.6).
  if (acceptsUpgrade(upgradeType, status)) return "untilClose";
  if (method === "HEAD" || isBodylessStatus(status)) return "none";
  if (head.transferEncoding !== "") {
    if (head.minorVersion === 0) return Http1Errors.codingNotAllowed;
    return codingError(head, allowChunkedLength) ?? "chunked";
  }
  if (head.contentLength >= 0) return head.contentLength === 0 ? "none" : "length";
  return "untilClose";
}

/** A length beside a coding first, whatever the coding is: the message is ambiguous before it is unknown. As Envoy. */
function codingError(head: MessageHead, allowChunkedLength: boolean): CodecError | null {
  const error = transferCodingError(head.transferEncoding);
  if (head.contentLength < 0) return error;
  return error === null && dropLength(head, allowChunkedLength) ? null : Http1Errors.lengthAndCoding;
}

/** RFC 9112 6.3: the coding overrides the length, which must not be passed on. Only where configuration allows it. */
function dropLength(head: MessageHead, allowed: boolean): boolean {
  if (!allowed) return false;
  head.headers.remove("content-length");
  head.contentLength = -1;
  head.lengthDropped = true;
  return true;
}

/** Codings of the registry (RFC 9112 7), and the one that used to mean none: they do not tell where a body ends. */
const KNOWN_CODINGS = new Set(["gzip", "x-gzip", "deflate", "compress", "x-compress", "identity"]);

/**
 * RFC 9112 6.1 and 7: `chunked`, once and alone, is the one transfer coding. Anything else is refused rather than
 * guessed at, also what only surrounds it: parameters, empty list elements, bytes that some take for whitespace.
 *
 * 6.3 asks for 400 where chunked is not the final coding, 6.1 for 501 where a coding is not known or not implemented.
 */
function transferCodingError(value: string): CodecError | null {
  if (value === "chunked") return null;
  const codings = value.toLowerCase().split(",");
  if (codings.length === 1 && codings[0] === "chunked") return null;
  for (let i = 0; i < codings.length - 1; i++) {
    if (trimWhitespace(codings[i] as string) === "chunked") return Http1Errors.chunkedNotFinal;
  }
  const last = trimWhitespace(codings[codings.length - 1] as string);
  return KNOWN_CODINGS.has(last) ? Http1Errors.chunkedNotFinal : Http1Errors.unknownTransferCoding;
}
