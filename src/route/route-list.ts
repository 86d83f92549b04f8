import type { Runtime } from "../common/runtime.js";
import type { MatcherStep } from "../matching/matcher-tree.js";
import type { MatchInput } from "./match-input.js";
import { Route } from "./route.js";
import type { ConditionDescription } from "./route-condition.js";
import type { RouteEntryConfig } from "./route-config.js";
import { MAX_UNINDEXED_ROUTES, RouteIndex } from "./route-index.js";
import { RouteMatcher } from "./route-matcher.js";
import type { VirtualHost } from "./virtual-host.js";

/** A route that a request does not take, with the first condition that is not met. */
export interface PassedRoute {
  readonly route: Route;
  readonly failed: ConditionDescription;
}

/** Where a virtual host has its routes. */
export interface RouteSource {
  match(input: MatchInput): Route | null;
  /**
   * The same, one by one: tells of each route before the one taken why it is not, and of generic matchers what they
   * asked.
   */
  explain(input: MatchInput, passed: PassedRoute[], steps: MatcherStep[]): Route | null;
}

/** The routes of one virtual host, in the order of the configuration: the first that matches wins. */
export class RouteList implements RouteSource {
  private readonly matchers: RouteMatcher[] = [];
  private readonly routes: Route[] = [];
  /** Null for a short list. */
  private readonly index: RouteIndex | null;

  constructor(entries: readonly RouteEntryConfig[], virtualHost: VirtualHost, runtime: Runtime) {
    for (const entry of entries) {
      this.matchers.push(new RouteMatcher(entry.match, runtime));
      this.routes.push(new Route(entry, virtualHost));
    }
    this.index = entries.length > MAX_UNINDEXED_ROUTES ? indexOf(entries, this.matchers) : null;
  }

  match(input: MatchInput): Route | null {
    if (this.index !== null) return this.routes[this.index.find(input)] ?? null;
    const { matchers } = this;
    for (let i = 0; i < matchers.length; i++) {
      if ((matchers[i] as RouteMatcher).matches(input)) return this.routes[i] as Route;
    }
    return null;
  }

  explain(input: MatchInput, passed: PassedRoute[]): Route | null {
    for (const [index, matcher] of this.matchers.entries()) {
      const route = this.routes[index] as Route;
      const failed = matcher.firstFailure(input);
      if (failed === null) return route;
      passed.push({ route, failed: failed.describe() });
    }
    return null;
  }
}

function indexOf(entries: readonly RouteEntryConfig[], matchers: readonly RouteMatcher[]): RouteIndex {
  return new RouteIndex(
    entries.map((entry) => entry.match),
    matchers,
  );
}
