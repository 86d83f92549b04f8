import assert from "node:assert/strict";
import { test } from "node:test";
import { SafeRegex } from "../matching/safe-regex.js";
import { prometheusText } from "./prometheus.js";
import { StatsAggregator } from "./stats-aggregator.js";
import { statsJson } from "./stats-json.js";
import { type StatsFilter, selectStats } from "./stats-selection.js";
import { StatsStore } from "./stats-store.js";
import { statsText } from "./stats-text.js";
import { TagExtractor } from "./tag-extractor.js";

const ALL: StatsFilter = { usedOnly: false, pattern: null, type: "All" };

/** A small proxy's stats: the histogram `upstream_rq_time` has 5 and 2000 before the last flush, and 5 after. */
function example(): StatsAggregator {
  const aggregator = new StatsAggregator();
  const { root } = new StatsStore(aggregator.addSource());
  const b = root.scope("cluster").scope("b");
  const a = root.scope("cluster").scope('a"\\');
  b.counter("upstream_rq_200").add(3);
  a.counter("upstream_rq_200").add(4);
  a.counter("upstream_rq_503");
  a.gauge("upstream_cx_active").add(2);
  root.gauge("server.live").set(1);
  const time = b.histogram("upstream_rq_time");
  time.record(5);
  time.record(2000);
  aggregator.flush();
  time.record(5);
  root.histogram("server.initialization_time_ms");
  return aggregator;
}

test("text: counters and gauges by name, then histograms (last interval, since start)", () => {
  assert.equal(
    statsText(selectStats(example().all(), ALL), "none"),
    `cluster.a"\\.upstream_cx_active: 2
cluster.a"\\.upstream_rq_200: 4
cluster.a"\\.upstream_rq_503: 0
cluster.b.upstream_rq_200: 3
server.live: 1
cluster.b.upstream_rq_time: P0(5,5) P25(5.05,5.0375) P50(5.1,5.075) P75(2050,2025) P90(2080,2070) P95(2090,2085) P99(2098,2097) P99.5(2099,2098.5) P99.9(2099.8,2099.7) P100(2100,2100)
server.initialization_time_ms: No recorded values
`,
  );
});

test("text: buckets by Envoy's bounds, or all of them", () => {
  const selection = selectStats(example().all(), { ...ALL, pattern: new SafeRegex("rq_time") });
  assert.equal(
    statsText(selection, "cumulative"),
    "cluster.b.upstream_rq_time: B0.5(0,0) B1(0,0) B5(0,0) B10(1,2) B25(1,2) B50(1,2) B100(1,2) B250(1,2) B500(1,2) " +
      "B1000(1,2) B2500(2,3) B5000(2,3) B10000(2,3) B30000(2,3) B60000(2,3) B300000(2,3) B600000(2,3) B1.8e+06(2,3) " +
      "B3.6e+06(2,3)\n",
  );
  assert.match(statsText(selection, "disjoint"), /B5\(0,0\) B10\(1,2\) B25\(0,0\).* B2500\(1,1\) B5000\(0,0\)/);
  assert.match(
    statsText(selection, "detailed"),
    /^cluster\.b\.upstream_rq_time:\n {2}totals=5,0\.1:2, 2000,100:1\n {2}intervals=5,0\.1:1, 2000,100:1\n {2}summary=P0\(5,5\)/,
  );
});

test("filters: what is used, by pattern, by type", () => {
  const names = (filter: Partial<StatsFilter>): string[] => {
    const selection = selectStats(example().all(), { ...ALL, ...filter });
    return [...selection.values, ...selection.histograms].map((total) => total.name);
  };
  assert.deepEqual(names({ usedOnly: true, pattern: new SafeRegex("server|503") }), ["server.live"]);
  assert.deepEqual(names({ type: "Gauges" }), ['cluster.a"\\.upstream_cx_active', "server.live"]);
  assert.deepEqual(names({ type: "Counters", pattern: new SafeRegex("cluster\\.b") }), ["cluster.b.upstream_rq_200"]);
  assert.deepEqual(names({ type: "Histograms" }), ["cluster.b.upstream_rq_time", "server.initialization_time_ms"]);
  assert.deepEqual(names({ type: "TextReadouts" }), []);
});

test("JSON has all histograms in one entry, and null where there are no values", () => {
  const { stats } = JSON.parse(statsJson(selectStats(example().all(), ALL), "none"));
  assert.equal(stats.length, 6);
  assert.deepEqual(stats[4], { name: "server.live", value: 1 });
  assert.deepEqual(stats[5].histograms.supported_quantiles, [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100]);
  const [time, init] = stats[5].histograms.computed_quantiles;
  assert.equal(time.name, "cluster.b.upstream_rq_time");
  assert.deepEqual(time.values[9], { interval: 2100, cumulative: 2100 });
  assert.deepEqual(init.values[0], { interval: null, cumulative: null });
});

test("JSON of buckets", () => {
  const selection = selectStats(example().all(), { ...ALL, pattern: new SafeRegex("rq_time") });
  const [cumulative] = JSON.parse(statsJson(selection, "cumulative")).stats[0].histograms;
  assert.deepEqual(cumulative.buckets[3], { upper_bound: 10, interval: 1, cumulative: 2 });
  const [disjoint] = JSON.parse(statsJson(selection, "disjoint")).stats[0].histograms;
  assert.deepEqual(disjoint.buckets[4], { upper_bound: 25, interval: 0, cumulative: 0 });
  const [details] = JSON.parse(statsJson(selection, "detailed")).stats[0].histograms.details;
  assert.deepEqual(details.totals, [
    { lower_bound: 5, width: 0.1, count: 2 },
    { lower_bound: 2000, width: 100, count: 1 },
  ]);
});

test("Prometheus' text format", () => {
  const selection = selectStats(example().all(), { ...ALL, usedOnly: true });
  assert.equal(
    prometheusText(selection, new TagExtractor()),
    `# TYPE envoy_cluster_upstream_rq counter
envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a\\"\\\\"} 4
envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="b"} 3

# TYPE envoy_cluster_upstream_cx_active gauge
envoy_cluster_upstream_cx_active{envoy_cluster_name="a\\"\\\\"} 2

# TYPE envoy_server_live gauge
envoy_server_live{} 1

# TYPE envoy_cluster_upstream_rq_time histogram
${[
  ["0.5", 0],
  ["1", 0],
  ["5", 0],
  ["10", 2],
  ["25", 2],
  ["50", 2],
  ["100", 2],
  ["250", 2],
  ["500", 2],
  ["1000", 2],
  ["2500", 3],
  ["5000", 3],
  ["10000", 3],
  ["30000", 3],
  ["60000", 3],
  ["300000", 3],
  ["600000", 3],
  ["1800000", 3],
  ["3600000", 3],
  ["+Inf", 3],
]
  .map(([le, count]) => `envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="b",le="${le}"} ${count}\n`)
  .join("")}envoy_cluster_upstream_rq_time_sum{envoy_cluster_name="b"} 2010
envoy_cluster_upstream_rq_time_count{envoy_cluster_name="b"} 3

`,
  );
});

test("Prometheus: histograms as summaries", () => {
  const selection = selectStats(example().all(), { ...ALL, pattern: new SafeRegex("rq_time") });
  const text = prometheusText(selection, new TagExtractor(), "summary");
  assert.match(text, /^# TYPE envoy_cluster_upstream_rq_time summary\n/);
  assert.match(text, /_rq_time\{envoy_cluster_name="b",quantile="0\.995"\} 2099\n/);
  assert.match(text, /_rq_time_count\{envoy_cluster_name="b"\} 3\n/);
});
