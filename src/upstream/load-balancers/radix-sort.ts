/** Digits of eight bits. */
const DIGITS = 256;

/**
 * The order of numbers of 64 bits, given as halves: the indexes by ascending number, equal ones as they came. Linear in
 * their count, for rings of millions of points.
 */
export function radixSort(highs: Uint32Array, lows: Uint32Array): Uint32Array {
  let from = new Uint32Array(highs.length);
  let to = new Uint32Array(highs.length);
  for (let index = 0; index < from.length; index++) from[index] = index;
  for (const half of [lows, highs]) {
    for (let shift = 0; shift < 32; shift += 8) {
      sortByDigit(half, shift, from, to);
      [from, to] = [to, from];
    }
  }
  return from;
}

function sortByDigit(values: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): void {
  const starts = new Uint32Array(DIGITS + 1);
  for (const value of values) {
    const next = ((value >>> shift) & 0xff) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let digit = 0; digit < DIGITS; digit++)
    starts[digit + 1] = (starts[digit + 1] as number) + (starts[digit] as number);
  for (const index of from) {
    const digit = ((values[index] as number) >>> shift) & 0xff;
    to[starts[digit] as number] = index;
    starts[digit] = (starts[digit] as number) + 1;
  }
}
