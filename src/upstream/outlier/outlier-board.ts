import { HostRows, hostRowsBytes } from "../host-rows.js";

/** Integers of one host, in the order of its row. */
const ROW = {
  consecutive5xx: 0,
  consecutiveGatewayFailure: 1,
  consecutiveLocalOriginFailure: 2,
  /** Since the last look, by what the host reported. */
  requests: 3,
  successes: 4,
  /** The same, by what happened on our side. */
  localRequests: 5,
  localSuccesses: 6,
} as const;

const ROW_LENGTH = 7;

/** Bytes of shared memory that a watched cluster's counts need. */
export const OUTLIER_BOARD_BYTES = hostRowsBytes(ROW_LENGTH);

export type OutlierCount = keyof typeof ROW;

/** What all workers count of a watched cluster's hosts. */
export class OutlierBoard {
  private readonly rows: HostRows;
  private readonly cells: Int32Array;

  /** @param memory of `OUTLIER_BOARD_BYTES`, the same for all workers */
  constructor(memory: SharedArrayBuffer) {
    this.rows = new HostRows(memory, ROW_LENGTH);
    this.cells = this.rows.cells;
  }

  /** The row of a host; -1 when all are taken, and the host is not watched. To be given up by `release`. */
  take(addressText: string): number {
    return this.rows.take(addressText);
  }

  /** The host is gone. @param row what `take` returned */
  release(row: number): void {
    this.rows.release(row);
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
  takeCount(row: number, count: OutlierCount): number {
    return Atomics.exchange(this.cells, row + ROW[count], 0);
  }
}
