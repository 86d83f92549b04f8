import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { StatsAggregator } from "./stats-aggregator.js";
import type { Counting } from "./stats-aggregator.test.worker.js";
import type { StatsMessage } from "./stats-reporter.js";
import { StatsStore } from "./stats-store.js";

const THREADS = 4;
const ROUNDS = 600_000;

/** Runs one counting thread to its end, reading totals all the while as an export would. */
function count(aggregator: StatsAggregator, counting: Counting): Promise<void> {
  const source = aggregator.addSource();
  const worker = new Worker(new URL("./stats-aggregator.test.worker.js", import.meta.url), { workerData: counting });
  return new Promise((resolve, reject) => {
    let last = 0;
    worker.on("error", reject);
    worker.on("message", (message: StatsMessage | "done") => {
      if (message !== "done") {
        source.receive(message);
        const now = aggregator.value("shared") ?? 0;
        assert.ok(now >= last, "a counter went down");
        last = now;
        return;
      }
      worker.terminate().then(() => resolve(), reject);
    });
  });
}

test("counts of several threads add up exactly", async () => {
  const aggregator = new StatsAggregator();
  const main = new StatsStore(aggregator.addSource()).root;
  main.counter("shared").add(11);
  main.gauge("active").set(5);
  const threads = Array.from({ length: THREADS }, (_, i) => i + 1);
  await Promise.all(threads.map((thread) => count(aggregator, { thread, rounds: ROUNDS })));

  assert.equal(aggregator.value("shared"), 11 + THREADS * ROUNDS);
  assert.equal(aggregator.value("active"), 5 + THREADS * (ROUNDS - Math.ceil(ROUNDS / 3)));
  for (const thread of threads) assert.equal(aggregator.value(`own.${thread}`), ROUNDS);
  assert.equal(aggregator.value("late.599900"), 1 + 2 + 3 + 4);
  const time = aggregator.histogram("time")?.cumulative();
  assert.equal(time?.count, THREADS * ROUNDS);
  assert.equal(time?.sum, (THREADS * ROUNDS * 999) / 2);
});

test("an interval holds what was recorded between two flushes", () => {
  const aggregator = new StatsAggregator();
  const first = new StatsStore(aggregator.addSource()).root.histogram("h");
  const second = new StatsStore(aggregator.addSource()).root.histogram("h");
  const histogram = aggregator.histogram("h");
  assert.ok(histogram !== null);
  first.record(1);
  second.record(250);
  assert.equal(histogram.interval().count, 0);
  aggregator.flush();
  assert.deepEqual(histogram.interval(), histogram.cumulative());
  first.record(0);
  first.record(1);
  second.record(1);
  aggregator.flush();
  assert.deepEqual(histogram.interval().counts, [1, 2]);
  assert.equal(histogram.interval().sum, 2);
  assert.equal(histogram.cumulative().sum, 253);
  aggregator.flush();
  assert.equal(histogram.interval().count, 0);
});
