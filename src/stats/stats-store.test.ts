import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../common/assert.js";
import { StatsAggregator } from "./stats-aggregator.js";
import { CHUNK_SLOTS, type SlotDefinition, type StatsGrowth } from "./stats-growth.js";
import { type StatsMessage, StatsReporter } from "./stats-reporter.js";
import { StatsStore } from "./stats-store.js";
import { sanitizeStatName } from "./store-scope.js";

class RecordedGrowth implements StatsGrowth {
  readonly chunks: SharedArrayBuffer[] = [];
  readonly definitions: SlotDefinition[] = [];

  onChunk(chunk: number, buffer: SharedArrayBuffer): void {
    assert.equal(chunk, this.chunks.length);
    this.chunks.push(buffer);
  }

  onDefinition(definition: SlotDefinition): void {
    this.definitions.push(definition);
  }
}

test("the same name gives the same stat, through whatever scope", () => {
  const growth = new RecordedGrowth();
  const { root } = new StatsStore(growth);
  const scope = root.scope("cluster").scope("a");
  assert.equal(scope.counter("rq"), root.counter("cluster.a.rq"));
  assert.equal(scope.gauge("active"), root.gauge("cluster.a.active"));
  assert.equal(scope.histogram("time"), root.histogram("cluster.a.time"));
  assert.equal(scope.counter("rq").name, "cluster.a.rq");
  assert.equal(growth.definitions.length, 3);
});

test("one name cannot be two kinds of stat", () => {
  const store = new StatsStore(new RecordedGrowth());
  store.root.counter("x");
  assert.throws(() => store.root.gauge("x"), AssertionError);
  assert.throws(() => store.root.histogram("x"), AssertionError);
});

test("threads that disagree about a stat's kind are a bug", () => {
  const aggregator = new StatsAggregator();
  new StatsStore(aggregator.addSource()).root.counter("x");
  const other = new StatsStore(aggregator.addSource());
  assert.throws(() => other.root.gauge("x"), AssertionError);
});

test("chunks are reported before what stands in them, and stats never straddle two", () => {
  const growth = new RecordedGrowth();
  const { root } = new StatsStore(growth);
  const histogram = root.histogram("h");
  for (let i = 0; i < CHUNK_SLOTS - 50; i++) root.counter(`c${i}`);
  assert.equal(growth.chunks.length, 1);
  histogram.record(5); // 90 slots do not fit any more
  assert.equal(growth.chunks.length, 2);
  assert.deepEqual(growth.definitions.at(-1), { index: CHUNK_SLOTS, kind: "decade", name: "h", decade: 3 });
  histogram.record(6);
  assert.equal(growth.definitions.length, CHUNK_SLOTS - 50 + 2);
});

test("counting reaches the total at once on the same thread", () => {
  const aggregator = new StatsAggregator();
  const { root } = new StatsStore(aggregator.addSource());
  const counter = root.counter("c");
  const gauge = root.gauge("g");
  counter.inc();
  counter.add(41);
  gauge.inc();
  gauge.inc();
  gauge.dec();
  gauge.add(9);
  assert.equal(aggregator.value("c"), 42);
  assert.equal(aggregator.value("g"), 10);
  gauge.set(3);
  assert.equal(aggregator.value("g"), 3);
  assert.equal(aggregator.value("unknown"), null);
});

test("a stat is used once it was written, even if it is 0 again", () => {
  const aggregator = new StatsAggregator();
  const { root } = new StatsStore(aggregator.addSource());
  const used = (): string[] => aggregator.all().flatMap((total) => (total.used ? [total.name] : []));
  const gauge = root.gauge("g");
  const counter = root.counter("c");
  const histogram = root.histogram("h");
  root.gauge("set").set(0);
  assert.deepEqual(used(), ["set"]);
  gauge.inc();
  gauge.dec();
  counter.add(0);
  histogram.record(0);
  assert.deepEqual(used(), ["c", "g", "h", "set"]);
  aggregator.resetCounters();
  assert.deepEqual(used(), ["c", "g", "h", "set"]);
});

test("resetting zeroes counters only, and they count on from there", () => {
  const aggregator = new StatsAggregator();
  const first = new StatsStore(aggregator.addSource()).root;
  const second = new StatsStore(aggregator.addSource()).root;
  first.counter("c").add(5);
  second.counter("c").add(7);
  first.gauge("g").add(2);
  first.histogram("h").record(1);
  aggregator.resetCounters();
  assert.equal(aggregator.value("c"), 0);
  assert.equal(aggregator.value("g"), 2);
  assert.equal(aggregator.histogram("h")?.cumulative().count, 1);
  second.counter("c").inc();
  assert.equal(aggregator.value("c"), 1);
});

test("the reporter gathers a turn's growth into one message of plain data", () => {
  const messages: StatsMessage[] = [];
  const tasks: { run(): void }[] = [];
  const reporter = new StatsReporter((message) => messages.push(message), { post: (task) => tasks.push(task) });
  const { root } = new StatsStore(reporter);
  const counter = root.counter("a");
  root.counter("b");
  counter.inc();
  assert.equal(messages.length, 0);
  assert.equal(tasks.length, 1);
  tasks.pop()?.run();
  assert.equal(messages.length, 1);
  root.counter("c");
  reporter.flush();
  tasks.pop()?.run();
  assert.equal(messages.length, 2);

  const aggregator = new StatsAggregator();
  const source = aggregator.addSource();
  for (const message of messages) source.receive(structuredClone(message));
  assert.deepEqual(
    aggregator.all().map((total) => total.name),
    ["a", "b", "c"],
  );
  counter.inc();
  assert.equal(aggregator.value("a"), 2);
});

test("names from configuration are cleaned as in Envoy", () => {
  assert.equal(sanitizeStatName("127.0.0.1:80"), "127.0.0.1_80");
  assert.equal(sanitizeStatName("http://x:1"), "http_x_1");
  assert.equal(sanitizeStatName(".a.b."), "a.b");
  assert.equal(sanitizeStatName("."), "");
  assert.equal(sanitizeStatName("a\nb: 1"), "a_b_ 1");
});
