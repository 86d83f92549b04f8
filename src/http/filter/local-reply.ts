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

/** True for a request that expects its answer in gRPC's form. */
export function isGrpcRequest(headers: HeaderMap | null): boolean {
  const contentType = headers?.get("content-type") ?? null;
  if (contentType === null || !contentType.startsWith("application/grpc")) return false;
  return contentType.length === 16 || contentType[16] === "+" || contentType[16] === ";";
}

/** The response headers of a local reply; a gRPC client gets its error in them, with status 200 (BEHAVIOUR 2.12). */
export function localReplyHeaders(reply: LocalReply, request: HeaderMap | null): HeaderMap {
  const headers = new HeaderMap();
  if (isGrpcRequest(request)) {
    headers.status = 200;
    headers.add("content-type", "application/grpc");
    headers.add("grpc-status", String(grpcStatusOf(reply.status)));
    if (reply.body !== "") headers.add("grpc-message", percentEncode(reply.body));
  } else {
    headers.status = reply.status;
    if (reply.body !== "") {
      headers.add("content-length", String(Buffer.byteLength(reply.body)));
      headers.add("content-type", "text/plain");
    }
  }
  for (let i = 0; i < reply.headers.length; i += 2) {
    headers.set(reply.headers[i] as string, reply.headers[i + 1] as string);
  }
  return headers;
}

/** gRPC's percent-encoding of messages: everything outside printable ASCII, and the percent sign. */
function percentEncode(text: string): string {
  let encoded = "";
  for (const byte of Buffer.from(text)) {
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x25) encoded += String.fromCharCode(byte);
    else encoded += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
