import type { Metadata } from "../common/metadata.js";
import type { Runtime } from "../common/runtime.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { wireText } from "../matching/wire-text.js";
import type { RouteDescription, StreamInfo } from "../stream-info/stream-info.js";
import { DirectResponse } from "./direct-response.js";
import { FilterOverrides } from "./filter-overrides.js";
import { ForwardAction } from "./forward-action.js";
import type { HeaderRuleList } from "./header-rules.js";
import { pathOnly } from "./path-only.js";
import { RedirectAction } from "./redirect.js";
import { RequestGroup, statName } from "./request-group.js";
import type { NonForwardingConfig, WeightedClusterConfig } from "./route-action-config.js";
import type { DecoratorConfig, PathMatchConfig, RouteEntryConfig } from "./route-config.js";
import { RouteLevel, type RouteLevels, requestRulesOf, responseRulesOf } from "./route-level.js";
import type { VirtualHost } from "./virtual-host.js";
import { WeightedRoutes } from "./weighted-routes.js";

/** What a request that matched is to meet. One object for each route of the table, shared by all its requests. */
export class Route implements RouteDescription {
  readonly name: string;
  readonly metadata: Metadata;
  /** What its requests are called where they are traced; null for nothing. */
  readonly decorator: DecoratorConfig | null;
  readonly virtualHost: VirtualHost;
  readonly match: PathMatchConfig;
  readonly action: ForwardAction | RedirectAction | DirectResponse | NonForwardingConfig;
  /** Where it stands in the configuration. */
  readonly configPath: string;
  /** In the order in which they apply; null where there are none. */
  readonly requestRules: readonly HeaderRuleList[] | null;
  readonly responseRules: readonly HeaderRuleList[] | null;
  /** Null where no level says anything of a filter. */
  readonly filterOverrides: FilterOverrides | null;
  /** The routes that this one stands for when it has weighted clusters; null otherwise. */
  readonly weighted: WeightedRoutes | null;
  /** Counts its requests; null for none that does. */
  private readonly group: RequestGroup | null;
  private readonly valueLength: number;

  constructor(entry: RouteEntryConfig, virtualHost: VirtualHost, weighted: WeightedClusterConfig | null = null) {
    const { scope } = virtualHost;
    this.name = entry.name;
    this.metadata = entry.metadata;
    this.decorator = entry.decorator;
    this.virtualHost = virtualHost;
    this.match = entry.match.path;
    this.action = actionOf(entry, scope.runtime, weighted);
    this.configPath = entry.configPath;
    this.valueLength = wireText(entry.match.path.value).length;
    const levels = [new RouteLevel(entry), virtualHost.level, scope.level];
    if (weighted !== null) levels.unshift(new RouteLevel(weighted));
    // Of rules for the same header those win that apply later.
    const inOrder = scope.mostSpecificHeaderMutationsWins ? levels.toReversed() : levels;
    this.requestRules = requestRulesOf(inOrder);
    this.responseRules = responseRulesOf(inOrder);
    this.filterOverrides = filterOverridesOf(levels);
    this.weighted = weighted === null ? weightedRoutesOf(entry, virtualHost) : null;
    const counted = entry.statPrefix !== "" && virtualHost.stats !== null;
    this.group = counted
      ? new RequestGroup(virtualHost.stats.scope(`route.${statName(entry.statPrefix)}`), entry.statPrefix)
      : null;
  }

  /** A request takes this route; its headers are still as it came. */
  onChosen(info: StreamInfo, headers: HeaderMap): void {
    info.routeName = this.name;
    info.route = this;
    info.routeGroup = this.group;
    this.virtualHost.onRouteChosen(info, headers);
  }

  /** How much of a path this route has matched, from its start: what `prefix_rewrite` replaces. */
  matchedLength(path: string): number {
    switch (this.match.kind) {
      case "prefix":
      case "path":
      case "pathSeparatedPrefix":
        return this.valueLength;
      case "regex":
      case "uriTemplate":
        return pathOnly(path).length;
      case "connect":
        return 0;
    }
  }
}

function actionOf(
  { action }: RouteEntryConfig,
  runtime: Runtime,
  weighted: WeightedClusterConfig | null,
): Route["action"] {
  switch (action.kind) {
    case "forward":
      return new ForwardAction(action, runtime, weighted);
    case "redirect":
      return new RedirectAction(action);
    case "directResponse":
      return new DirectResponse(action);
    case "nonForwarding":
      return action;
  }
}

// control plane: when configuration arrives
function filterOverridesOf(levels: RouteLevels): FilterOverrides | null {
  if (levels.every(({ filterOverrides }) => filterOverrides.length === 0)) return null;
  return new FilterOverrides(levels.map(({ filterOverrides }) => filterOverrides).toReversed());
}

// control plane: when configuration arrives
function weightedRoutesOf(entry: RouteEntryConfig, virtualHost: VirtualHost): WeightedRoutes | null {
  const cluster = entry.action.kind === "forward" ? entry.action.cluster : null;
  if (cluster?.kind !== "weighted") return null;
  const routes = cluster.clusters.map((weighted) => new Route(entry, virtualHost, weighted));
  const { runtime } = virtualHost.scope;
  const weights = cluster.clusters.map(({ weight, runtimeKey }) => runtime.integer(runtimeKey, weight));
  const [first] = routes;
  const hashPolicy = cluster.useHashPolicy && first?.action.kind === "forward" ? first.action.hashPolicy : null;
  return new WeightedRoutes(routes, weights, cluster.randomHeader, hashPolicy);
}
