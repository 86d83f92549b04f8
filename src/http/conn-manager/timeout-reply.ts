import { responseFlagBit } from "../../stream-info/response-flag.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { LocalReply } from "../filter/filter.js";
import { textReply } from "../filter/local-reply.js";
import { isGrpcRequest } from "../headers/grpc-request.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerStats } from "./connection-manager-stats.js";
import type { StreamTimeout } from "./stream-timeouts.js";

/** What of a stream decides how it is answered when a limit is reached. */
export interface TimedOutStream {
  readonly streamInfo: StreamInfo;
  readonly requestHeaders: HeaderMap;
  /** The client has sent all of its request. */
  readonly isRequestComplete: boolean;
}

/** Counts a limit that a stream has reached, marks the stream, and returns its answer. */
export function timeoutReply(
  timeout: StreamTimeout,
  stream: TimedOutStream,
  stats: ConnectionManagerStats,
): LocalReply {
  switch (timeout) {
    case "headers":
      stats.rqHeaderTimeout.inc();
      return textReply(408, "request header timeout", "request_header_timeout");
    case "request":
      stats.rqTimeout.inc();
      return textReply(408, "request timeout", "request_overall_timeout");
    case "duration":
      stats.rqMaxDurationReached.inc();
      return durationReply(statusOf(stream), stream.requestHeaders);
    case "idle":
      stats.rqIdleTimeout.inc();
      stream.streamInfo.setResponseFlag(STREAM_IDLE_TIMEOUT);
      return textReply(statusOf(stream), "stream timeout", "stream_idle_timeout");
  }
}

/** How a flow record names the timer. */
export const TIMEOUT_NAMES: Readonly<Record<StreamTimeout, string>> = {
  headers: "request headers",
  request: "request",
  duration: "stream duration",
  idle: "stream idle",
};

/** Who was waited for: the client that has not sent all, or the upstream. */
function statusOf(stream: TimedOutStream): number {
  return stream.isRequestComplete ? 504 : 408;
}

/** gRPC has a status of its own for a call that has lasted too long, and not the one that the HTTP status would mean. */
function durationReply(status: number, request: HeaderMap): LocalReply {
  const headers = isGrpcRequest(request) ? DEADLINE_EXCEEDED : NO_HEADERS;
  return { status, body: "downstream duration timeout", details: "max_duration_timeout", headers };
}

/** gRPC's status 4. */
const DEADLINE_EXCEEDED: readonly string[] = ["grpc-status", "4"];
const NO_HEADERS: readonly string[] = [];
const STREAM_IDLE_TIMEOUT = responseFlagBit("SI");
