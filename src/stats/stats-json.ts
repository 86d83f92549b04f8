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
import type { HistogramBucketsMode } from "./stats-text.js";

/** `/stats?format=json`: `{ stats: [...] }`, with all histograms in one last entry, when there are any. */
export function statsJson(selection: StatsSelection, mode: HistogramBucketsMode): string {
  const values = [...selection.values, ...selection.endpoints];
  const stats: object[] = values.map(({ name, value }) => ({ name, value }));
  if (selection.histograms.length > 0) stats.push({ histograms: histogramsJson(selection.histograms, mode) });
  return JSON.stringify({ stats });
}

function histogramsJson(histograms: readonly HistogramTotal[], mode: HistogramBucketsMode): object {
  switch (mode) {
    case "none":
    case "summary":
      return {
        supported_quantiles: PERCENTILES,
        computed_quantiles: histograms.map((histogram) => ({
          name: histogram.name,
          values: quantilesJson(histogram.interval(), histogram.cumulative()),
        })),
      };
    case "cumulative":
      return histograms.map((histogram) => boundsJson(histogram, countsBelow));
    case "disjoint":
      return histograms.map((histogram) => boundsJson(histogram, countsBetween));
    case "detailed":
      return { supported_percentiles: PERCENTILES, details: histograms.map(detailsJson) };
  }
}

/** JSON has no NaN: without values the quantiles are null, as in Envoy. */
function quantilesJson(interval: Distribution, cumulative: Distribution): object[] {
  const ofInterval = percentiles(interval);
  const ofAll = percentiles(cumulative);
  return PERCENTILES.map((_, i) => ({ interval: ofInterval[i], cumulative: ofAll[i] }));
}

function boundsJson(histogram: HistogramTotal, countsOf: typeof countsBelow): object {
  const interval = countsOf(histogram.interval(), DEFAULT_BOUNDS);
  const cumulative = countsOf(histogram.cumulative(), DEFAULT_BOUNDS);
  return {
    name: histogram.name,
    buckets: DEFAULT_BOUNDS.map((bound, i) => ({
      upper_bound: bound,
      interval: interval[i],
      cumulative: cumulative[i],
    })),
  };
}

function detailsJson(histogram: HistogramTotal): object {
  const interval = histogram.interval();
  const cumulative = histogram.cumulative();
  return {
    name: histogram.name,
    totals: bucketsJson(cumulative),
    intervals: bucketsJson(interval),
    percentiles: quantilesJson(interval, cumulative),
  };
}

function bucketsJson(distribution: Distribution): object[] {
  return distribution.buckets.map((bucket, i) => ({
    lower_bound: bucketStart(bucket),
    width: bucketWidth(bucket),
    count: distribution.counts[i],
  }));
}
