/**
 * A hash of 64 bits as two halves of 32: a number would lose bits, a `BigInt` would be allocated for every operation.
 * Mutable, so that whoever hashes for each request makes one and reuses it.
 */
export class Hash64 {
  /** The upper and the lower 32 bits, as signed numbers: those need no memory of their own. */
  high: number;
  low: number;

  constructor(high = 0, low = 0) {
    this.high = high | 0;
    this.low = low | 0;
  }

  set(high: number, low: number): void {
    this.high = high | 0;
    this.low = low | 0;
  }

  copy(other: Hash64): void {
    this.high = other.high;
    this.low = other.low;
  }

  /**
   * Takes another hash in: rotates left by one bit and adds without carry. The order counts, and the same hash taken in
   * twice does not cancel itself out. So are the hash policies of a route put together.
   */
  mix(other: Hash64): void {
    const { high, low } = this;
    this.high = ((high << 1) | (low >>> 31)) ^ other.high;
    this.low = ((low << 1) | (high >>> 31)) ^ other.low;
  }

  /** The rest when it is divided by `divisor`. @param divisor 1 to 2^32 */
  modulo(divisor: number): number {
    // 16 bits at a time, so that what is divided stays below 2^53.
    let rest = (this.high >>> 0) % divisor;
    rest = (rest * 0x1_0000 + (this.low >>> 16)) % divisor;
    return (rest * 0x1_0000 + (this.low & 0xffff)) % divisor;
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return half(this.high) + half(this.low);
  }
}

function half(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0");
}
