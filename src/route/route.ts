import { RetryPolicy } from "./retry-policy.js";
import type { DirectResponseConfig, ForwardActionConfig, PathMatchConfig, RouteEntryConfig } from "./route-config.js";
import { NO_TIMEOUTS, type RequestTimeouts, routeTimeouts } from "./route-timeouts.js";

/** What a request that matched is to meet. One object for each route of the table, shared by all its requests. */
export class Route {
  readonly name: string;
  readonly virtualHostName: string;
  readonly match: PathMatchConfig;
  /** Forward to a cluster, or answer here. */
  readonly action: ForwardActionConfig | DirectResponseConfig;
  /** When a request is tried again; null for never. */
  readonly retryPolicy: RetryPolicy | null;
  /** Of requests that set none themselves. */
  readonly timeouts: RequestTimeouts;

  constructor(entry: RouteEntryConfig, virtualHostName: string) {
    this.name = entry.name;
    this.virtualHostName = virtualHostName;
    this.match = entry.match.path;
    this.action = entry.action;
    const forward = entry.action.kind === "forward" ? entry.action : null;
    this.timeouts = forward === null ? NO_TIMEOUTS : routeTimeouts(forward);
    this.retryPolicy = forward?.retryPolicy ? new RetryPolicy(forward.retryPolicy) : null;
  }
}
