/** Where chance comes from. Injected, so that a run with the same seed is the same run. */
export interface RandomSource {
  /** A whole number from 0 to `bound` - 1. @param bound 1 to 2^32 */
  below(bound: number): number;
  /** A random UUID, version 4 (RFC 9562 5.4). */
  uuid(): string;
}

/** Bits beyond the 32 that one draw gives. */
const LOW_BITS = 0x20_0000;

/** A whole number from 0 to 2^53 - 1. */
export function drawUint53(random: RandomSource): number {
  return random.below(0x1_0000_0000) * LOW_BITS + random.below(LOW_BITS);
}
