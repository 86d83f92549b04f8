const INITIAL_BYTES = 1024;

/** Gathers a head or trailer section that does not arrive in one read. Grows by doubling: a byte at a time stays linear. */
export class HeadAccumulator {
  private bytes: Buffer = EMPTY;
  private used = 0;

  get length(): number {
    return this.used;
  }

  append(data: Buffer): void {
    const needed = this.used + data.length;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2, INITIAL_BYTES));
      this.bytes.copy(grown, 0, 0, this.used);
      this.bytes = grown;
    }
    data.copy(this.bytes, this.used);
    this.used = needed;
  }

  /** Position of `needle` at or after `from`, -1 when it is not there. */
  indexOf(needle: Buffer, from: number): number {
    const at = this.bytes.subarray(0, this.used).indexOf(needle, Math.max(0, from));
    return at;
  }

  /** Position of the last `needle`, -1 when it is not there. */
  lastIndexOf(needle: Buffer): number {
    return this.bytes.subarray(0, this.used).lastIndexOf(needle);
  }

  at(index: number): number {
    return index < this.used ? (this.bytes[index] as number) : -1;
  }

  text(end: number): string {
    return this.bytes.toString("latin1", 0, end);
  }

  clear(): void {
    this.bytes = EMPTY;
    this.used = 0;
  }
}

const EMPTY = Buffer.alloc(0);
