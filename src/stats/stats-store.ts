import { assert } from "../common/assert.js";
import { BUCKETS_PER_DECADE } from "./histogram-buckets.js";
import { type DecadeSource, SlotCounter, SlotGauge, SlotHistogram } from "./slot-stats.js";
import type { Counter, Gauge, Histogram, StatsScope } from "./stat.js";
import { CHUNK_SLOTS, HISTOGRAM_HEAD_SLOTS, type StatKind, type StatsGrowth } from "./stats-growth.js";
import { StoreScope } from "./store-scope.js";

/**
 * The stats of one thread, each a slot of memory that all threads see and only this one writes. Counting is therefore a
 * plain store; whoever wants totals adds up the slots of all threads (`StatsAggregator`).
 *
 * A number of 64 bits is written in one piece on every 64-bit machine, so a reader on another thread sees an older value
 * at worst, never half of one.
 */
export class StatsStore implements DecadeSource {
  /** Names without a prefix; the place to start from. */
  readonly root: StatsScope;
  private readonly growth: StatsGrowth;
  private readonly stats: Map<string, SlotCounter | SlotGauge | SlotHistogram>;
  private chunk: Float64Array;
  private chunkCount: number;
  private used: number;

  /** @param growth hears of every chunk and stat from now on. */
  constructor(growth: StatsGrowth) {
    this.growth = growth;
    this.stats = new Map();
    this.chunk = new Float64Array(0);
    this.chunkCount = 0;
    // As if a chunk had just been filled, so that the first stat makes the first chunk.
    this.used = CHUNK_SLOTS;
    this.root = new StoreScope(this, "");
  }

  counter(name: string): Counter {
    const known = this.stats.get(name);
    if (known !== undefined) {
      assert(known instanceof SlotCounter, `stat ${name} is not a counter`);
      return known;
    }
    const slot = this.reserve(1);
    const counter = new SlotCounter(name, this.chunk, slot);
    this.define(name, "counter", slot);
    this.stats.set(name, counter);
    return counter;
  }

  gauge(name: string): Gauge {
    const known = this.stats.get(name);
    if (known !== undefined) {
      assert(known instanceof SlotGauge, `stat ${name} is not a gauge`);
      return known;
    }
    const slot = this.reserve(1);
    const gauge = new SlotGauge(name, this.chunk, slot);
    this.define(name, "gauge", slot);
    this.stats.set(name, gauge);
    return gauge;
  }

  histogram(name: string): Histogram {
    const known = this.stats.get(name);
    if (known !== undefined) {
      assert(known instanceof SlotHistogram, `stat ${name} is not a histogram`);
      return known;
    }
    const slot = this.reserve(HISTOGRAM_HEAD_SLOTS);
    const histogram = new SlotHistogram(name, this.chunk.subarray(slot, slot + HISTOGRAM_HEAD_SLOTS), this);
    this.define(name, "histogram", slot);
    this.stats.set(name, histogram);
    return histogram;
  }

  /** For `SlotHistogram` only. */
  allocateDecade(histogram: string, decade: number): Float64Array {
    const slot = this.reserve(BUCKETS_PER_DECADE);
    this.growth.onDefinition({ index: this.indexOf(slot), kind: "decade", name: histogram, decade });
    return this.chunk.subarray(slot, slot + BUCKETS_PER_DECADE);
  }

  private define(name: string, kind: StatKind, slot: number): void {
    this.growth.onDefinition({ index: this.indexOf(slot), kind, name });
  }

  private indexOf(slot: number): number {
    return (this.chunkCount - 1) * CHUNK_SLOTS + slot;
  }

  /** Place of `count` free slots side by side in `this.chunk`; what is left of a chunk that is too full is given up. */
  private reserve(count: number): number {
    if (this.used + count > CHUNK_SLOTS) this.grow();
    const slot = this.used;
    this.used += count;
    return slot;
  }

  private grow(): void {
    const buffer = new SharedArrayBuffer(CHUNK_SLOTS * Float64Array.BYTES_PER_ELEMENT);
    this.chunk = new Float64Array(buffer);
    this.used = 0;
    this.growth.onChunk(this.chunkCount, buffer);
    this.chunkCount++;
  }
}
