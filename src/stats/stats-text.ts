import {
  countsBelow,
  countsBetween,
  DEFAULT_BOUNDS,
  type Distribution,
  PERCENTILES,
  percentiles,
} from "./distribution.js";
import { bucketStart, bucketWidth } from "./histogram-buckets.js";
import type { HistogramTotal } from "./histogram-total.js";
import type { StatsSelection } from "./stats-selection.js";

/** How histograms are shown: by quantiles (`none`, `summary`), by Envoy's default bounds, or with every bucket there is. */
export type HistogramBucketsMode = "none" | "summary" | "cumulative" | "disjoint" | "detailed";

/** `/stats` as text: a line `name: value` for each, counters and gauges first, then histograms, then those of endpoints. */
export function statsText(selection: StatsSelection, mode: HistogramBucketsMode): string {
  let text = "";
  for (const total of selection.values) text += `${total.name}: ${total.value}\n`;
  for (const histogram of selection.histograms) text += `${histogram.name}:${histogramText(histogram, mode)}\n`;
  for (const stat of selection.endpoints) text += `${stat.name}: ${stat.value}\n`;
  return text;
}

/** What follows the colon. Pairs in brackets are (last interval, since start). */
function histogramText(histogram: HistogramTotal, mode: HistogramBucketsMode): string {
  if (!histogram.used) return " No recorded values";
  const interval = histogram.interval();
  const cumulative = histogram.cumulative();
  switch (mode) {
    case "none":
    case "summary":
      return ` ${quantilesText(interval, cumulative)}`;
    case "cumulative":
      return ` ${boundsText(countsBelow(interval, DEFAULT_BOUNDS), countsBelow(cumulative, DEFAULT_BOUNDS))}`;
    case "disjoint":
      return ` ${boundsText(countsBetween(interval, DEFAULT_BOUNDS), countsBetween(cumulative, DEFAULT_BOUNDS))}`;
    case "detailed": {
      const summary = quantilesText(interval, cumulative);
      return `\n  totals=${bucketsText(cumulative)}\n  intervals=${bucketsText(interval)}\n  summary=${summary}`;
    }
  }
}

function quantilesText(interval: Distribution, cumulative: Distribution): string {
  const ofInterval = percentiles(interval);
  const ofAll = percentiles(cumulative);
  return PERCENTILES.map((percent, i) => `P${percent}(${numberText(ofInterval[i])},${numberText(ofAll[i])})`).join(" ");
}

function boundsText(interval: readonly number[], cumulative: readonly number[]): string {
  return DEFAULT_BOUNDS.map((bound, i) => `B${sixDigits(bound)}(${interval[i]},${cumulative[i]})`).join(" ");
}

function bucketsText(distribution: Distribution): string {
  const { buckets, counts } = distribution;
  return buckets.map((bucket, i) => `${bucketStart(bucket)},${bucketWidth(bucket)}:${counts[i]}`).join(", ");
}

function numberText(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "nan" : String(value);
}

/** As printf's `%g`, which Envoy uses for bounds: 1800000 is `1.8e+06`. */
function sixDigits(value: number): string {
  const [mantissa = "", exponent] = Number(value.toPrecision(6)).toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  const digits = String(Math.abs(power)).padStart(2, "0");
  return `${mantissa}e${power < 0 ? "-" : "+"}${digits}`;
}
