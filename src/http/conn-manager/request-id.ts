import type { RandomSource } from "../../common/random.js";
import type { HeaderMap } from "../headers/header-map.js";

/** How requests get their `x-request-id` (`generate_request_id`, `envoy.request_id.uuid`). */
export interface RequestIdConfig {
  /** An id that a client at the edge brings is kept (`preserve_external_request_id`). */
  readonly preserveExternal: boolean;
  /** The digit that says whether the request is traced is ours to write (`pack_trace_reason`). */
  readonly packTraceReason: boolean;
}

const UUID_LENGTH = 36;
/** The digit of a UUID that names its version, which is 4; 9, a and b there mean traces. */
const TRACE_DIGIT = 14;
const NO_TRACE = "4";

/** Gives a request its id; one from inside is trusted, one from a client at the edge is not unless it is wanted. */
export function ensureRequestId(
  headers: HeaderMap,
  config: RequestIdConfig,
  edge: boolean,
  random: RandomSource,
): void {
  const known = headers.get("x-request-id");
  if (known === null || known === "" || (edge && !config.preserveExternal)) {
    headers.set("x-request-id", random.uuid());
  } else if (edge && config.packTraceReason && known.length === UUID_LENGTH && known.charAt(TRACE_DIGIT) !== NO_TRACE) {
    // A stranger does not decide that we trace.
    headers.set("x-request-id", known.slice(0, TRACE_DIGIT) + NO_TRACE + known.slice(TRACE_DIGIT + 1));
  }
}
