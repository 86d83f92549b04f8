import { Hash64 } from "../common/hash64.js";
import { xxHash64 } from "../common/xx-hash64.js";

/** In front of all rows: 1 while a thread looks for a row, or gives one up. */
const LOCK = 0;
const ROWS_AT = 1;

/** In front of a row's own integers: the two halves of the address's hash, 0 in the first of a row that was never used. */
const KEY = 0;
const OTHER_KEY = 1;
/** How many threads' hosts count here. Without any, the row is the next host's. */
const USERS = 2;
const HEAD = 3;

/** Hosts that a cluster may have at a time. Those beyond have no row. */
const ROWS = 4096;
/** No address. */
const NO_ROW = -1;
const WAIT_MS = 1;

/** Bytes of shared memory for rows of so many integers. */
export function hostRowsBytes(rowLength: number): number {
  return (ROWS_AT + ROWS * (HEAD + rowLength)) * Int32Array.BYTES_PER_ELEMENT;
}

/**
 * What all workers count of a cluster's hosts, in memory they share: rows of atomic integers, found by the host's
 * address. Rows are taken and given up when hosts come and go, one thread at a time; counting needs no lock.
 */
export class HostRows {
  readonly cells: Int32Array;
  private readonly stride: number;

  /** @param memory of `hostRowsBytes(rowLength)`, the same for all workers */
  constructor(memory: SharedArrayBuffer, rowLength: number) {
    this.cells = new Int32Array(memory);
    this.stride = HEAD + rowLength;
  }

  /**
   * The first integer of a host's row, for one more user of it; the first user finds zeros. -1 when all rows are taken.
   * Whoever gets one gives it up by `release`.
   */
  take(addressText: string): number {
    const hash = new Hash64();
    xxHash64(addressText, hash);
    this.lock();
    const row = this.find(hash.high | 1, hash.low);
    if (row !== NO_ROW) this.use(row, hash.high | 1, hash.low);
    this.unlock();
    return row === NO_ROW ? NO_ROW : row + HEAD;
  }

  /** @param first what `take` returned; -1 is allowed */
  release(first: number): void {
    if (first === NO_ROW) return;
    this.lock();
    Atomics.sub(this.cells, first - HEAD + USERS, 1);
    this.unlock();
  }

  /** The row with the key, or else the first that nobody uses, of those that the key may be in. */
  private find(key: number, otherKey: number): number {
    const { cells, stride } = this;
    let unused = NO_ROW;
    for (let probe = 0; probe < ROWS; probe++) {
      const row = ROWS_AT + (((key >>> 1) + probe) % ROWS) * stride;
      const found = cells[row + KEY];
      if (found === key && cells[row + OTHER_KEY] === otherKey) return row;
      if (unused === NO_ROW && Atomics.load(cells, row + USERS) === 0) unused = row;
      // Nothing was ever put behind a row that was never used.
      if (found === 0) break;
    }
    return unused;
  }

  private use(row: number, key: number, otherKey: number): void {
    const { cells, stride } = this;
    if (Atomics.add(cells, row + USERS, 1) > 0) return;
    cells[row + KEY] = key;
    cells[row + OTHER_KEY] = otherKey;
    for (let cell = row + HEAD; cell < row + stride; cell++) Atomics.store(cells, cell, 0);
  }

  /** Held for a few microseconds. */
  private lock(): void {
    while (Atomics.compareExchange(this.cells, LOCK, 0, 1) !== 0) Atomics.wait(this.cells, LOCK, 1, WAIT_MS);
  }

  private unlock(): void {
    Atomics.store(this.cells, LOCK, 0);
    Atomics.notify(this.cells, LOCK);
  }
}
