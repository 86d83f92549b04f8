import type { Counter, Gauge, Histogram, StatsScope } from "./stat.js";

class NoStat implements Counter, Gauge, Histogram {
  readonly name = "";

  inc(): void {}

  dec(): void {}

  add(): void {}

  set(): void {}

  record(): void {}
}

const NO_STAT = new NoStat();

/** Stats of what only tries something out: nobody counts. */
export const NO_STATS: StatsScope = {
  counter: () => NO_STAT,
  gauge: () => NO_STAT,
  histogram: () => NO_STAT,
  scope: () => NO_STATS,
};
