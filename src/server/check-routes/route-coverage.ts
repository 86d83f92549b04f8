import type { OnMatchConfig } from "../../matching/matcher-tree-config.js";
import type { RequestInputConfig } from "../../route/request-input-config.js";
import type { Route } from "../../route/route.js";
import type { RouteConfig, RouteEntryConfig, RouteTreeConfig, VirtualHostConfig } from "../../route/route-config.js";

/** A route that tests can take, or one cluster of a weighted one. */
export interface CoverableRoute {
  readonly virtualHost: string;
  readonly configPath: string;
  /** Of a weighted cluster; empty for a route as a whole. */
  readonly cluster: string;
}

/** Which routes of a table the tests take. */
export class RouteCoverage {
  readonly routes: readonly CoverableRoute[];
  private readonly covered = new Set<CoverableRoute>();

  constructor(config: RouteConfig) {
    this.routes = config.virtualHosts.flatMap(routesOf);
  }

  /** An expectation about a request that took the route has come true. @param cluster it went to */
  mark({ configPath }: Route, cluster: string): void {
    const ofRoute = this.routes.filter((route) => route.configPath === configPath);
    const found =
      ofRoute.find((route) => route.cluster === "" || route.cluster === cluster) ??
      ofRoute.find((route) => route.cluster === BY_HEADER);
    if (found !== undefined) this.covered.add(found);
  }

  get coveredCount(): number {
    return this.covered.size;
  }

  /** From 0 to 100; a table without routes has no more to cover. */
  get percent(): number {
    return this.routes.length === 0 ? 100 : (100 * this.covered.size) / this.routes.length;
  }

  get missing(): CoverableRoute[] {
    return this.routes.filter((route) => !this.covered.has(route));
  }
}

/** Stands for the cluster that a header names. */
const BY_HEADER = "(cluster_header)";

function routesOf({ name, routes, matcher }: VirtualHostConfig): CoverableRoute[] {
  const entries = matcher === null ? routes : routesOfTree(matcher);
  return entries.flatMap(({ configPath, action }) => {
    const cluster = action.kind === "forward" ? action.cluster : null;
    if (cluster?.kind !== "weighted") return [{ virtualHost: name, configPath, cluster: "" }];
    return cluster.clusters.map((weighted) => ({
      virtualHost: name,
      configPath,
      cluster: weighted.cluster.kind === "name" ? weighted.cluster.name : BY_HEADER,
    }));
  });
}

function routesOfTree({ branches, onNoMatch }: RouteTreeConfig): RouteEntryConfig[] {
  const entries = branches?.kind === "list" ? branches.matchers : (branches?.entries ?? []);
  return [...entries.map(({ onMatch }) => onMatch), ...(onNoMatch === null ? [] : [onNoMatch])].flatMap(routesOfMatch);
}

function routesOfMatch(match: OnMatchConfig<RequestInputConfig, readonly RouteEntryConfig[]>): RouteEntryConfig[] {
  return match.kind === "action" ? [...match.action] : routesOfTree(match.matcher);
}
