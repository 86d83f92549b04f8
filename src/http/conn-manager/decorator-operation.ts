import type { Route } from "../../route/route.js";
import type { HeaderMap } from "../headers/header-map.js";

/*
 * `x-envoy-decorator-operation`: what the two sides of a traced call name it. A caller's word goes before the route's; the
 * side that receives a request tells its own to the caller, with the response, and the side that sends one with the
 * request. Only where the connection manager is configured to trace.
 */

/** Which side of a service a connection manager is on (`Listener.traffic_direction`). */
export type TraceDirection = "ingress" | "egress";

const HEADER = "x-envoy-decorator-operation";

/** Before a request passes the filters. Returns the operation that its response names; empty for none. */
export function decorateRequest(headers: HeaderMap, route: Route | null, direction: TraceDirection): string {
  const decorator = route === null ? null : route.decorator;
  const operation = decorator?.propagate === true ? decorator.operation : "";
  if (direction === "egress") {
    if (operation !== "") headers.set(HEADER, operation);
    return "";
  }
  const named = headers.get(HEADER);
  if (named === null) return operation;
  headers.remove(HEADER);
  return named === "" ? operation : "";
}

/** @param operation what `decorateRequest` returned */
export function decorateResponse(headers: HeaderMap, operation: string, direction: TraceDirection): void {
  if (direction === "egress") headers.remove(HEADER);
  else if (operation !== "") headers.set(HEADER, operation);
}
