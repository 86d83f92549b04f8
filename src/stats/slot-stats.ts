import { BUCKETS_PER_DECADE, bucketOf, DECADES } from "./histogram-buckets.js";
import type { Counter, Gauge, Histogram } from "./stat.js";
import { HISTOGRAM_COUNT, HISTOGRAM_SUM, HISTOGRAM_ZERO } from "./stats-growth.js";

/**
 * What a slot of a counter or gauge holds until it is first written. As -0 + 0 is 0, any write at all changes it, which
 * is how `usedonly` tells a stat that came back to 0 from one that never moved, without a flag of its own.
 */
export const UNUSED = -0;

/** A slot of shared memory that only this thread writes: no atomics. Made by `StatsStore`. */
export class SlotCounter implements Counter {
  readonly name: string;
  private readonly slots: Float64Array;
  private readonly slot: number;

  constructor(name: string, slots: Float64Array, slot: number) {
    this.name = name;
    this.slots = slots;
    this.slot = slot;
    slots[slot] = UNUSED;
  }

  inc(): void {
    (this.slots[this.slot] as number)++;
  }

  add(amount: number): void {
    (this.slots[this.slot] as number) += amount;
  }
}

/** As a counter; the gauge of the whole process is the sum over its threads. */
export class SlotGauge implements Gauge {
  readonly name: string;
  private readonly slots: Float64Array;
  private readonly slot: number;

  constructor(name: string, slots: Float64Array, slot: number) {
    this.name = name;
    this.slots = slots;
    this.slot = slot;
    slots[slot] = UNUSED;
  }

  inc(): void {
    (this.slots[this.slot] as number)++;
  }

  dec(): void {
    (this.slots[this.slot] as number)--;
  }

  add(amount: number): void {
    (this.slots[this.slot] as number) += amount;
  }

  /** Sets this thread's share only, so a gauge that is ever `set` must belong to one thread: the main one. */
  set(value: number): void {
    this.slots[this.slot] = value;
  }
}

/** Gives a histogram the slots of one more power of ten. */
export interface DecadeSource {
  allocateDecade(histogram: string, decade: number): Float64Array;
}

/** Buckets in shared memory, a power of ten at a time when a value first falls into it. */
export class SlotHistogram implements Histogram {
  readonly name: string;
  private readonly head: Float64Array;
  private readonly decades: (Float64Array | null)[];
  private readonly source: DecadeSource;

  /** @param head the histogram's `HISTOGRAM_HEAD_SLOTS` slots. */
  constructor(name: string, head: Float64Array, source: DecadeSource) {
    this.name = name;
    this.head = head;
    this.decades = new Array<Float64Array | null>(DECADES).fill(null);
    this.source = source;
  }

  record(value: number): void {
    const head = this.head;
    const bucket = bucketOf(value) - 1;
    if (bucket < 0) {
      (head[HISTOGRAM_ZERO] as number)++;
    } else {
      const decade = (bucket / BUCKETS_PER_DECADE) | 0;
      const slots = this.decades[decade] ?? this.addDecade(decade);
      (slots[bucket - decade * BUCKETS_PER_DECADE] as number)++;
    }
    if (value > 0) (head[HISTOGRAM_SUM] as number) += value;
    (head[HISTOGRAM_COUNT] as number)++;
  }

  private addDecade(decade: number): Float64Array {
    const slots = this.source.allocateDecade(this.name, decade);
    this.decades[decade] = slots;
    return slots;
  }
}
