import { countsBelow, DEFAULT_BOUNDS, PERCENTILES, percentiles } from "./distribution.js";
import type { EndpointStat } from "./endpoint-stat.js";
import type { HistogramTotal } from "./histogram-total.js";
import type { StatsSelection } from "./stats-selection.js";
import type { Tag, TagExtractor, TaggedName } from "./tag-extractor.js";

export type PrometheusHistograms = "histogram" | "summary";

/** Stats that have their name in common and differ by tags. */
interface Family<T> {
  readonly name: string;
  readonly members: { readonly total: T; readonly labels: string }[];
}

/**
 * Prometheus' text format, version 0.0.4: counters, then gauges, then histograms, then those of endpoints, each kind in
 * families ordered by name and with an empty line after each, as Envoy does.
 */
export function prometheusText(
  selection: StatsSelection,
  extractor: TagExtractor,
  histograms: PrometheusHistograms = "histogram",
): string {
  const counters = selection.values.filter(isCounter);
  const gauges = selection.values.filter(isGauge);
  const taggedOf = ({ name }: { readonly name: string }) => extractor.extract(name);
  const taggedOfEndpoint = ({ tagged }: EndpointStat) => extractor.withFixedTags(tagged);
  const { endpoints } = selection;
  const histogramLines = histograms === "histogram" ? bucketLines : quantileLines;
  return (
    familiesText(counters, "counter", taggedOf, valueLines) +
    familiesText(gauges, "gauge", taggedOf, valueLines) +
    familiesText(selection.histograms, histograms, taggedOf, histogramLines) +
    familiesText(endpoints.filter(isCounter), "counter", taggedOfEndpoint, valueLines) +
    familiesText(endpoints.filter(isGauge), "gauge", taggedOfEndpoint, valueLines)
  );
}

function isCounter({ kind }: { readonly kind: string }): boolean {
  return kind === "counter";
}

function isGauge({ kind }: { readonly kind: string }): boolean {
  return kind === "gauge";
}

function familiesText<T>(
  totals: readonly T[],
  type: string,
  taggedOf: (total: T) => TaggedName,
  linesOf: (name: string, labels: string, total: T) => string,
): string {
  let text = "";
  for (const family of familiesOf(totals, taggedOf)) {
    const name = `envoy_${sanitize(family.name)}`;
    text += `# TYPE ${name} ${type}\n`;
    for (const { total, labels } of family.members) text += linesOf(name, labels, total);
    text += "\n";
  }
  return text;
}

/** @param totals ordered by name, as the members of each family will be. */
function familiesOf<T>(totals: readonly T[], taggedOf: (total: T) => TaggedName): Family<T>[] {
  const families = new Map<string, Family<T>>();
  for (const total of totals) {
    const { name, tags } = taggedOf(total);
    let family = families.get(name);
    if (family === undefined) {
      family = { name, members: [] };
      families.set(name, family);
    }
    family.members.push({ total, labels: tags.map(labelText).join(",") });
  }
  return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function valueLines(name: string, labels: string, total: { readonly value: number }): string {
  return `${name}{${labels}} ${total.value}\n`;
}

function bucketLines(name: string, labels: string, histogram: HistogramTotal): string {
  const distribution = histogram.cumulative();
  const counts = countsBelow(distribution, DEFAULT_BOUNDS);
  const before = labels === "" ? "" : `${labels},`;
  let lines = "";
  DEFAULT_BOUNDS.forEach((bound, i) => {
    lines += `${name}_bucket{${before}le="${bound}"} ${counts[i]}\n`;
  });
  lines += `${name}_bucket{${before}le="+Inf"} ${distribution.count}\n`;
  return `${lines}${name}_sum{${labels}} ${distribution.sum}\n${name}_count{${labels}} ${distribution.count}\n`;
}

/** Quantiles of the last interval, as a summary's should follow the present; its sum and count are since start. */
function quantileLines(name: string, labels: string, histogram: HistogramTotal): string {
  const values = percentiles(histogram.interval());
  const { sum, count } = histogram.cumulative();
  const before = labels === "" ? "" : `${labels},`;
  let lines = "";
  PERCENTILES.forEach((percent, i) => {
    lines += `${name}{${before}quantile="${percent / 100}"} ${values[i]}\n`;
  });
  return `${lines}${name}_sum{${labels}} ${sum}\n${name}_count{${labels}} ${count}\n`;
}

function labelText(tag: Tag): string {
  return `${sanitize(tag.name)}="${escapeValue(tag.value)}"`;
}

function sanitize(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_");
}

function escapeValue(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
