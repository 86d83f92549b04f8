import { responseFlagBit } from "../../../stream-info/response-flag.js";
import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { DecoderFilterCallbacks } from "../../filter/filter.js";
import { emptyReply, textReply } from "../../filter/local-reply.js";
import { countResponse } from "./request-counts.js";
import { upstreamFailureFlag, upstreamFailureReply, upstreamResetDetails } from "./upstream-failure.js";

/*
 * How a request ends that no upstream has answered, or not to the end: what the client is told, what shows in the log,
 * and what counts for the cluster.
 */

/** No host of the cluster can be had. */
export function endWithoutHost(callbacks: DecoderFilterCallbacks, stats: ClusterStats): void {
  const { streamInfo } = callbacks.stream;
  streamInfo.setResponseFlag(NO_HEALTHY_UPSTREAM);
  // A retry that finds no host was an attempt.
  if (streamInfo.attemptCount > 0) streamInfo.attemptCount++;
  countResponse(stats, streamInfo, 503);
  callbacks.sendLocalReply(textReply(503, "no healthy upstream", "no_healthy_upstream"));
}

/** The next attempt waits, and cannot be made any more because the body has grown too large. The cluster has no part in it. */
export function endWithLargeBody(callbacks: DecoderFilterCallbacks): void {
  const body = "exceeded request buffer limit while retrying upstream";
  callbacks.sendLocalReply(textReply(507, body, "request_payload_exceeded_retry_buffer_limit"));
}

/** A stream to the upstream lasted longer than the cluster or the request allows. */
export function endTooLong(
  callbacks: DecoderFilterCallbacks,
  requestComplete: boolean,
  responseStarted: boolean,
): void {
  callbacks.stream.streamInfo.setResponseFlag(MAX_DURATION);
  const details = "upstream_max_stream_duration_reached";
  if (responseStarted) callbacks.resetStream(details);
  else {
    const status = requestComplete ? 504 : 408;
    callbacks.sendLocalReply(textReply(status, "upstream max stream duration reached", details));
  }
}

export type TimeoutDetails = "response_timeout" | "upstream_per_try_timeout" | "upstream_per_try_idle_timeout";

/** The status of an attempt that takes too long. @param alternative the caller wants 204 for it */
export function timeoutStatus(alternative: boolean): number {
  return alternative ? 204 : 504;
}

/** Time is up; the attempts that it ended have counted. @param alternative the caller wants 204 for it */
export function endTimedOut(
  callbacks: DecoderFilterCallbacks,
  details: TimeoutDetails,
  responseStarted: boolean,
  alternative: boolean,
): void {
  callbacks.stream.streamInfo.setResponseFlag(UPSTREAM_TIMEOUT);
  if (responseStarted) callbacks.resetStream(details);
  else callbacks.sendLocalReply(alternative ? emptyReply(204, details) : textReply(504, TIMED_OUT, details));
}

/** The last attempt ended without a response, and has counted. */
export function endUnanswered(
  callbacks: DecoderFilterCallbacks,
  reason: ResetReason,
  transportFailureReason: string,
  suppressEnvoyHeaders: boolean,
): void {
  const { streamInfo } = callbacks.stream;
  recordFailure(callbacks, reason, transportFailureReason);
  const retried = streamInfo.attemptCount > 1;
  callbacks.sendLocalReply(upstreamFailureReply(reason, transportFailureReason, retried, suppressEnvoyHeaders));
}

/** The response broke off: so does the client's. */
export function endBrokenOff(
  callbacks: DecoderFilterCallbacks,
  reason: ResetReason,
  transportFailureReason: string,
): void {
  recordFailure(callbacks, reason, transportFailureReason);
  callbacks.resetStream(upstreamResetDetails("upstream_reset_after_response_started", reason, transportFailureReason));
}

function recordFailure(callbacks: DecoderFilterCallbacks, reason: ResetReason, transportFailureReason: string): void {
  const { streamInfo } = callbacks.stream;
  streamInfo.setResponseFlag(upstreamFailureFlag(reason));
  streamInfo.upstreamTransportFailureReason = transportFailureReason;
}

const TIMED_OUT = "upstream request timeout";
const NO_HEALTHY_UPSTREAM = responseFlagBit("UH");
const UPSTREAM_TIMEOUT = responseFlagBit("UT");
const MAX_DURATION = responseFlagBit("UMSDR");
