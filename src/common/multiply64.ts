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
  // Schoolbook multiplication by digits of 16 bits: no sum here reaches 2^32, so all of it is done on integers.
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const middle2 = (Math.imul(a0, b1) + (middle & 0xffff)) | 0;
  const carried = (Math.imul(a1, b1) + (middle >>> 16) + (middle2 >>> 16)) | 0;
  productLow = Math.imul(aLow, bLow);
  productHigh = (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}
