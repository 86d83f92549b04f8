import type { Counter, Gauge, Histogram, StatsScope } from "./stat.js";

/** Makes stats by their full name. */
export interface StatsByName {
  counter(name: string): Counter;
  gauge(name: string): Gauge;
  histogram(name: string): Histogram;
}

/** Puts a prefix before the names of stats. */
export class StoreScope implements StatsScope {
  private readonly store: StatsByName;
  /** Empty, or what names start with, the final dot included. */
  private readonly prefix: string;

  constructor(store: StatsByName, prefix: string) {
    this.store = store;
    this.prefix = prefix;
  }

  counter(name: string): Counter {
    return this.store.counter(this.prefix + name);
  }

  gauge(name: string): Gauge {
    return this.store.gauge(this.prefix + name);
  }

  histogram(name: string): Histogram {
    return this.store.histogram(this.prefix + name);
  }

  scope(prefix: string): StatsScope {
    return new StoreScope(this.store, `${this.prefix}${sanitizeStatName(prefix)}.`);
  }
}

/** What Envoy does to configured names in stats: no dot at the ends, and `://`, `:/` and `:` become `_`. */
export function sanitizeStatName(name: string): string {
  const start = name.startsWith(".") ? 1 : 0;
  const end = name.endsWith(".") && name.length > start ? name.length - 1 : name.length;
  return name.slice(start, end).replace(/:\/{0,2}|[\0\r\n]/g, "_");
}
