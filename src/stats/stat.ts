/** Only goes up. `inc` and `add` are the data plane's: a store into preallocated memory. */
export interface Counter {
  readonly name: string;
  inc(): void;
  add(amount: number): void;
}

/** Goes up and down. Each thread counts its share; the gauge that is exported is the sum of them. */
export interface Gauge {
  readonly name: string;
  inc(): void;
  dec(): void;
  add(amount: number): void;
  /** Sets the share of this thread, so a gauge that is ever `set` must be one thread's alone: the main one's. */
  set(value: number): void;
}

/** A distribution of non-negative values, milliseconds or counts. */
export interface Histogram {
  readonly name: string;
  record(value: number): void;
}

/**
 * Hands out stats by full name, the same object for the same name. Called when configuration arrives, or once for
 * a name that is first met later (a response code); never once a request.
 */
export interface StatsScope {
  counter(name: string): Counter;
  gauge(name: string): Gauge;
  histogram(name: string): Histogram;
  /** A scope whose names all start with `prefix` and a dot. */
  scope(prefix: string): StatsScope;
}
