import type { Gauge } from "../stats/stat.js";

/** What one connection adds to a gauge of the bytes that connections hold back. Owner: `Connection`. */
export class BufferedBytes {
  private readonly gauge: Gauge | null;
  private counted = 0;

  /** @param gauge null where nobody counts */
  constructor(gauge: Gauge | null) {
    this.gauge = gauge;
  }

  /** So many it holds from now on. */
  set(bytes: number): void {
    if (bytes === this.counted) return;
    this.gauge?.add(bytes - this.counted);
    this.counted = bytes;
  }
}
