/*
 * Log-linear buckets as in circllhist, which Envoy uses: each power of ten is cut into 90 buckets whose bounds have two
 * significant digits (1.0, 1.1, ... 9.9, 10, 11, ...), so a bucket is at most a tenth as wide as its values are large,
 * and whole numbers below 100 have a bucket of their own. Bucket 0 holds zero and all that is below the first decade.
 */

/** Buckets of one power of ten. */
export const BUCKETS_PER_DECADE = 90;
/** Exponent of the first decade. Times are in milliseconds, so a thousandth is below what a clock here can tell. */
const FIRST_EXPONENT = -3;
/** Decades from 0.001 to 10^15: bytes and milliseconds alike end before. Larger values fall into the last bucket. */
export const DECADES = 18;
/** Buckets in all, the zero bucket included. */
export const BUCKET_COUNT = 1 + DECADES * BUCKETS_PER_DECADE;

/** 0.29 * 100 is 28.999999999999996; a bound with two digits must fall into the bucket that it opens. */
const ROUNDING = 1e-9;

/** `DECADE_START[d]` opens decade `d`; one more closes the last. */
const DECADE_START: readonly number[] = Array.from({ length: DECADES + 1 }, (_, decade) =>
  scaled(1, decade + FIRST_EXPONENT),
);

/** The bucket of a value; a negative value and NaN count as zero. */
export function bucketOf(value: number): number {
  if (!(value >= 0.001)) return 0;
  let decade = 3;
  if (value < 1) while (value < (DECADE_START[decade] as number)) decade--;
  else while (decade < DECADES - 1 && value >= (DECADE_START[decade + 1] as number)) decade++;
  // Division by a whole number is exact where the quotient is whole; tenths and thousandths must be multiplied instead.
  const digits =
    decade > 3 ? value / (DECADE_START[decade - 1] as number) : value * (DECADE_START[7 - decade] as number);
  const mantissa = Math.min(Math.floor(digits + ROUNDING), 99);
  return 1 + decade * BUCKETS_PER_DECADE + mantissa - 10;
}

/** The least value that belongs into a bucket. */
export function bucketStart(bucket: number): number {
  if (bucket === 0) return 0;
  const mantissa = 10 + ((bucket - 1) % BUCKETS_PER_DECADE);
  return scaled(mantissa, decadeOf(bucket) + FIRST_EXPONENT - 1);
}

/** How far a bucket reaches; the zero bucket has no width. */
export function bucketWidth(bucket: number): number {
  return bucket === 0 ? 0 : scaled(1, decadeOf(bucket) + FIRST_EXPONENT - 1);
}

/** The value at which the next bucket starts; 0 for the zero bucket, which has no width. */
export function bucketEnd(bucket: number): number {
  return bucket === 0 ? 0 : bucketStart(bucket + 1);
}

/** Number of the decade of a bucket other than 0: 0 for [0.001, 0.01), 3 for [1, 10). */
export function decadeOf(bucket: number): number {
  return Math.floor((bucket - 1) / BUCKETS_PER_DECADE);
}

/** First bucket of a decade. */
export function firstBucketOf(decade: number): number {
  return 1 + decade * BUCKETS_PER_DECADE;
}

/** `digits` times a power of ten: dividing by one gives the number one would write, multiplying by a fraction does not. */
function scaled(digits: number, exponent: number): number {
  return exponent < 0 ? digits / 10 ** -exponent : digits * 10 ** exponent;
}
