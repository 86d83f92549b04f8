import { type Distribution, difference, EMPTY_DISTRIBUTION } from "./distribution.js";
import { BUCKETS_PER_DECADE, firstBucketOf } from "./histogram-buckets.js";
import { HISTOGRAM_COUNT, HISTOGRAM_SUM, HISTOGRAM_ZERO } from "./stats-growth.js";

/** A histogram of the whole process: its buckets, added up over the threads that have it. */
export class HistogramTotal {
  readonly name: string;
  readonly kind = "histogram";
  private readonly heads: Float64Array[] = [];
  /** By decade, the buckets of each thread that has needed it. */
  private readonly decades = new Map<number, Float64Array[]>();
  private lastFlush: Distribution = EMPTY_DISTRIBUTION;
  private flushedInterval: Distribution = EMPTY_DISTRIBUTION;

  constructor(name: string) {
    this.name = name;
  }

  /** @param head slots of one thread, laid out as `stats-growth` says. */
  addHead(head: Float64Array): void {
    this.heads.push(head);
  }

  addDecade(decade: number, slots: Float64Array): void {
    const known = this.decades.get(decade);
    if (known === undefined) this.decades.set(decade, [slots]);
    else known.push(slots);
  }

  get used(): boolean {
    return this.recorded() > 0;
  }

  /** All that was recorded since the process started. */
  cumulative(): Distribution {
    const buckets: number[] = [];
    const counts: number[] = [];
    let count = this.sumOfHeads(HISTOGRAM_ZERO);
    if (count > 0) {
      buckets.push(0);
      counts.push(count);
    }
    for (const decade of [...this.decades.keys()].sort((a, b) => a - b)) {
      const shares = this.decades.get(decade) ?? [];
      for (let i = 0; i < BUCKETS_PER_DECADE; i++) {
        let inBucket = 0;
        for (const share of shares) inBucket += share[i] as number;
        if (inBucket === 0) continue;
        buckets.push(firstBucketOf(decade) + i);
        counts.push(inBucket);
        count += inBucket;
      }
    }
    return { buckets, counts, count, sum: this.sumOfHeads(HISTOGRAM_SUM) };
  }

  /** What was recorded between the last two flushes. */
  interval(): Distribution {
    return this.flushedInterval;
  }

  /** Ends an interval and begins the next. */
  flush(): void {
    if (this.recorded() === this.lastFlush.count) {
      this.flushedInterval = EMPTY_DISTRIBUTION;
      return;
    }
    const now = this.cumulative();
    this.flushedInterval = difference(now, this.lastFlush);
    this.lastFlush = now;
  }

  private recorded(): number {
    return this.sumOfHeads(HISTOGRAM_COUNT);
  }

  private sumOfHeads(slot: number): number {
    let sum = 0;
    for (const head of this.heads) sum += head[slot] as number;
    return sum;
  }
}
