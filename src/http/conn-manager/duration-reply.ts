import type { LocalReply } from "../filter/filter.js";
import { isGrpcRequest } from "../headers/grpc-request.js";
import type { HeaderMap } from "../headers/header-map.js";

/** gRPC's status 4. */
const DEADLINE_EXCEEDED: readonly string[] = ["grpc-status", "4"];
const NO_HEADERS: readonly string[] = [];

/**
 * The answer to a stream that has lasted too long. gRPC has a status of its own for it, and not the one that the HTTP
 * status would mean.
 */
export function durationReply(status: number, request: HeaderMap): LocalReply {
  const headers = isGrpcRequest(request) ? DEADLINE_EXCEEDED : NO_HEADERS;
  return { status, body: "downstream duration timeout", details: "max_duration_timeout", headers };
}
