import type { SafeRegex } from "../matching/safe-regex.js";
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
}

const KIND_OF_TYPE = { Counters: "counter", Gauges: "gauge", Histograms: "histogram", TextReadouts: "text" } as const;

/** @param all ordered by name. */
export function selectStats(all: readonly (StatTotal | HistogramTotal)[], filter: StatsFilter): StatsSelection {
  const values: StatTotal[] = [];
  const histograms: HistogramTotal[] = [];
  for (const total of all) {
    if (filter.type !== "All" && total.kind !== KIND_OF_TYPE[filter.type]) continue;
    if (filter.pattern !== null && !filter.pattern.finds(total.name)) continue;
    if (filter.usedOnly && !total.used) continue;
    if (total.kind === "histogram") histograms.push(total);
    else values.push(total);
  }
  return { values, histograms };
}
