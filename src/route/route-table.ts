import { Runtime } from "../common/runtime.js";
import { MatchInput, type RouteRequest } from "./match-input.js";
import { pathOnly } from "./path-only.js";
import type { Route } from "./route.js";
import type { RouteConfig } from "./route-config.js";
import { RouteLevel } from "./route-level.js";
import { type PassedRoute, RouteList } from "./route-list.js";
import { VirtualHost } from "./virtual-host.js";
import { VirtualHostTable } from "./virtual-host-table.js";

/** Why a request takes the route it takes. */
export interface RouteExplanation {
  /** Null when no domain matches. */
  readonly virtualHost: VirtualHost | null;
  /** The domain that the request was found by: `*.example.com`. */
  readonly domain: string;
  /** The routes before the one taken; all of them when there is none. */
  readonly passed: readonly PassedRoute[];
  readonly route: Route | null;
}

/** One domain of a virtual host. */
interface DomainEntry {
  readonly domain: string;
  readonly virtualHost: VirtualHost;
  readonly routes: RouteList;
}

/** What a route table needs besides its configuration. */
export interface RouteTableParts {
  readonly runtime: Runtime;
}

/** A route configuration, compiled. Immutable: a request keeps the table it started with. */
export class RouteTable {
  readonly name: string;
  private readonly domains = new VirtualHostTable<DomainEntry>();
  private readonly ignorePort: boolean;
  private readonly input = new MatchInput();

  /** Throws on bad patterns: configuration checks them first. */
  constructor(config: RouteConfig, parts: RouteTableParts = { runtime: new Runtime() }) {
    this.name = config.name;
    this.ignorePort = config.ignorePortInHostMatching;
    const { mostSpecificHeaderMutationsWins } = config;
    const scope = { level: new RouteLevel(config), runtime: parts.runtime, mostSpecificHeaderMutationsWins };
    for (const virtualHostConfig of config.virtualHosts) {
      const virtualHost = new VirtualHost(virtualHostConfig, scope);
      const routes = new RouteList(virtualHostConfig.routes, virtualHost, parts.runtime);
      for (const domain of virtualHostConfig.domains) this.domains.add(domain, { domain, virtualHost, routes });
    }
  }

  /** The route a request takes, null when none matches. */
  match(request: RouteRequest): Route | null {
    const { requestHeaders } = request;
    const entry = this.findDomain(requestHeaders.authority);
    if (entry === null) return null;
    this.input.fill(request, pathOnly(requestHeaders.path));
    return selected(entry.routes.match(this.input), request);
  }

  /** Decides as `match` does, by the same conditions, and says why. */
  explain(request: RouteRequest): RouteExplanation {
    const entry = this.findDomain(request.requestHeaders.authority);
    const passed: PassedRoute[] = [];
    if (entry === null) return { virtualHost: null, domain: "", passed, route: null };
    this.input.fill(request, pathOnly(request.requestHeaders.path));
    const route = selected(entry.routes.explain(this.input, passed), request);
    return { virtualHost: entry.virtualHost, domain: entry.domain, passed, route };
  }

  private findDomain(authority: string): DomainEntry | null {
    const host = authority.toLowerCase();
    return this.domains.find(this.ignorePort ? withoutPort(host) : host);
  }
}

/** With weighted clusters, the request's random value says which of them it takes. */
function selected(route: Route | null, request: RouteRequest): Route | null {
  if (route === null || route.weighted === null) return route;
  return route.weighted.choose(request.requestHeaders, request.randomValue());
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(":");
  // The last colon of an IPv6 address stands inside of its brackets.
  if (colon < 0 || host.lastIndexOf("]") > colon) return host;
  return host.slice(0, colon);
}
