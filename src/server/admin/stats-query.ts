import { regexFault, SafeRegex } from "../../matching/safe-regex.js";
import type { StatsFilter, StatsType } from "../../stats/stats-selection.js";
import type { HistogramBucketsMode } from "../../stats/stats-text.js";
import type { AdminParameter } from "./admin-endpoint.js";

export type StatsFormat = "text" | "json" | "prometheus";

/** What a request asks of `/stats`. */
export interface StatsQuery {
  readonly filter: StatsFilter;
  readonly format: StatsFormat;
  readonly histograms: HistogramBucketsMode;
}

const FORMATS: readonly StatsFormat[] = ["text", "json", "prometheus"];
const TYPES: readonly StatsType[] = ["All", "Counters", "Gauges", "Histograms", "TextReadouts"];
const HISTOGRAMS: readonly HistogramBucketsMode[] = ["cumulative", "disjoint", "detailed", "none", "summary"];

export const USEDONLY_PARAMETER: AdminParameter = {
  name: "usedonly",
  help: "Only include stats that have been written by system since restart",
  choices: [],
};

export const FILTER_PARAMETER: AdminParameter = {
  name: "filter",
  help: "Regular expression (RE2) for filtering stats",
  choices: null,
};

export const STATS_PARAMETERS: readonly AdminParameter[] = [
  USEDONLY_PARAMETER,
  FILTER_PARAMETER,
  { name: "format", help: "Format to use", choices: FORMATS },
  { name: "type", help: "Stat types to include.", choices: TYPES },
  { name: "histogram_buckets", help: "Histogram bucket display mode", choices: HISTOGRAMS },
];

/** The text of a 400. A parameter that is there but empty counts as absent, as in Envoy. */
export function parseStatsQuery(query: URLSearchParams): StatsQuery | string {
  const pattern = parsePattern(query.get("filter") ?? "");
  if (pattern === "invalid") return "Invalid regex";
  const histograms = choice(query.get("histogram_buckets"), HISTOGRAMS, "none");
  if (histograms === null) return `usage: /stats?histogram_buckets=(${HISTOGRAMS.join("|")})`;
  const type = choice(query.get("type"), TYPES, "All");
  if (type === null) return "invalid &type= param";
  const format = choice(query.get("format"), FORMATS, "text");
  if (format === null) return "usage: /stats?format=(json|prometheus|text)\n";
  return { filter: { usedOnly: query.has("usedonly"), pattern, type }, format, histograms };
}

/** Null for an empty one, which matches all. */
export function parsePattern(source: string): SafeRegex | null | "invalid" {
  if (source === "") return null;
  return regexFault(source) === null ? new SafeRegex(source) : "invalid";
}

function choice<T extends string>(value: string | null, choices: readonly T[], byDefault: T): T | null {
  if (value === null || value === "") return byDefault;
  return choices.find((known) => known === value) ?? null;
}
