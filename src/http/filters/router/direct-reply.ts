import { type DirectResponse, hasLocation } from "../../../route/direct-response.js";
import { type RedirectAction, requestUrl } from "../../../route/redirect.js";
import type { Route } from "../../../route/route.js";
import type { LocalReply } from "../../filter/filter.js";
import type { LogContext } from "../../formatter/log-context.js";
import { DirectResponseContext } from "./direct-response-context.js";

/** The answer of a route that does not forward. */
export function directReply(route: Route, action: RedirectAction | DirectResponse, context: LogContext): LocalReply {
  const { requestHeaders: request } = context;
  if (action.kind === "redirect") {
    const location = action.location(request, route.matchedLength(request.path), context);
    return { status: action.status, body: "", details: DETAILS, headers: ["location", location] };
  }
  const { status } = action;
  const headers = hasLocation(status) ? ["location", requestUrl(request)] : [];
  if (!action.hasFormat) return { status, body: action.body, details: DETAILS, headers };
  context.streamInfo.responseCode = status;
  const body = action.formattedBody(new DirectResponseContext(context, action));
  headers.push("content-type", action.contentType);
  return { status, body: Buffer.from(body, "latin1").toString(), details: DETAILS, headers };
}

const DETAILS = "direct_response";
