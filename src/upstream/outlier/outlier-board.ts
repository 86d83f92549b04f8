import { Hash64 } from "../../common/hash64.js";
import { xxHash64 } from "../../common/xx-hash64.js";

/** Integers of one host, in the order of its row. */
const ROW = {
  /** The two halves of the address's hash; 0 in the first is a free row. */
  key: 0,
  otherKey: 1,
  consecutive5xx: 2,
  consecutiveGatewayFailure: 3,
  consecutiveLocalOriginFailure: 4,
  /** Since the last look, by what the host reported. */
  requests: 5,
  successes: 6,
  /** The same, by what happened on our side. */
  localRequests: 7,
  localSuccesses: 8,
} as const;

const ROW_LENGTH = 16;
/** Hosts that a cluster may ever have had. Those that come later are not watched. */
const ROWS = 4096;

/** Bytes of shared memory that a watched cluster's counts need. */
export const OUTLIER_BOARD_BYTES = ROWS * ROW_LENGTH * 4;

export type OutlierCount = Exclude<keyof typeof ROW, "key" | "otherKey">;

/**
 * What all workers count of a cluster's hosts, in memory they share: rows of atomic integers, found by the host's
 * address, so that each worker finds the same row without asking anyone.
 */
export class OutlierBoard {
  private readonly cells: Int32Array;

  /** @param memory of `OUTLIER_BOARD_BYTES`, the same for all workers */
  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory);
  }

  /** The row of a host, taken if there is none; -1 when all are taken. */
  rowOf(addressText: string): number {
    // Never 0, which marks free rows.
    const hash = new Hash64();
    xxHash64(addressText, hash);
    const key = hash.high | 1;
    const otherKey = hash.low;
    for (let probe = 0; probe < ROWS; probe++) {
      const row = (((key >>> 1) + probe) % ROWS) * ROW_LENGTH;
      const found = Atomics.compareExchange(this.cells, row + ROW.key, 0, key);
      if (found === 0) {
        Atomics.store(this.cells, row + ROW.otherKey, otherKey);
        return row;
      }
      if (found === key && this.isOther(row, otherKey)) return row;
    }
    return -1;
  }

  /** Another thread may be between its two stores: what it has not written yet is not ours to judge. */
  private isOther(row: number, otherKey: number): boolean {
    const found = Atomics.load(this.cells, row + ROW.otherKey);
    return found === otherKey || found === 0;
  }

  /** One more; returns the sum. */
  increment(row: number, count: OutlierCount): number {
    return Atomics.add(this.cells, row + ROW[count], 1) + 1;
  }

  /** Sets a count to 0. Cheap when it is. */
  reset(row: number, count: OutlierCount): void {
    if (Atomics.load(this.cells, row + ROW[count]) !== 0) Atomics.store(this.cells, row + ROW[count], 0);
  }

  /** Reads a count and sets it to 0. */
  take(row: number, count: OutlierCount): number {
    return Atomics.exchange(this.cells, row + ROW[count], 0);
  }
}
