import { assert } from "../common/assert.js";
import { BUCKETS_PER_DECADE } from "./histogram-buckets.js";
import { HistogramTotal } from "./histogram-total.js";
import { StatTotal } from "./stat-total.js";
import { HISTOGRAM_HEAD_SLOTS, type SlotDefinition } from "./stats-growth.js";
import { StatsSource } from "./stats-source.js";

/**
 * All stats of the process, on the main thread: knows the slots of every thread's `StatsStore` and adds them up when
 * asked. Totals are exact for what a thread counted before it posted anything to this one.
 */
export class StatsAggregator {
  private readonly totals = new Map<string, StatTotal | HistogramTotal>();
  /** By name; null when a stat came since it was last asked for. */
  private sorted: (StatTotal | HistogramTotal)[] | null = null;

  /**
   * A further thread. The main thread's store takes the source itself: `new StatsStore(aggregator.addSource())`; a
   * worker's growth arrives in messages, see `StatsSource.receive`.
   */
  addSource(): StatsSource {
    return new StatsSource(this);
  }

  /** Counters, gauges and histograms together, ordered by name. */
  all(): readonly (StatTotal | HistogramTotal)[] {
    this.sorted ??= [...this.totals.values()].sort(byName);
    return this.sorted;
  }

  /** The total of a counter or gauge; null when there is none of that name. */
  value(name: string): number | null {
    const total = this.totals.get(name);
    return total instanceof StatTotal ? total.value : null;
  }

  /** Null when there is no histogram of that name. */
  histogram(name: string): HistogramTotal | null {
    const total = this.totals.get(name);
    return total instanceof HistogramTotal ? total : null;
  }

  /** Zeroes counters; gauges and histograms stay, as in Envoy. */
  resetCounters(): void {
    for (const total of this.totals.values()) if (total.kind === "counter") total.reset();
  }

  /** Ends the histograms' interval; to be called every `stats_flush_interval`, 5,000 ms by default. */
  flush(): void {
    for (const total of this.totals.values()) if (total.kind === "histogram") total.flush();
  }

  /** For `StatsSource` only: one thread's slots of a stat. @param slot place in `chunk`. */
  addSlots(definition: SlotDefinition, chunk: Float64Array, slot: number): void {
    if (definition.kind === "histogram") {
      this.histogramTotal(definition.name).addHead(chunk.subarray(slot, slot + HISTOGRAM_HEAD_SLOTS));
    } else if (definition.kind === "decade") {
      const buckets = chunk.subarray(slot, slot + BUCKETS_PER_DECADE);
      this.histogramTotal(definition.name).addDecade(definition.decade, buckets);
    } else {
      this.statTotal(definition.name, definition.kind).addShare(chunk, slot);
    }
  }

  private statTotal(name: string, kind: "counter" | "gauge"): StatTotal {
    const known = this.totals.get(name);
    if (known !== undefined) {
      assert(known instanceof StatTotal && known.kind === kind, `stat ${name} is a ${known.kind}, not a ${kind}`);
      return known;
    }
    const total = new StatTotal(name, kind);
    this.totals.set(name, total);
    this.sorted = null;
    return total;
  }

  private histogramTotal(name: string): HistogramTotal {
    const known = this.totals.get(name);
    if (known !== undefined) {
      assert(known instanceof HistogramTotal, `stat ${name} is a ${known.kind}, not a histogram`);
      return known;
    }
    const total = new HistogramTotal(name);
    this.totals.set(name, total);
    this.sorted = null;
    return total;
  }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
