import type { SafeRegex } from "../matching/safe-regex.js";
import type { EndpointStat } from "./endpoint-stat.js";
import type { HistogramTotal } from "./histogram-total.js";
import type { StatTotal } from "./stat-total.js";

export type StatsType = "All" | "Counters" | "Gauges" | "Histograms" | "TextReadouts";

/** Which stats `/stats` shows. */
export interface StatsFilter {
  /** Only what was ever written. */
  readonly usedOnly: boolean;
  /** Must match somewhere in the name; null for all. */
  readonly pattern: SafeRegex | null;
  readonly type: StatsType;
}

/** The stats that a filter lets through, each list ordered by name. */
export interface StatsSelection {
  /** Counters and gauges together. */
  readonly values: readonly StatTotal[];
  readonly histograms: readonly HistogramTotal[];
  /** Endpoint by endpoint: the counters of each, then its gauges. */
  readonly endpoints: readonly EndpointStat[];
}

const KIND_OF_TYPE = { Counters: "counter", Gauges: "gauge", Histograms: "histogram", TextReadouts: "text" } as const;

/** @param all ordered by name. @param endpoints they count as used, as in Envoy */
export function selectStats(
  all: readonly (StatTotal | HistogramTotal)[],
  filter: StatsFilter,
  endpoints: readonly EndpointStat[] = [],
): StatsSelection {
  const values: StatTotal[] = [];
  const histograms: HistogramTotal[] = [];
  for (const total of all) {
    if (!isAskedFor(total, filter)) continue;
    if (filter.usedOnly && !total.used) continue;
    if (total.kind === "histogram") histograms.push(total);
    else values.push(total);
  }
  return { values, histograms, endpoints: endpoints.filter((stat) => isAskedFor(stat, filter)) };
}

function isAskedFor({ kind, name }: { readonly kind: string; readonly name: string }, filter: StatsFilter): boolean {
  if (filter.type !== "All" && kind !== KIND_OF_TYPE[filter.type]) return false;
  return filter.pattern === null || filter.pattern.finds(name);
}
