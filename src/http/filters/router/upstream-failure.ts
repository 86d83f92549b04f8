import { type ResponseFlags, responseFlagBit } from "../../../stream-info/response-flag.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { LocalReply } from "../../filter/filter.js";

/** What an upstream attempt that ended without a response is to the log and to the client. */
interface FailureKind {
  readonly status: number;
  readonly flag: ResponseFlags;
}

const KINDS: { readonly [reason in ResetReason]: FailureKind } = {
  "local reset": { status: 503, flag: responseFlagBit("LR") },
  "remote reset": { status: 503, flag: responseFlagBit("UR") },
  "local connection failure": { status: 503, flag: responseFlagBit("UF") },
  "remote connection failure": { status: 503, flag: responseFlagBit("UF") },
  "connection timeout": { status: 503, flag: responseFlagBit("UF") },
  "connection termination": { status: 503, flag: responseFlagBit("UC") },
  overflow: { status: 503, flag: responseFlagBit("UO") },
  "protocol error": { status: 502, flag: responseFlagBit("UPE") },
};

const OVERLOADED: readonly string[] = ["x-envoy-overloaded", "true"];
const NO_HEADERS: readonly string[] = [];

/** The response flag of a reset. */
export function upstreamFailureFlag(reason: ResetReason): ResponseFlags {
  return KINDS[reason].flag;
}

/** The status of a request whose last attempt was reset. */
export function upstreamFailureStatus(reason: ResetReason): number {
  return KINDS[reason].status;
}

/**
 * The reply to a request whose last attempt ended before response headers.
 * @param retried it was not the first
 * @param suppressEnvoyHeaders nothing of ours is told beside the text
 */
export function upstreamFailureReply(
  reason: ResetReason,
  transportFailureReason: string,
  retried: boolean,
  suppressEnvoyHeaders: boolean,
): LocalReply {
  const transport = transportFailureReason === "" ? "" : `, transport failure reason: ${transportFailureReason}`;
  const which = retried ? "retried and the latest reset reason" : "reset reason";
  return {
    status: KINDS[reason].status,
    body: `upstream connect error or disconnect/reset before headers. ${which}: ${reason}${transport}`,
    details: upstreamResetDetails("upstream_reset_before_response_started", reason, transportFailureReason),
    headers: reason === "overflow" && !suppressEnvoyHeaders ? OVERLOADED : NO_HEADERS,
  };
}

/** `%RESPONSE_CODE_DETAILS%` of a reset: no whitespace. */
export function upstreamResetDetails(kind: string, reason: ResetReason, transportFailureReason: string): string {
  const transport = transportFailureReason === "" ? "" : `,${transportFailureReason}`;
  return `${kind}{${reason}${transport}}`.replaceAll(" ", "_");
}
