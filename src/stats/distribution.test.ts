import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countsBelow,
  countsBetween,
  DEFAULT_BOUNDS,
  type Distribution,
  difference,
  EMPTY_DISTRIBUTION,
  PERCENTILES,
  percentiles,
} from "./distribution.js";
import { bucketEnd, bucketOf, bucketStart } from "./histogram-buckets.js";
import { seededRandom } from "./seeded-random.test.support.js";
import { StatsAggregator } from "./stats-aggregator.js";
import { StatsStore } from "./stats-store.js";

function record(values: readonly number[]): Distribution {
  const aggregator = new StatsAggregator();
  const histogram = new StatsStore(aggregator.addSource()).root.histogram("h");
  for (const value of values) histogram.record(value);
  return aggregator.histogram("h")?.cumulative() ?? EMPTY_DISTRIBUTION;
}

/** The same question, asked of every value itself. */
function naivePercentile(values: readonly number[], percent: number): [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const wanted = (sorted.length * percent) / 100;
  const value = sorted[Math.max(Math.ceil(wanted) - 1, 0)] as number;
  return [bucketStart(bucketOf(value)), bucketEnd(bucketOf(value))];
}

test("quantiles are interpolated in their bucket, as circllhist does", () => {
  const expected = [5, 5.025, 5.05, 5.075, 5.09, 5.095, 5.099, 5.0995, 5.0999, 5.1];
  assert.deepEqual(percentiles(record([5])).map(sixDigits), expected);
  assert.deepEqual(
    percentiles(record([0, 0])),
    PERCENTILES.map(() => 0),
  );
  assert.ok(percentiles(EMPTY_DISTRIBUTION).every(Number.isNaN));
});

/** Interpolation has the floating point errors that Envoy has as well. */
function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}

test("quantiles lie in the bucket of the value that a sorted list has there", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const scale = 10 ** Math.floor(random() * 6);
    const values = Array.from({ length: 1 + Math.floor(random() * 400) }, () =>
      random() < 0.1 ? 0 : random() ** 3 * scale,
    );
    const found = percentiles(record(values));
    PERCENTILES.forEach((percent, i) => {
      const [start, end] = naivePercentile(values, percent);
      const value = found[i] as number;
      const slack = 1e-9 * (end + 1);
      assert.ok(
        start - slack <= value && value <= end + slack,
        `seed ${seed}: P${percent} ${value} in ${start}-${end}`,
      );
    });
  }
});

test("counts, sums and bounds agree with a plain list", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(1000 + seed);
    const values = Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() ** 4 * 5_000_000));
    const all = record(values);
    assert.equal(all.count, values.length);
    assert.equal(
      all.sum,
      values.reduce((sum, value) => sum + value, 0),
    );
    const below = DEFAULT_BOUNDS.map((bound) => values.filter((value) => bucketEnd(bucketOf(value)) <= bound).length);
    assert.deepEqual(countsBelow(all, DEFAULT_BOUNDS), below);
    assert.equal(
      countsBetween(all, DEFAULT_BOUNDS).reduce((sum, count) => sum + count, 0),
      below.at(-1),
    );
  }
});

test("a difference is what was recorded in between", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(2000 + seed);
    const values = Array.from({ length: 100 }, () => Math.floor(random() * 1000));
    const cut = Math.floor(random() * 100);
    const earlier = record(values.slice(0, cut));
    assert.deepEqual(difference(record(values), earlier), record(values.slice(cut)));
  }
});
