import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { StatsAggregator } from "../../stats/stats-aggregator.js";
import { StatsStore } from "../../stats/stats-store.js";
import { TagExtractor } from "../../stats/tag-extractor.js";
import { AdminUnderTest } from "./admin-server.test.support.js";

async function start(t: TestContext): Promise<AdminUnderTest> {
  const totals = new StatsAggregator();
  const { root } = new StatsStore(totals.addSource());
  const cluster = root.scope("cluster").scope("a");
  cluster.counter("upstream_rq_200").add(3);
  cluster.counter("upstream_rq_500");
  cluster.gauge("upstream_cx_active").add(2);
  cluster.histogram("upstream_rq_time").record(7);
  const uptime = root.gauge("server.uptime");
  let seconds = 0;
  return AdminUnderTest.start(t, {
    stats: { totals, tags: new TagExtractor(), refresh: () => uptime.set(++seconds), endpoints: async () => [] },
  });
}

test("/stats as text, refreshed each time", async (t) => {
  const admin = await start(t);
  assert.equal((await admin.get("/stats?type=Gauges")).body, "cluster.a.upstream_cx_active: 2\nserver.uptime: 1\n");
  assert.equal((await admin.get("/stats?filter=^server")).body, "server.uptime: 2\n");
  const { body } = await admin.get("/stats?usedonly&filter=rq_");
  assert.match(body, /^cluster\.a\.upstream_rq_200: 3\ncluster\.a\.upstream_rq_time: P0\(nan,7\) P25\(nan,7\.025\) /);
});

test("/stats as JSON and in Prometheus' format", async (t) => {
  const admin = await start(t);
  assert.deepEqual(await admin.json("/stats?format=json&type=Counters"), {
    stats: [
      { name: "cluster.a.upstream_rq_200", value: 3 },
      { name: "cluster.a.upstream_rq_500", value: 0 },
    ],
  });
  const byParameter = await admin.get("/stats?format=prometheus&filter=rq_200");
  const byPath = await admin.get("/stats/prometheus?filter=rq_200");
  assert.equal(byPath.body, byParameter.body);
  assert.equal(
    byPath.body,
    '# TYPE envoy_cluster_upstream_rq counter\nenvoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a"} 3\n\n',
  );
  assert.match((await admin.get("/stats/prometheus?histogram_buckets=summary")).body, /_rq_time summary\n/);
});

test("a parameter that says nothing counts as absent, one that is wrong is a 400", async (t) => {
  const admin = await start(t);
  assert.equal((await admin.get("/stats?format=&type=&histogram_buckets=&filter=")).status, 200);
  const cases: [string, string][] = [
    ["format=xml", "usage: /stats?format=(json|prometheus|text)\n\n"],
    ["filter=(", "Invalid regex\n"],
    ["type=counters", "invalid &type= param\n"],
    ["histogram_buckets=all", "usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|none|summary)\n"],
  ];
  for (const [query, text] of cases) {
    const { status, body } = await admin.get(`/stats?${query}`);
    assert.equal(status, 400, query);
    assert.equal(body, text);
  }
});

test("/reset_counters leaves gauges and histograms", async (t) => {
  const admin = await start(t);
  assert.equal((await admin.get("/reset_counters")).status, 405);
  assert.equal((await admin.post("/reset_counters")).body, "OK\n");
  const { body } = await admin.get("/stats?filter=cluster&histogram_buckets=disjoint");
  assert.match(body, /upstream_cx_active: 2\ncluster\.a\.upstream_rq_200: 0\n/);
  assert.match(body, /upstream_rq_time: B0\.5\(0,0\) B1\(0,0\) B5\(0,0\) B10\(0,1\)/);
});
