import type { Route } from "../../../route/route.js";
import type { ForwardActionConfig } from "../../../route/route-action-config.js";
import type { Host } from "../../../upstream/host.js";
import type { HeaderMap } from "../../headers/header-map.js";

/** What a route changes of a request before it goes upstream (BEHAVIOUR 5.4). */
export function rewriteRequest(
  headers: HeaderMap,
  route: Route,
  action: ForwardActionConfig,
  host: Host,
  suppressEnvoyHeaders: boolean,
): void {
  if (action.prefixRewrite !== "") {
    if (!suppressEnvoyHeaders) headers.set("x-envoy-original-path", headers.path);
    // What follows the part that matched, the query too, stays.
    headers.path = action.prefixRewrite + headers.path.slice(route.matchedLength(headers.path));
  }
  switch (action.hostRewrite.kind) {
    case "none":
      return;
    case "literal":
      headers.authority = action.hostRewrite.host;
      return;
    case "auto":
      if (host.hostname !== "") headers.authority = host.hostname;
      return;
  }
}
