import type { ForwardAction } from "../../../route/forward-action.js";
import { applyRuleLists } from "../../../route/header-rules.js";
import { rewriteHost } from "../../../route/host-rewrite.js";
import type { PathRewriter } from "../../../route/path-rewriter.js";
import type { Route } from "../../../route/route.js";
import type { LocalReply } from "../../filter/filter.js";
import { emptyReply } from "../../filter/local-reply.js";
import type { LogContext } from "../../formatter/log-context.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { isAuthority, isTarget } from "../../headers/header-syntax.js";

/**
 * What a route changes of a request before it goes upstream: header rules first, which see the
 * host and the path that the client sent, then the host, then the path. The answer to a request that would come out
 * malformed; null for all others.
 */
export function rewriteRequest(
  headers: HeaderMap,
  route: Route,
  action: ForwardAction,
  context: LogContext,
  suppressEnvoyHeaders: boolean,
): LocalReply | null {
  if (route.requestRules !== null) applyRuleLists(route.requestRules, headers, context);
  const host = action.rewrittenHost(headers, context);
  if (host !== null) {
    if (!isAuthority(host)) return INVALID_HOST;
    rewriteHost(headers, host, action.appendForwardedHost, !suppressEnvoyHeaders);
  }
  const { pathRewriter } = action;
  return pathRewriter === null ? null : rewritePath(headers, route, pathRewriter, context, suppressEnvoyHeaders);
}

function rewritePath(
  headers: HeaderMap,
  route: Route,
  rewriter: PathRewriter,
  context: LogContext,
  suppressEnvoyHeaders: boolean,
): LocalReply | null {
  const { path } = headers;
  // Neither CONNECT nor an OPTIONS of the whole server has a path to rewrite.
  if (path === "" || path === "*") return null;
  const rewritten = rewriter.rewrite(path, route.matchedLength(path), context);
  if (rewritten === null) return null;
  if (!rewritten.startsWith("/") || !isTarget(rewritten)) return INVALID_PATH;
  if (!suppressEnvoyHeaders) headers.set("x-envoy-original-path", path);
  headers.path = rewritten;
  return null;
}

/** What was rewritten must still be a request: no space, control or missing slash of a client's making goes upstream. */
const INVALID_PATH = emptyReply(400, "route_rewrite_invalid_path");
const INVALID_HOST = emptyReply(400, "route_rewrite_invalid_host");
