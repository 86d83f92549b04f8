import type { Protocol } from "../../stream-info/protocol.js";
import type { LocalReply } from "../filter/filter.js";
import { emptyReply } from "../filter/local-reply.js";
import { isGrpcRequest } from "../headers/grpc-request.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import { normalizeHost } from "./host-normalization.js";
import { countForward } from "./max-forwards.js";
import {
  hasEscapedSlash,
  mergeSlashes,
  normalizePath,
  type PathNormalizationConfig,
  unescapeSlashes,
} from "./path-normalization.js";

/**
 * What a well-formed request must also be, in the order in which it is refused, and its path and host in their normal
 * form. Null when it may go on.
 * @param localPort the port that the client connected to
 */
export function checkRequest(
  headers: HeaderMap,
  protocol: Protocol,
  context: ConnectionManagerContext,
  localPort: number,
): LocalReply | null {
  const { config } = context;
  if (protocol === "HTTP/1.0") {
    if (!config.acceptHttp10) return emptyReply(426, "low_version");
    if (headers.authority === "") headers.authority = config.defaultHostForHttp10;
  }
  if (headers.authority === "") return emptyReply(400, "missing_host_header");
  if (headers.method !== "CONNECT") {
    const refusal = checkPath(headers, context);
    if (refusal !== null) return refusal;
  }
  if (config.hostNormalization !== null) normalizeHost(headers, config.hostNormalization, localPort);
  return countForward(headers);
}

function checkPath(headers: HeaderMap, context: ConnectionManagerContext): LocalReply | null {
  if (headers.path === "") return emptyReply(404, "missing_path_rejected");
  // RFC 9112 3.2.4: `OPTIONS *` asks the server itself and is no path.
  if (headers.path === "*") return null;
  if (headers.path.charCodeAt(0) !== SLASH) {
    context.stats.rqNonRelativePath.inc();
    return emptyReply(404, "absolute_path_rejected");
  }
  // RFC 9112 3.2.1: a fragment is no part of a target, and who saw one there would route by another path than others.
  if (headers.path.includes("#")) return refusePath(context);
  const { pathNormalization } = context.config;
  return pathNormalization === null ? null : applyNormalization(headers, pathNormalization, context);
}

const SLASH = 0x2f;

/** Escaped slashes first, adjacent ones last, so that none comes into being unseen. */
function applyNormalization(
  headers: HeaderMap,
  config: PathNormalizationConfig,
  context: ConnectionManagerContext,
): LocalReply | null {
  let path = headers.path;
  let redirect = false;
  if (config.escapedSlashes !== "keep" && hasEscapedSlash(path)) {
    // A client of gRPC follows no redirect.
    redirect = config.escapedSlashes === "unescapeAndRedirect";
    if (config.escapedSlashes === "reject" || (redirect && isGrpcRequest(headers))) return refusePath(context);
    path = unescapeSlashes(path);
  }
  if (config.normalize) {
    const normalized = normalizePath(path);
    if (normalized === null) return refusePath(context);
    path = normalized;
  }
  if (config.mergeSlashes) path = mergeSlashes(path);
  headers.path = path;
  if (!redirect) return null;
  context.stats.rqRedirectedWithNormalizedPath.inc();
  return { status: 307, body: "", details: NORMALIZATION_FAILED, headers: ["location", locationOf(path)] };
}

/** RFC 3986 4.2: a reference that begins with two slashes names another host. */
function locationOf(path: string): string {
  const second = path.charAt(1);
  return second === "/" || second === "\\" ? `/.${path}` : path;
}

const NORMALIZATION_FAILED = "path_normalization_failed";

function refusePath(context: ConnectionManagerContext): LocalReply {
  context.stats.rqFailedPathNormalization.inc();
  return emptyReply(400, NORMALIZATION_FAILED);
}
