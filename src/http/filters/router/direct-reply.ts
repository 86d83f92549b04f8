import { type DirectResponse, hasLocation } from "../../../route/direct-response.js";
import { type RedirectAction, requestUrl } from "../../../route/redirect.js";
import type { Route } from "../../../route/route.js";
import type { LocalReply } from "../../filter/filter.js";
import { textReply } from "../../filter/local-reply.js";
import type { HeaderMap } from "../../headers/header-map.js";

/** The answer of a route that does not forward (BEHAVIOUR 5.5). */
export function directReply(headers: HeaderMap, route: Route, action: RedirectAction | DirectResponse): LocalReply {
  if (action.kind === "redirect") {
    const location = action.location(headers, route.matchedLength(headers.path));
    return { status: action.status, body: "", details: DETAILS, headers: ["location", location] };
  }
  if (!hasLocation(action.status)) return textReply(action.status, action.body, DETAILS);
  return { status: action.status, body: action.body, details: DETAILS, headers: ["location", requestUrl(headers)] };
}

const DETAILS = "direct_response";
