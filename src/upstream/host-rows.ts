import { Hash64 } from "../common/hash64.js";
import { xxHash64 } from "../common/xx-hash64.js";

/** The two halves of the address's hash, in front of a row's own integers; 0 in the first is a free row. */
const KEY = 0;
const OTHER_KEY = 1;
const KEYS = 2;
/** Hosts that a cluster may ever have had. Those that come later have no row. */
const ROWS = 4096;

/** Bytes of shared memory for rows of so many integers. */
export function hostRowsBytes(rowLength: number): number {
  return ROWS * (KEYS + rowLength) * Int32Array.BYTES_PER_ELEMENT;
}

/**
 * What all workers count of a cluster's hosts, in memory they share: rows of atomic integers, found by the host's
 * address, so that each worker finds the same row without asking anyone.
 */
export class HostRows {
  readonly cells: Int32Array;
  private readonly stride: number;

  /** @param memory of `hostRowsBytes(rowLength)`, the same for all workers */
  constructor(memory: SharedArrayBuffer, rowLength: number) {
    this.cells = new Int32Array(memory);
    this.stride = KEYS + rowLength;
  }

  /** The first integer of a host's row, which is taken if there is none; -1 when all are taken. */
  rowOf(addressText: string): number {
    // Never 0, which marks free rows.
    const hash = new Hash64();
    xxHash64(addressText, hash);
    const key = hash.high | 1;
    const otherKey = hash.low;
    for (let probe = 0; probe < ROWS; probe++) {
      const row = (((key >>> 1) + probe) % ROWS) * this.stride;
      const found = Atomics.compareExchange(this.cells, row + KEY, 0, key);
      if (found === 0) {
        Atomics.store(this.cells, row + OTHER_KEY, otherKey);
        return row + KEYS;
      }
      if (found === key && this.isOther(row, otherKey)) return row + KEYS;
    }
    return -1;
  }

  /** Another thread may be between its two stores: what it has not written yet is not ours to judge. */
  private isOther(row: number, otherKey: number): boolean {
    const found = Atomics.load(this.cells, row + OTHER_KEY);
    return found === otherKey || found === 0;
  }
}
