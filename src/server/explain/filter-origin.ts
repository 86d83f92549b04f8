import type { ConfigLookup } from "../../config/config-lookup.js";
import type { DryRun, DryRunRequest } from "./dry-run.js";
import type { Explained, ExplainedFilter } from "./explanation.js";
import { type ConfigPaths, placeOf } from "./settings.js";

const FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";

/** Where the filters stand that a request passes: those of the connection manager, or of an upgrade that has its own. */
export function filterListOf(sent: DryRunRequest, run: DryRun, paths: ConfigPaths, lookup: ConfigLookup): string {
  const ofManager = `${paths.manager}.http_filters`;
  const upgradeType = upgradeTypeOf(sent);
  if (upgradeType === "" || run.responseDetails === "upgrade_failed") return ofManager;
  const upgrades = `${paths.manager}.upgrade_configs`;
  for (let i = 0; i < lookup.length(upgrades); i++) {
    const named = lookup.find(`${upgrades}[${i}].upgrade_type`)?.value.toLowerCase();
    if (named === upgradeType && lookup.length(`${upgrades}[${i}].filters`) > 0) return `${upgrades}[${i}].filters`;
  }
  return ofManager;
}

/** Lower case; empty for a request that stays HTTP. */
function upgradeTypeOf({ method, fields }: DryRunRequest): string {
  if (method === "CONNECT") return "connect";
  return fields.find(([name]) => name === "upgrade")?.[1].toLowerCase() ?? "";
}

/** The HTTP filters of a list in their order, with what the request's route says to each. */
export function explainFilters(list: string, paths: ConfigPaths, lookup: ConfigLookup): ExplainedFilter[] {
  return Array.from({ length: lookup.length(list) }, (_, index) => {
    const path = `${list}[${index}]`;
    const place = lookup.find(path);
    const name = lookup.find(`${path}.name`)?.value ?? "";
    const perRoute = perRouteOf(name, paths, lookup);
    return { name, text: stateOf(path, perRoute, lookup), place: place === null ? null : placeOf(place), perRoute };
  });
}

/** The most specific word counts: the route's, then the filter's own. */
function stateOf(path: string, perRoute: readonly Explained[], lookup: ConfigLookup): string {
  const [specific] = perRoute;
  if (specific !== undefined) return specific.text.startsWith("disabled") ? "disabled" : "runs";
  return lookup.find(`${path}.disabled`)?.value === "true" ? "disabled" : "runs";
}

function perRouteOf(name: string, paths: ConfigPaths, lookup: ConfigLookup): Explained[] {
  const levels = [
    ["weighted cluster", paths.weightedCluster],
    ["route", paths.route],
    ["virtual host", paths.virtualHost],
    ["route configuration", paths.routeConfig],
  ] as const;
  return levels.flatMap(([level, levelPath]) => {
    const path = `${levelPath}.typed_per_filter_config[${JSON.stringify(name)}]`;
    const found = levelPath === "" ? null : lookup.find(path);
    if (found === null) return [];
    const isDisabled = lookup.typeName(path) === FILTER_CONFIG && lookup.find(`${path}.disabled`)?.value === "true";
    return [{ text: `${isDisabled ? "disabled" : "configured"} by the ${level}`, place: placeOf(found) }];
  });
}
