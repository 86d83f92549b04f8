import { bucketEnd, bucketStart, bucketWidth } from "./histogram-buckets.js";

/** What was recorded into a histogram, at some moment: the buckets that hold anything. Frozen by convention. */
export interface Distribution {
  /** Ascending bucket numbers. */
  readonly buckets: readonly number[];
  /** How many values each of `buckets` holds; never 0. */
  readonly counts: readonly number[];
  readonly count: number;
  /** Exact, up to floating point: it is added up as values are recorded, not estimated from the buckets. */
  readonly sum: number;
}

export const EMPTY_DISTRIBUTION: Distribution = { buckets: [], counts: [], count: 0, sum: 0 };

/** The quantiles that Envoy prints, in percent. */
export const PERCENTILES: readonly number[] = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];

/** Envoy's default bounds for buckets in `/stats` and in Prometheus' format. */
export const DEFAULT_BOUNDS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
];

/**
 * The values at `PERCENTILES`, each found by interpolation within its bucket as circllhist does: so the single value 5
 * has P0 5 and P100 5.1. All NaN when nothing was recorded.
 */
export function percentiles(distribution: Distribution): number[] {
  const { buckets, counts, count } = distribution;
  if (count === 0) return PERCENTILES.map(() => Number.NaN);
  let at = 0;
  let below = 0;
  return PERCENTILES.map((percent) => {
    const wanted = (count * percent) / 100;
    while (at < buckets.length - 1 && below + (counts[at] as number) < wanted) {
      below += counts[at] as number;
      at++;
    }
    const bucket = buckets[at] as number;
    const inBucket = counts[at] as number;
    if (wanted === below + inBucket) return bucketEnd(bucket);
    return bucketStart(bucket) + ((wanted - below) / inBucket) * bucketWidth(bucket);
  });
}

/** For each of the ascending bounds, how many values are in buckets that end at it or before, as in circllhist. */
export function countsBelow(distribution: Distribution, bounds: readonly number[]): number[] {
  const { buckets, counts } = distribution;
  let at = 0;
  let below = 0;
  return bounds.map((bound) => {
    for (; at < buckets.length && bucketEnd(buckets[at] as number) <= bound; at++) below += counts[at] as number;
    return below;
  });
}

/** As `countsBelow`, without what an earlier bound counts already. */
export function countsBetween(distribution: Distribution, bounds: readonly number[]): number[] {
  const below = countsBelow(distribution, bounds);
  return below.map((count, i) => (i === 0 ? count : count - (below[i - 1] as number)));
}

/** What was recorded after `earlier`, a former state of the same histogram. */
export function difference(later: Distribution, earlier: Distribution): Distribution {
  const buckets: number[] = [];
  const counts: number[] = [];
  let at = 0;
  later.buckets.forEach((bucket, i) => {
    // Buckets never empty, so each of the earlier ones is met again.
    const before = earlier.buckets[at] === bucket ? (earlier.counts[at++] as number) : 0;
    const added = (later.counts[i] as number) - before;
    if (added === 0) return;
    buckets.push(bucket);
    counts.push(added);
  });
  return { buckets, counts, count: later.count - earlier.count, sum: later.sum - earlier.sum };
}
