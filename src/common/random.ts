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

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Formats 16 random bytes as a UUID, version 4. */
export function uuidFromBytes(bytes: Uint8Array, at: number): string {
  const b = (index: number): string => HEX[bytes[at + index] as number] as string;
  const version = HEX[((bytes[at + 6] as number) & 0x0f) | 0x40] as string;
  const variant = HEX[((bytes[at + 8] as number) & 0x3f) | 0x80] as string;
  return (
    `${b(0)}${b(1)}${b(2)}${b(3)}-${b(4)}${b(5)}-${version}${b(7)}-` +
    `${variant}${b(9)}-${b(10)}${b(11)}${b(12)}${b(13)}${b(14)}${b(15)}`
  );
}
