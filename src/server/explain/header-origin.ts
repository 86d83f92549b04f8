import type { ConfigLookup } from "../../config/config-lookup.js";
import type { ExplainedHeader, ExplainedPlace } from "./explanation.js";
import { type HeaderField, headerChanges } from "./http-head.js";
import { type ConfigPaths, placeOf } from "./settings.js";

/** Headers that belong to one connection or moment, and the host, which is told apart. */
const NOT_TOLD = new Set(["connection", "keep-alive", "transfer-encoding", "host", "date"]);

export type Direction = "request" | "response";

/** Changed headers, each with the rule that changed it. */
export function explainHeaders(
  before: readonly HeaderField[],
  after: readonly HeaderField[],
  direction: Direction,
  paths: ConfigPaths,
  lookup: ConfigLookup,
): ExplainedHeader[] {
  return headerChanges(before, after)
    .filter(({ name }) => !NOT_TOLD.has(name))
    .map((change) => ({ ...change, place: originOf(change.name, direction, paths, lookup) }));
}

/** The most specific rule that names the header. */
function originOf(
  name: string,
  direction: Direction,
  { weightedCluster, route, virtualHost, routeConfig }: ConfigPaths,
  lookup: ConfigLookup,
): ExplainedPlace | null {
  for (const level of [weightedCluster, route, virtualHost, routeConfig]) {
    if (level === "") continue;
    const added = `${level}.${direction}_headers_to_add`;
    for (let i = 0; i < lookup.length(added); i++) {
      const key = lookup.find(`${added}[${i}].header.key`);
      if (key?.value.toLowerCase() === name) return placeOf(key);
    }
    const removed = `${level}.${direction}_headers_to_remove`;
    for (let i = 0; i < lookup.length(removed); i++) {
      const item = lookup.find(`${removed}[${i}]`);
      if (item?.value.toLowerCase() === name) return placeOf(item);
    }
  }
  return null;
}
