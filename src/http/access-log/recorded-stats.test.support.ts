import type { Counter, Gauge, Histogram, StatsScope } from "../../stats/stat.js";

/** Stats as plain numbers by full name. */
export class RecordedStats implements StatsScope {
  readonly values: Map<string, number>;
  private readonly prefix: string;

  constructor(values = new Map<string, number>(), prefix = "") {
    this.values = values;
    this.prefix = prefix;
  }

  value(name: string): number {
    return this.values.get(`filesystem.${name}`) ?? 0;
  }

  counter(name: string): Counter {
    return this.gauge(name);
  }

  gauge(name: string): Gauge {
    const full = this.prefix + name;
    const add = (amount: number): void => {
      this.values.set(full, (this.values.get(full) ?? 0) + amount);
    };
    return {
      name: full,
      add,
      inc: () => add(1),
      dec: () => add(-1),
      set: (value) => this.values.set(full, value),
    };
  }

  histogram(): Histogram {
    throw new Error("no histograms here");
  }

  scope(prefix: string): StatsScope {
    return new RecordedStats(this.values, `${this.prefix}${prefix}.`);
  }
}
