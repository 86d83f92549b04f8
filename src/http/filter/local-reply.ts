import { utf8Bytes } from "../formatter/byte-text.js";
import { isGrpcRequest } from "../headers/grpc-request.js";
import { HeaderMap } from "../headers/header-map.js";
import type { LocalReply } from "./filter.js";

/** A local reply without body and further headers. */
export function emptyReply(status: number, details: string): LocalReply {
  return { status, body: "", details, headers: NO_HEADERS };
}

/** A local reply with a text body. */
export function textReply(status: number, body: string, details: string): LocalReply {
  return { status, body, details, headers: NO_HEADERS };
}

const NO_HEADERS: readonly string[] = [];

/** gRPC's own status for an HTTP status (the gRPC specification's mapping). */
function grpcStatusOf(status: number): number {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

/** Changes what a local reply looks like (`local_reply_config`). Implemented by `ActiveStream`. */
export interface LocalReplyRewriting {
  /** The reply's body as a string of bytes; what is rewritten is left here. */
  localReplyBody: string;
  /** Applies the rules for response headers of the route. */
  finalizeResponseHeaders(headers: HeaderMap): void;
  /**
   * Rewrites status and headers of a reply, and `localReplyBody`. Returns the type of the body that a format has made;
   * empty when none has.
   */
  rewriteLocalReply(headers: HeaderMap): string;
}

/** A local reply as it is sent. */
export interface EncodedReply {
  readonly headers: HeaderMap;
  /** Null when none is sent. */
  readonly body: Buffer | null;
}

/** The message of a local reply; a gRPC client gets its error in headers, with status 200. */
export function encodeLocalReply(
  reply: LocalReply,
  request: HeaderMap | null,
  rewriting: LocalReplyRewriting,
): EncodedReply {
  const headers = new HeaderMap();
  headers.status = reply.status;
  for (let i = 0; i < reply.headers.length; i += 2) {
    headers.set(reply.headers[i] as string, reply.headers[i + 1] as string);
  }
  // Before the headers of the body: a content type that the rules set stays.
  rewriting.finalizeResponseHeaders(headers);
  const original = utf8Bytes(reply.body);
  const contentTypeBefore = headers.get("content-type");
  rewriting.localReplyBody = original;
  const formatType = rewriting.rewriteLocalReply(headers);
  const body = rewriting.localReplyBody;
  if (isGrpcRequest(request)) return { headers: grpcHeaders(headers, body), body: null };
  if (body === "") {
    headers.remove("content-length");
    headers.remove("content-type");
    return { headers, body: null };
  }
  headers.set("content-length", String(body.length));
  const contentType = headers.get("content-type");
  // A type that a mapper has set is meant; one from before is not that of another body.
  if (contentType === null || (body !== original && contentType === contentTypeBefore)) {
    headers.set("content-type", formatType === "" ? "text/plain" : formatType);
  }
  return { headers, body: request?.method === "HEAD" ? null : Buffer.from(body, "latin1") };
}

function grpcHeaders(headers: HeaderMap, body: string): HeaderMap {
  if (!headers.has("grpc-status")) headers.add("grpc-status", String(grpcStatusOf(headers.status)));
  headers.status = 200;
  headers.set("content-type", "application/grpc");
  headers.remove("content-length");
  if (body !== "") headers.set("grpc-message", percentEncode(body));
  return headers;
}

/** gRPC's percent-encoding of messages: everything outside printable ASCII, and the percent sign. */
function percentEncode(bytes: string): string {
  let encoded = "";
  for (const byte of Buffer.from(bytes, "latin1")) {
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x25) encoded += String.fromCharCode(byte);
    else encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
