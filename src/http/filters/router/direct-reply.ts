import { type DirectResponse, hasLocation } from "../../../route/direct-response.js";
import { type RedirectAction, requestUrl } from "../../../route/redirect.js";
import type { Route } from "../../../route/route.js";
import type { LocalReply, StreamContext } from "../../filter/filter.js";
import { DirectResponseContext } from "./direct-response-context.js";

/** The answer of a route that does not forward (BEHAVIOUR 5.5). */
export function directReply(route: Route, action: RedirectAction | DirectResponse, stream: StreamContext): LocalReply {
  const { formatContext } = stream;
  const { requestHeaders: request } = formatContext;
  if (action.kind === "redirect") {
    const location = action.location(request, route.matchedLength(request.path), formatContext);
    return { status: action.status, body: "", details: DETAILS, headers: ["location", location] };
  }
  const { status } = action;
  const headers = hasLocation(status) ? ["location", requestUrl(request)] : [];
  if (!action.hasFormat) return { status, body: action.body, details: DETAILS, headers };
  stream.streamInfo.responseCode = status;
  const body = action.formattedBody(new DirectResponseContext(formatContext, action));
  headers.push("content-type", action.contentType);
  return { status, body: Buffer.from(body, "latin1").toString(), details: DETAILS, headers };
}

const DETAILS = "direct_response";
