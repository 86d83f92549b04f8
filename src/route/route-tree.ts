import { compileMatcherTree, type MatcherStep, type MatcherTree } from "../matching/matcher-tree.js";
import type { MatchInput } from "./match-input.js";
import { compileRequestInput } from "./request-inputs.js";
import type { Route } from "./route.js";
import type { RouteEntryConfig, RouteTreeConfig } from "./route-config.js";
import { type PassedRoute, RouteList, type RouteSource } from "./route-list.js";
import type { VirtualHost } from "./virtual-host.js";

/** The routes of a virtual host whose matcher leads to them. Their own conditions count, too. */
export class RouteTree implements RouteSource {
  private readonly tree: MatcherTree<MatchInput, RouteList>;

  /** Throws on bad patterns: configuration checks them first. */
  constructor(config: RouteTreeConfig, virtualHost: VirtualHost) {
    this.tree = compileRouteTree(config, virtualHost);
  }

  match(input: MatchInput): Route | null {
    const routes = this.tree.match(input, null);
    return routes === null ? null : routes.match(input);
  }

  explain(input: MatchInput, passed: PassedRoute[], steps: MatcherStep[]): Route | null {
    const routes = this.tree.match(input, steps);
    return routes === null ? null : routes.explain(input, passed);
  }
}

function compileRouteTree(config: RouteTreeConfig, virtualHost: VirtualHost): MatcherTree<MatchInput, RouteList> {
  return compileMatcherTree(config, {
    compileInput: compileRequestInput,
    compileAction: (entries: readonly RouteEntryConfig[]) =>
      new RouteList(entries, virtualHost, virtualHost.scope.runtime),
  });
}
