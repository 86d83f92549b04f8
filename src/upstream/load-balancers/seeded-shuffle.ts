import { MersenneTwister } from "./mersenne-twister.js";

const UINT32 = 0x1_0000_0000;

/**
 * Numbers 0 to `size` - 1 in an order that a seed decides, one after the other: the order in which Envoy tries hosts of a
 * bounded load. No allocation after the first.
 */
export class SeededShuffle {
  private readonly order: Uint32Array;
  private readonly random = new MersenneTwister();
  private taken = 0;

  constructor(size: number) {
    this.order = new Uint32Array(size);
  }

  /** Begins anew. The same seed gives the same order. @param seed of 32 bits */
  start(seed: number): void {
    for (let index = 0; index < this.order.length; index++) this.order[index] = index;
    this.taken = 0;
    this.random.start(seed);
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

  /** Even: what is left over above the last whole range is drawn again. */
  private below(bound: number): number {
    const width = Math.floor(UINT32 / bound);
    let drawn = bound;
    while (drawn >= bound) drawn = Math.floor(this.random.draw() / width);
    return drawn;
  }
}
