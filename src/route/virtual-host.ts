import type { Runtime } from "../common/runtime.js";
import type { VirtualHostConfig } from "./route-config.js";
import { RouteLevel } from "./route-level.js";

/** What the routes of a route configuration have in common. */
export interface RouteScope {
  readonly level: RouteLevel;
  readonly runtime: Runtime;
  readonly mostSpecificHeaderMutationsWins: boolean;
}

/** What the routes of a virtual host have in common. */
export class VirtualHost {
  readonly name: string;
  readonly level: RouteLevel;
  readonly scope: RouteScope;

  constructor(config: VirtualHostConfig, scope: RouteScope) {
    this.name = config.name;
    this.level = new RouteLevel(config);
    this.scope = scope;
  }
}
