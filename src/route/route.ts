import { wireText } from "../matching/wire-text.js";
import { pathOnly } from "./path-only.js";
import { RetryPolicy } from "./retry-policy.js";
import type { RouteActionConfig } from "./route-action-config.js";
import type { PathMatchConfig, RouteEntryConfig } from "./route-config.js";
import { NO_TIMEOUTS, type RequestTimeouts, routeTimeouts } from "./route-timeouts.js";
import { type ConnectConfig, connectOf } from "./route-upgrade.js";
import type { VirtualHost } from "./virtual-host.js";

/** What a request that matched is to meet. One object for each route of the table, shared by all its requests. */
export class Route {
  readonly name: string;
  readonly virtualHost: VirtualHost;
  readonly match: PathMatchConfig;
  /** Forward to a cluster, or answer here. */
  readonly action: RouteActionConfig;
  /** When a request is tried again; null for never. */
  readonly retryPolicy: RetryPolicy | null;
  /** Tunnels that CONNECT asks for end here, and go on as TCP; null where they are for the upstream to make. */
  readonly connect: ConnectConfig | null;
  /** Of requests that set none themselves. */
  readonly timeouts: RequestTimeouts;
  /** Where it stands in the configuration. */
  readonly configPath: string;
  private readonly valueLength: number;

  constructor(entry: RouteEntryConfig, virtualHost: VirtualHost) {
    this.name = entry.name;
    this.virtualHost = virtualHost;
    this.match = entry.match.path;
    this.action = entry.action;
    const forward = entry.action.kind === "forward" ? entry.action : null;
    this.timeouts = forward === null ? NO_TIMEOUTS : routeTimeouts(forward);
    this.connect = forward === null ? null : connectOf(forward);
    this.retryPolicy = forward?.retryPolicy ? new RetryPolicy(forward.retryPolicy) : null;
    this.configPath = entry.configPath;
    this.valueLength = wireText(entry.match.path.value).length;
  }

  /** How much of a path this route has matched, from its start: what `prefix_rewrite` replaces. */
  matchedLength(path: string): number {
    switch (this.match.kind) {
      case "prefix":
      case "path":
      case "pathSeparatedPrefix":
        return this.valueLength;
      case "regex":
        return pathOnly(path).length;
      case "connect":
        return 0;
    }
  }
}
