import type { ConfigLookup } from "../../config/config-lookup.js";
import type { Explained, ExplainedFilter } from "./explanation.js";
import { type ConfigPaths, placeOf } from "./settings.js";

const FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";

/** The HTTP filters of the connection manager in their order, with what the request's route says to each. */
export function explainFilters(paths: ConfigPaths, lookup: ConfigLookup): ExplainedFilter[] {
  const list = `${paths.manager}.http_filters`;
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
