import type { DirectResponseConfig, ForwardActionConfig, PathMatchConfig, RouteEntryConfig } from "./route-config.js";

/** What a request that matched is to meet. One object for each route of the table, shared by all its requests. */
export class Route {
  readonly name: string;
  readonly virtualHostName: string;
  readonly match: PathMatchConfig;
  /** Forward to a cluster, or answer here. */
  readonly action: ForwardActionConfig | DirectResponseConfig;

  constructor(entry: RouteEntryConfig, virtualHostName: string) {
    this.name = entry.name;
    this.virtualHostName = virtualHostName;
    this.match = entry.match.path;
    this.action = entry.action;
  }
}
