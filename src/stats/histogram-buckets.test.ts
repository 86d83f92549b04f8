import assert from "node:assert/strict";
import { test } from "node:test";
import { BUCKET_COUNT, bucketEnd, bucketOf, bucketStart, decadeOf, firstBucketOf } from "./histogram-buckets.js";
import { seededRandom } from "./seeded-random.test.support.js";

test("buckets are as circllhist cuts them: two digits", () => {
  const bounds = (value: number): [number, number] => [bucketStart(bucketOf(value)), bucketEnd(bucketOf(value))];
  assert.deepEqual(bounds(1), [1, 1.1]);
  assert.deepEqual(bounds(9.99), [9.9, 10]);
  assert.deepEqual(bounds(10), [10, 11]);
  assert.deepEqual(bounds(99), [99, 100]);
  assert.deepEqual(bounds(100), [100, 110]);
  assert.deepEqual(bounds(12345), [12000, 13000]);
  assert.deepEqual(bounds(0.29), [0.29, 0.3]);
  assert.deepEqual(bounds(0.0571), [0.057, 0.058]);
  assert.deepEqual(bounds(0.001), [0.001, 0.0011]);
});

test("what has no bucket of its own falls into the first or the last", () => {
  for (const value of [0, -0, -1, Number.NaN, Number.NEGATIVE_INFINITY, 0.0009]) assert.equal(bucketOf(value), 0);
  for (const value of [1e15, 1e300, Number.POSITIVE_INFINITY, 999999999999999.9]) {
    assert.equal(bucketOf(value), BUCKET_COUNT - 1);
  }
});

test("every bucket starts where the one before it ends, and holds its own start", () => {
  for (let bucket = 1; bucket < BUCKET_COUNT; bucket++) {
    assert.equal(bucketOf(bucketStart(bucket)), bucket);
    if (bucket > 1) assert.equal(bucketEnd(bucket - 1), bucketStart(bucket));
    assert.ok(firstBucketOf(decadeOf(bucket)) <= bucket && bucket < firstBucketOf(decadeOf(bucket) + 1));
  }
});

test("any value lies within its bucket", () => {
  const random = seededRandom(7);
  for (let i = 0; i < 200_000; i++) {
    const value = 10 ** (random() * 18 - 3);
    const bucket = bucketOf(value);
    // A value one rounding error below a bound may count as the bound.
    const slack = 1e-9 * value;
    assert.ok(bucketStart(bucket) <= value + slack && value < bucketEnd(bucket), `${value} in bucket ${bucket}`);
  }
});

test("every whole number below 100 has a bucket of its own", () => {
  const buckets = new Set(Array.from({ length: 100 }, (_, value) => bucketOf(value)));
  assert.equal(buckets.size, 100);
});
