import type { Protocol } from "../../stream-info/protocol.js";
import type { LocalReply } from "../filter/filter.js";
import { emptyReply } from "../filter/local-reply.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";

/**
 * What a well-formed request must also be, in the order in which it is refused (BEHAVIOUR 2.2). Null when it may go on.
 */
export function checkRequest(
  headers: HeaderMap,
  protocol: Protocol,
  context: ConnectionManagerContext,
): LocalReply | null {
  if (protocol === "HTTP/1.0") {
    const { acceptHttp10, defaultHostForHttp10 } = context.config;
    if (!acceptHttp10) return emptyReply(426, "low_version");
    if (headers.authority === "") headers.authority = defaultHostForHttp10;
  }
  if (headers.authority === "") return emptyReply(400, "missing_host_header");
  if (headers.method === "CONNECT") return null;
  if (headers.path === "") return emptyReply(404, "missing_path_rejected");
  // RFC 9112 3.2.4: `OPTIONS *` asks the server itself and is no path.
  if (headers.path.charCodeAt(0) !== 0x2f && headers.path !== "*") {
    context.stats.rqNonRelativePath.inc();
    return emptyReply(404, "absolute_path_rejected");
  }
  if (headers.path.includes("#")) return emptyReply(400, "path_normalization_failed");
  return null;
}
