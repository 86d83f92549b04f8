import { Runtime } from "../common/runtime.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { lowerCase } from "../http/headers/header-name.js";
import type { MatcherStep } from "../matching/matcher-tree.js";
import type { StatsScope } from "../stats/stat.js";
import { MatchInput, type RouteRequest } from "./match-input.js";
import { pathOnly } from "./path-only.js";
import type { Route } from "./route.js";
import type { RouteConfig } from "./route-config.js";
import type { RouteFinder } from "./route-finder.js";
import { RouteLevel } from "./route-level.js";
import { type PassedRoute, RouteList, type RouteSource } from "./route-list.js";
import { RouteTree } from "./route-tree.js";
import { TlsRequirement } from "./tls-requirement.js";
import { VirtualHost } from "./virtual-host.js";
import { VirtualHostTable } from "./virtual-host-table.js";

/** Why a request takes the route it takes. */
export interface RouteExplanation {
  /** Null when no domain matches. */
  readonly virtualHost: VirtualHost | null;
  /** The domain that the request was found by: `*.example.com`. */
  readonly domain: string;
  /** The redirect to `https` of the virtual host is taken, whatever its routes are. */
  readonly requiresTls: boolean;
  /** What the generic matcher of the virtual host asked; empty where it has a list of routes. */
  readonly steps: readonly MatcherStep[];
  /** The routes before the one taken; all of them when there is none. */
  readonly passed: readonly PassedRoute[];
  readonly route: Route | null;
}

const UNKNOWN_HOST: RouteExplanation = {
  virtualHost: null,
  domain: "",
  requiresTls: false,
  steps: [],
  passed: [],
  route: null,
};

/** One domain of a virtual host. */
interface DomainEntry {
  readonly domain: string;
  readonly virtualHost: VirtualHost;
  readonly routes: RouteSource;
  /** Null where requests may come in the clear. */
  readonly tls: TlsRequirement | null;
}

/** What a route table needs besides its configuration. */
export interface RouteTableParts {
  readonly runtime: Runtime;
  /** Null where nobody counts. */
  readonly stats: StatsScope | null;
}

/** A route configuration, compiled. Immutable: a request keeps the table it started with. */
export class RouteTable implements RouteFinder {
  readonly name: string;
  private readonly domains = new VirtualHostTable<DomainEntry>();
  private readonly ignorePort: boolean;
  /** The header that virtual hosts are found by; empty for the host. */
  private readonly hostHeader: string;
  private readonly ignorePathParameters: boolean;
  private readonly input = new MatchInput();

  /** Throws on bad patterns: configuration checks them first. */
  constructor(config: RouteConfig, parts: RouteTableParts = { runtime: new Runtime(), stats: null }) {
    this.name = config.name;
    this.ignorePort = config.ignorePortInHostMatching;
    this.hostHeader = config.hostHeader;
    this.ignorePathParameters = config.ignorePathParameters;
    const { mostSpecificHeaderMutationsWins } = config;
    const level = new RouteLevel(config);
    const scope = { level, runtime: parts.runtime, stats: parts.stats, mostSpecificHeaderMutationsWins };
    for (const virtualHostConfig of config.virtualHosts) {
      const virtualHost = new VirtualHost(virtualHostConfig, scope);
      const { matcher, requireTls, configPath } = virtualHostConfig;
      const routes =
        matcher === null
          ? new RouteList(virtualHostConfig.routes, virtualHost, parts.runtime)
          : new RouteTree(matcher, virtualHost);
      const tls = requireTls === null ? null : new TlsRequirement(requireTls, virtualHost, configPath);
      for (const domain of virtualHostConfig.domains) this.domains.add(domain, { domain, virtualHost, routes, tls });
    }
  }

  /** The route a request takes, null when none matches. */
  match(request: RouteRequest): Route | null {
    const { requestHeaders } = request;
    const entry = this.findDomain(requestHeaders);
    if (entry === null) return null;
    if (entry.tls?.redirects(requestHeaders)) return entry.tls.redirect;
    this.input.fill(request, this.matchedPath(requestHeaders.path));
    return selected(entry.routes.match(this.input), request);
  }

  /** Decides as `match` does, by the same conditions, and says why. */
  explain(request: RouteRequest): RouteExplanation {
    const { requestHeaders } = request;
    const entry = this.findDomain(requestHeaders);
    if (entry === null) return UNKNOWN_HOST;
    const { virtualHost, domain, tls } = entry;
    const passed: PassedRoute[] = [];
    const steps: MatcherStep[] = [];
    if (tls?.redirects(requestHeaders)) {
      return { virtualHost, domain, requiresTls: true, steps, passed, route: tls.redirect };
    }
    this.input.fill(request, this.matchedPath(requestHeaders.path));
    const route = selected(entry.routes.explain(this.input, passed, steps), request);
    return { virtualHost, domain, requiresTls: false, steps, passed, route };
  }

  private matchedPath(path: string): string {
    const withoutQuery = pathOnly(path);
    if (!this.ignorePathParameters) return withoutQuery;
    const semicolon = withoutQuery.indexOf(";");
    return semicolon === -1 ? withoutQuery : withoutQuery.slice(0, semicolon);
  }

  private findDomain(headers: HeaderMap): DomainEntry | null {
    const { hostHeader } = this;
    const host = lowerCase(hostHeader === "" ? headers.authority : (headers.get(hostHeader) ?? ""));
    return this.domains.find(this.ignorePort ? withoutPort(host) : host);
  }
}

/** With weighted clusters, the request's random value says which of them it takes. */
function selected(route: Route | null, request: RouteRequest): Route | null {
  if (route === null || route.weighted === null) return route;
  return route.weighted.choose(request);
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(":");
  // The last colon of an IPv6 address stands inside of its brackets.
  if (colon < 0 || host.lastIndexOf("]") > colon) return host;
  return host.slice(0, colon);
}
