/*
 * Products of 64 bits for hash functions. The result lies in two variables of this module until the next call: that
 * needs no memory, and they hold small integers.
 */

/** Upper and lower 32 bits of the last product, signed. */
export let productHigh = 0;
export let productLow = 0;

/** The lower 64 bits of a product of two numbers of 64 bits, each given as two halves. */
export function multiply64(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  // Each product is below 2^32, so each sum below 2^53 is exact.
  const lowest = a0 * b0;
  const middle = a1 * b0 + (lowest >>> 16);
  const middle2 = a0 * b1 + (middle % 0x1_0000);
  const carried = a1 * b1 + Math.floor(middle / 0x1_0000) + Math.floor(middle2 / 0x1_0000);
  productLow = Math.imul(aLow, bLow);
  productHigh = (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}
