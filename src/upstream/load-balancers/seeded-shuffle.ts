/** Numbers 0 to `size` - 1 in an order that a seed decides, one after the other. No allocation after the first. */
export class SeededShuffle {
  private readonly order: Uint32Array;
  private taken = 0;
  private state = 0;

  constructor(size: number) {
    this.order = new Uint32Array(size);
  }

  /** Begins anew. The same seed gives the same order. */
  start(seed: number): void {
    for (let index = 0; index < this.order.length; index++) this.order[index] = index;
    this.taken = 0;
    this.state = seed | 0;
  }

  /** At most `size` times after `start`. */
  next(): number {
    const { order, taken } = this;
    const other = taken + this.below(order.length - taken);
    const value = order[other] as number;
    order[other] = order[taken] as number;
    order[taken] = value;
    this.taken++;
    return value;
  }

  /** A step of splitmix32: spreads also seeds that differ in a few bits. */
  private below(bound: number): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return Math.floor(((mixed >>> 0) / 0x1_0000_0000) * bound);
  }
}
