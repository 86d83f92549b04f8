import { parentPort, workerData } from "node:worker_threads";
import { StatsReporter } from "./stats-reporter.js";
import { StatsStore } from "./stats-store.js";

/** What the test tells each of its threads. */
export interface Counting {
  readonly thread: number;
  readonly rounds: number;
}

const { thread, rounds } = workerData as Counting;
// This thread never gets to another turn, so growth is posted at once: the other side reads while this one counts.
const reporter = new StatsReporter((message) => parentPort?.postMessage(message), { post: (task) => task.run() });
const { root } = new StatsStore(reporter);
const shared = root.counter("shared");
const active = root.gauge("active");
const time = root.histogram("time");

for (let i = 0; i < rounds; i++) {
  shared.inc();
  active.inc();
  if (i % 3 === 0) active.dec();
  time.record(i % 1000);
  // Stats that come up on the way, some of them on one thread only, until several chunks are full.
  if (i % 100 === 0) root.counter(`late.${i % 700_000}`).add(thread);
}
root.counter(`own.${thread}`).add(rounds);
// Posted after everything was counted, so its receiver sees it all.
parentPort?.postMessage("done");
