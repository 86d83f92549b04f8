import { RequestWithHeaders, type RouteRequest } from "../../route/match-input.js";
import type { Route } from "../../route/route.js";
import type { RouteFinder } from "../../route/route-finder.js";
import type { HeaderMap } from "../headers/header-map.js";

/** A request whose route is chosen here. Implemented by `ActiveStream`. */
export interface RoutedStream extends RouteRequest {
  /** Once for each choice that found a route. */
  onRouteChosen(route: Route): void;
}

/** Which route a stream takes: chosen when somebody first asks, and kept until a filter changes what it is chosen by. */
export class StreamRoute {
  /** The last choice; null before the first one and where no route matches. */
  current: Route | null = null;
  private isChosen = false;
  private readonly stream: RoutedStream;
  private readonly table: RouteFinder | null;

  /** @param table null where no routes are known: no request has one then */
  constructor(stream: RoutedStream, table: RouteFinder | null) {
    this.stream = stream;
    this.table = table;
  }

  choose(): Route | null {
    if (this.isChosen) return this.current;
    this.isChosen = true;
    const route = this.table === null ? null : this.table.match(this.stream);
    this.current = route;
    if (route !== null) this.stream.onRouteChosen(route);
    return route;
  }

  /** The next call of `choose` matches again. */
  forget(): void {
    this.isChosen = false;
  }

  /** The route that the request would take with other headers. */
  routeFor(headers: HeaderMap): Route | null {
    return this.table === null ? null : this.table.match(new RequestWithHeaders(headers, this.stream));
  }
}
