import type { Hash64 } from "./hash64.js";
import { multiply64, productHigh, productLow } from "./multiply64.js";

/*
 * MurmurHash2 of 64 bits (MurmurHash64A), in halves of 32 bits and without an allocation. Bytes come as the code units
 * of a latin1 string.
 */

const M_HIGH = 0xc6a4a793 | 0;
const M_LOW = 0x5bd1e995 | 0;
/** The seed of libstdc++'s `std::hash`, which is the one that Envoy uses. */
const STD_SEED = 0xc70f6907;

let high = 0;
let low = 0;

/** @param seed 0 to 2^32 - 1 */
export function murmurHash2(text: string, into: Hash64, seed = STD_SEED): void {
  const { length } = text;
  multiply64(0, length, M_HIGH, M_LOW);
  high = productHigh;
  low = seed ^ productLow;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    multiply64(word(text, at + 4, 4), word(text, at, 4), M_HIGH, M_LOW);
    foldAndMultiply(productHigh, productLow);
  }
  if (at < length) {
    high ^= word(text, at + 4, length - at - 4);
    low ^= word(text, at, Math.min(4, length - at));
    multiply();
  }
  fold();
  multiply();
  fold();
  into.high = high;
  into.low = low;
}

/** Takes eight bytes in, multiplied once already. */
function foldAndMultiply(byHigh: number, byLow: number): void {
  // k ^= k >> 47, which reaches the lower half only.
  multiply64(byHigh, byLow ^ (byHigh >>> 15), M_HIGH, M_LOW);
  high ^= productHigh;
  low ^= productLow;
  multiply();
}

function fold(): void {
  low ^= high >>> 15;
}

function multiply(): void {
  multiply64(high, low, M_HIGH, M_LOW);
  high = productHigh;
  low = productLow;
}

/** Up to four bytes, the lowest first; 0 for none. */
function word(text: string, at: number, bytes: number): number {
  let value = 0;
  for (let index = bytes - 1; index >= 0; index--) value = (value << 8) | (text.charCodeAt(at + index) & 0xff);
  return value;
}
