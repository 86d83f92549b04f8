/** Bytes of shared memory that one count needs. */
export const CONNECTION_COUNT_BYTES = 4;

/** How many connections there may be at once; counted in memory that all workers share, exactly. */
export class ConnectionLimit {
  private readonly counts: Int32Array;
  private readonly slot: number;
  private readonly max: number;

  /** @param max 0 or more; `Infinity` only counts */
  constructor(counts: Int32Array, slot: number, max: number) {
    this.counts = counts;
    this.slot = slot;
    this.max = max;
  }

  /** Takes a place. False when there is none. */
  take(): boolean {
    if (Atomics.add(this.counts, this.slot, 1) < this.max) return true;
    this.release();
    return false;
  }

  /** Takes a place also when there is none: for connections that are counted but not limited. */
  takeAnyway(): void {
    Atomics.add(this.counts, this.slot, 1);
  }

  release(): void {
    Atomics.sub(this.counts, this.slot, 1);
  }

  get isLimited(): boolean {
    return this.max !== Number.POSITIVE_INFINITY;
  }

  get count(): number {
    return Atomics.load(this.counts, this.slot);
  }
}
