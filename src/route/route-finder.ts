import type { RouteRequest } from "./match-input.js";
import type { Route } from "./route.js";

/** Where a connection manager has its routes: one table, or one for each scope. */
export interface RouteFinder {
  /** The route that a request takes, null when none matches. */
  match(request: RouteRequest): Route | null;
}
