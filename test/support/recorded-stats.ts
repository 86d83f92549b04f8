import type { Counter, Gauge, Histogram, StatsScope } from "../../src/stats/stat.js";

/** Stats that a test reads back by their full names. */
export class RecordedStats {
  private readonly stats = new Map<string, RecordedStat>();
  readonly root: StatsScope = new RecordedScope(this, "");

  /** A counter or gauge as it stands, a histogram's last value; 0 when nothing has counted it. */
  value(name: string): number {
    return this.stats.get(name)?.value ?? 0;
  }

  /** Every stat that is not 0, by name. */
  get nonZero(): ReadonlyMap<string, number> {
    const entries = [...this.stats.values()].filter((stat) => stat.value !== 0).map((stat) => [stat.name, stat.value]);
    return new Map(entries as [string, number][]);
  }

  /** For `RecordedScope`. */
  stat(name: string): RecordedStat {
    let stat = this.stats.get(name);
    if (stat === undefined) {
      stat = new RecordedStat(name);
      this.stats.set(name, stat);
    }
    return stat;
  }
}

class RecordedStat implements Counter, Gauge, Histogram {
  readonly name: string;
  value = 0;

  constructor(name: string) {
    this.name = name;
  }

  inc(): void {
    this.value++;
  }

  dec(): void {
    this.value--;
  }

  add(amount: number): void {
    this.value += amount;
  }

  set(value: number): void {
    this.value = value;
  }

  record(value: number): void {
    this.value = value;
  }
}

class RecordedScope implements StatsScope {
  private readonly stats: RecordedStats;
  private readonly prefix: string;

  constructor(stats: RecordedStats, prefix: string) {
    this.stats = stats;
    this.prefix = prefix;
  }

  counter(name: string): Counter {
    return this.stats.stat(this.prefix + name);
  }

  gauge(name: string): Gauge {
    return this.stats.stat(this.prefix + name);
  }

  histogram(name: string): Histogram {
    return this.stats.stat(this.prefix + name);
  }

  scope(prefix: string): StatsScope {
    return new RecordedScope(this.stats, `${this.prefix}${prefix}.`);
  }
}
