import { type ResponseFlags, responseFlagBit } from "../../../stream-info/response-flag.js";
import type { Shedding } from "../../../upstream/load-shedding.js";
import type { LocalReply } from "../../filter/filter.js";
import { textReply } from "../../filter/local-reply.js";

/** What a request that a cluster turned away gets. */
interface SheddingReply {
  readonly flag: ResponseFlags;
  readonly reply: LocalReply;
  /** Where nothing of ours is told (`suppress_envoy_headers`). */
  readonly bareReply: LocalReply;
}

export const SHEDDING_REPLIES: { readonly [shedding in Shedding]: SheddingReply } = {
  maintenance: sheddingReply("UO", "maintenance mode", "x-envoy-overloaded"),
  drop: sheddingReply("DO", "drop overload", "x-envoy-drop-overload"),
  dropAll: sheddingReply("UDO", "unconditional drop overload", "x-envoy-unconditional-drop-overload"),
};

function sheddingReply(flag: "UO" | "DO" | "UDO", body: string, header: string): SheddingReply {
  const details = body.replaceAll(" ", "_");
  return {
    flag: responseFlagBit(flag),
    reply: { status: 503, body, details, headers: [header, "true"] },
    bareReply: textReply(503, body, details),
  };
}
