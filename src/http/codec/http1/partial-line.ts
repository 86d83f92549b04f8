const INITIAL_BYTES = 256;

/** Holds the beginning of a line whose end has not arrived. Grows by doubling, so that a byte at a time stays linear. */
export class PartialLine {
  private bytes: Buffer = EMPTY;
  private used = 0;

  get length(): number {
    return this.used;
  }

  append(data: Buffer, from: number, end: number): void {
    const needed = this.used + end - from;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2, INITIAL_BYTES));
      this.bytes.copy(grown, 0, 0, this.used);
      this.bytes = grown;
    }
    data.copy(this.bytes, this.used, from, end);
    this.used = needed;
  }

  /** Everything, and the line is empty again. */
  take(): Buffer {
    const whole = this.bytes.subarray(0, this.used);
    this.clear();
    return whole;
  }

  clear(): void {
    this.bytes = EMPTY;
    this.used = 0;
  }
}

const EMPTY = Buffer.alloc(0);
