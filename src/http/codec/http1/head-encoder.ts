import type { HeaderMap } from "../../headers/header-map.js";
import { http1StatusLine, isBodylessStatus } from "../../headers/status-code.js";

/** How the end of a message that we write is marked. `untilClose` is only for HTTP/1.0 clients. */
export type OutgoingFraming = "none" | "length" | "chunked" | "untilClose" | "tunnel";

/** Methods whose requests have no content by themselves, so that an absent one need not be told (RFC 9110 8.6). */
const BODILESS_METHODS = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"]);

/**
 * The fields of a head as one string: concatenation is the cheapest way to build it (`bench/micro`).
 *
 * Framing is for the codec to write, and once: a coding or a second length that a filter or a header rule has added would
 * contradict it. Nor does whoever adds a field know what the connection is to be (RFC 9110 7.6.1).
 *
 * @param withConnection the message says itself what becomes of its connection
 */
function fieldLines(headers: HeaderMap, withConnection: boolean): string {
  const format = headers.nameFormat;
  let lines = "";
  let hasLength = false;
  for (let i = 0; i < headers.size; i++) {
    const name = headers.nameAt(i);
    // Told apart by their lengths, which costs other fields nothing.
    switch (name.length) {
      case 17:
        if (name === "transfer-encoding") continue;
        break;
      case 16:
        if (name === "proxy-connection") continue;
        break;
      case 14:
        if (name !== "content-length") break;
        if (hasLength) continue;
        hasLength = true;
        break;
      case 10:
        if (name === "keep-alive" || (name === "connection" && !withConnection)) continue;
        break;
    }
    lines += `${format === null ? name : format.nameOf(name)}: ${headers.valueAt(i)}\r\n`;
  }
  return lines;
}

/** The name of a field that the codec adds. */
function fieldName(headers: HeaderMap, name: string): string {
  return headers.nameFormat === null ? name : headers.nameFormat.nameOf(name);
}

/**
 * The framing of a request that has these fields. An announced length counts even when nothing follows: a body that a
 * filter took away without it is then found missing, before the server waits for it in what comes next.
 */
export function outgoingRequestFraming(headers: HeaderMap, endStream: boolean): OutgoingFraming {
  if (headers.has("content-length")) return "length";
  // An upgrade does not end with its head, but nothing follows before it is accepted.
  return endStream || headers.upgradeType !== "" ? "none" : "chunked";
}

/**
 * RFC 9112 3.2: the form of the target.
 * @param absolute write the absolute form; an asterisk has no place in it
 */
function targetOf({ method, scheme, authority, path }: HeaderMap, absolute: boolean): string {
  if (method === "CONNECT") return authority;
  if (!absolute) return path;
  return `${scheme === "" ? "http" : scheme}://${authority}${path === "*" ? "" : path}`;
}

/** A request head with its final empty line (RFC 9112 3). */
export function encodeRequestHead(headers: HeaderMap, framing: OutgoingFraming, absoluteTarget = false): string {
  const target = targetOf(headers, absoluteTarget);
  const hostLine = `${fieldName(headers, "host")}: ${headers.authority}\r\n`;
  let head = `${headers.method} ${target} HTTP/1.1\r\n${hostLine}${fieldLines(headers, true)}`;
  if (framing === "chunked") head += `${fieldName(headers, "transfer-encoding")}: chunked\r\n`;
  else if (framing === "none" && !BODILESS_METHODS.has(headers.method) && !headers.has("content-length")) {
    // RFC 9110 8.6: the server would otherwise have to guess that no content is meant.
    head += `${fieldName(headers, "content-length")}: 0\r\n`;
  }
  // RFC 9110 10.1.4: TE is for the next hop alone and says so.
  if (headers.has("te")) head += `${fieldName(headers, "connection")}: te\r\n`;
  return `${head}\r\n`;
}

/**
 * The framing of a response that has these fields.
 * @param chunkedAllowed false for an HTTP/1.0 client
 */
export function outgoingResponseFraming(
  headers: HeaderMap,
  endStream: boolean,
  method: string,
  chunkedAllowed: boolean,
): OutgoingFraming {
  if (method === "HEAD" || isBodylessStatus(headers.status)) return "none";
  if (headers.has("content-length")) return "length";
  if (endStream) return "none";
  return chunkedAllowed ? "chunked" : "untilClose";
}

/**
 * A response head with its final empty line (RFC 9112 4).
 * @param connection value of the `connection` field, empty for none
 */
export function encodeResponseHead(
  headers: HeaderMap,
  framing: OutgoingFraming,
  method: string,
  connection: string,
): string {
  const status = headers.status;
  if (status < 200 || status === 204) headers.remove("content-length");
  // Whether the connection lasts is not for a filter to say.
  let head = statusLine(headers) + fieldLines(headers, false);
  if (framing === "chunked") head += `${fieldName(headers, "transfer-encoding")}: chunked\r\n`;
  else if (framing === "none" && method !== "HEAD" && !isBodylessStatus(status) && !headers.has("content-length")) {
    head += `${fieldName(headers, "content-length")}: 0\r\n`;
  }
  if (connection !== "") head += `${fieldName(headers, "connection")}: ${connection}\r\n`;
  return `${head}\r\n`;
}

function statusLine(headers: HeaderMap): string {
  const reason = headers.nameFormat === null ? null : headers.nameFormat.reasonPhrase;
  return reason === null ? http1StatusLine(headers.status) : `HTTP/1.1 ${headers.status} ${reason}\r\n`;
}

/**
 * The head that makes a tunnel of the connection: no framing, since nothing that follows is a body
 * (RFC 9110 9.3.6, 15.2).
 */
export function encodeTunnelHead(headers: HeaderMap): string {
  headers.remove("content-length");
  headers.remove("transfer-encoding");
  return `${statusLine(headers)}${fieldLines(headers, true)}\r\n`;
}

/** A chunk's first line (RFC 9112 7.1). */
export function chunkStart(byteLength: number): string {
  return `${byteLength.toString(16)}\r\n`;
}

/** The last chunk with its trailer section. */
export function lastChunk(trailers: HeaderMap | null): string {
  return trailers === null ? "0\r\n\r\n" : `0\r\n${fieldLines(trailers, false)}\r\n`;
}
