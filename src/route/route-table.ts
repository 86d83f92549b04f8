import { compilePathMatcher, type PathMatcher } from "./path-matcher.js";
import { Route } from "./route.js";
import type { RouteConfig, VirtualHostConfig } from "./route-config.js";
import { VirtualHostTable } from "./virtual-host-table.js";

/** What of a request its route is chosen by. */
export interface RouteRequest {
  readonly authority: string;
  /** With its query. */
  readonly path: string;
}

/** The routes of one virtual host, in the order of the configuration: the first that matches wins. */
class VirtualHost {
  private readonly matchers: PathMatcher[] = [];
  private readonly routes: Route[] = [];
  private readonly ignoresCase: boolean;

  constructor(config: VirtualHostConfig) {
    for (const entry of config.routes) {
      this.matchers.push(compilePathMatcher(entry.match));
      this.routes.push(new Route(entry, config.name));
    }
    // control plane: when configuration arrives
    this.ignoresCase = config.routes.some(({ match }) => !match.caseSensitive);
  }

  match(path: string): Route | null {
    const lowerPath = this.ignoresCase ? path.toLowerCase() : path;
    for (let i = 0; i < this.matchers.length; i++) {
      if ((this.matchers[i] as PathMatcher).matches(path, lowerPath)) return this.routes[i] as Route;
    }
    return null;
  }
}

/** A route configuration, compiled. Immutable: a request keeps the table it started with. */
export class RouteTable {
  readonly name: string;
  private readonly virtualHosts = new VirtualHostTable<VirtualHost>();
  private readonly ignorePort: boolean;

  constructor(config: RouteConfig) {
    this.name = config.name;
    this.ignorePort = config.ignorePortInHostMatching;
    for (const virtualHostConfig of config.virtualHosts) {
      const virtualHost = new VirtualHost(virtualHostConfig);
      for (const domain of virtualHostConfig.domains) this.virtualHosts.add(domain, virtualHost);
    }
  }

  /** The route a request takes, null when none matches. */
  match(request: RouteRequest): Route | null {
    let host = request.authority.toLowerCase();
    if (this.ignorePort) host = withoutPort(host);
    const virtualHost = this.virtualHosts.find(host);
    return virtualHost === null ? null : virtualHost.match(pathOnly(request.path));
  }
}

/** The path without query and fragment, as routes are matched on it. */
export function pathOnly(path: string): string {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 0x3f || code === 0x23) return path.slice(0, i);
  }
  return path;
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(":");
  if (colon < 0 || host.endsWith("]")) return host;
  return host.slice(0, colon);
}
