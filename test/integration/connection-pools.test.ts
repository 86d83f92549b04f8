import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { labelsOf, readTimeline } from "../support/flow-timeline.js";
import { fieldOf } from "../support/http-message.js";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";
import { until } from "../support/until.js";

/*
 * What pools of connections do that is seen from outside: by the origins, and in the stats.
 */

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

function startOrigins(t: TestContext, count: number): Promise<ScriptedUpstream[]> {
  return Promise.all(Array.from({ length: count }, () => ScriptedUpstream.start(t, { handler: () => OK })));
}

const portsOf = (origins: readonly ScriptedUpstream[]) => origins.map(({ port }) => port);

const connectionsOf = (origins: readonly ScriptedUpstream[]) =>
  origins.reduce((sum, { connections }) => sum + connections.length, 0);

test("predictive_preconnect_ratio: the hosts of later requests have a connection before those come", async (t) => {
  const origins = await startOrigins(t, 3);
  const cluster = { preconnect_policy: { predictive_preconnect_ratio: 1.5 } };
  const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: portsOf(origins), cluster }), ["--flow"]);
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  assert.equal((await client.response()).status, 200);
  await until("two connections ahead", async () => connectionsOf(origins) === 3);
  for (let index = 0; index < 5; index++) {
    client.send(GET);
    assert.equal((await client.response()).status, 200);
  }
  assert.deepEqual(
    origins.map(({ connections }) => connections.length),
    [1, 1, 1],
  );
  const stats = await sluice.stats();
  assert.equal(stats.get("cluster.upstream.upstream_cx_total"), 3);
  assert.equal(stats.get("cluster.upstream.upstream_rq_total"), 6);
  assert.equal(stats.get("cluster.upstream.upstream_rq_pending_total"), 1, "the others found a connection");

  const { body } = await sluice.admin("/flow?stream=1");
  const timeline = readTimeline(body);
  assert.match(labelsOf(timeline), /B6 B3 B4 B5 B9 B9 B7a B7b B7c /);
  const ahead = timeline.steps.filter(({ label }) => label === "B9");
  assert.equal(new Set(ahead.map(({ text }) => text)).size, 2, "two hosts");
});

test("connection_pool_per_downstream_connection: what a client used ends with it, and nothing is left", async (t) => {
  const origins = await startOrigins(t, 1);
  const cluster = { connection_pool_per_downstream_connection: true };
  const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: portsOf(origins), cluster }));
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.connect(t, sluice.port)));
  for (let round = 0; round < 2; round++) {
    for (const client of clients) {
      client.send(GET);
      assert.equal((await client.response()).status, 200);
    }
  }
  assert.equal(connectionsOf(origins), 3, "one for each client, used twice");
  const active = async () => (await sluice.stats()).get("cluster.upstream.upstream_cx_active");
  assert.equal(await active(), 3);
  clients[0]?.end();
  await until("the first client's connection is closed", async () => (await active()) === 2);
  for (const client of clients) client.reset();
  await until("all are closed", async () => (await active()) === 0);
  const stats = await sluice.stats();
  assert.equal(stats.get("cluster.upstream.upstream_cx_destroy_local"), 3);
  for (const gauge of ["upstream_rq_active", "upstream_rq_pending_active"]) {
    assert.equal(stats.get(`cluster.upstream.${gauge}`), 0, gauge);
  }
});

test("per_endpoint_stats: each endpoint has its stats, those of all workers together", async (t) => {
  const origins = await startOrigins(t, 2);
  const cluster = { track_cluster_stats: { per_endpoint_stats: true } };
  const config = proxyConfig({ upstreamPorts: portsOf(origins), cluster });
  const sluice = await SluiceProcess.start(t, config, ["--concurrency", "2"]);
  const clients = await Promise.all([1, 2, 3, 4].map(() => RawClient.connect(t, sluice.port)));
  for (const client of clients) {
    client.send(GET);
    assert.equal((await client.response()).status, 200);
  }
  const { body } = await sluice.admin("/stats?filter=\\.endpoint\\.");
  const lines = body.trimEnd().split("\n");
  const names = ["cx_connect_fail", "cx_total", "rq_error", "rq_success", "rq_timeout", "rq_total"];
  const gauges = ["cx_active", "rq_active", "healthy"];
  assert.deepEqual(
    lines.map((line) => line.split(": ")[0]),
    portsOf(origins).flatMap((port) =>
      [...names, ...gauges].map((name) => `cluster.upstream.endpoint.127.0.0.1_${port}.${name}`),
    ),
  );
  const sum = (name: string) =>
    lines.filter((line) => line.includes(`.${name}: `)).reduce((all, line) => all + Number(line.split(": ")[1]), 0);
  assert.deepEqual(["rq_total", "rq_success", "rq_active", "healthy"].map(sum), [4, 4, 0, 2]);
  assert.equal(sum("cx_total"), connectionsOf(origins));

  const prometheus = (await sluice.admin("/stats/prometheus?filter=endpoint")).body;
  const [first, second] = portsOf(origins).map((port) => `envoy_endpoint_address="127.0.0.1:${port}"`);
  assert.ok(
    prometheus.endsWith(
      `# TYPE envoy_cluster_endpoint_healthy gauge\nenvoy_cluster_endpoint_healthy{envoy_cluster_name="upstream",${first}} 1\n` +
        `envoy_cluster_endpoint_healthy{envoy_cluster_name="upstream",${second}} 1\n\n# TYPE envoy_cluster_endpoint_rq_active gauge\n` +
        `envoy_cluster_endpoint_rq_active{envoy_cluster_name="upstream",${first}} 0\n` +
        `envoy_cluster_endpoint_rq_active{envoy_cluster_name="upstream",${second}} 0\n\n`,
    ),
    prometheus,
  );
  assert.match(prometheus, /^# TYPE envoy_cluster_endpoint_rq_total counter$/m);

  const json = JSON.parse((await sluice.admin("/stats?format=json&filter=endpoint.*rq_total")).body);
  assert.equal(json.stats.length, 2);
  assert.equal((await sluice.admin("/stats?type=Gauges&filter=endpoint.*rq_total")).body, "");
});

test("circuit breakers count for all workers, and their state is in the stats", async (t) => {
  const upstream = await ScriptedUpstream.start(t);
  const thresholds = [{ max_requests: 2, track_remaining: true }];
  const config = proxyConfig({ upstreamPorts: [upstream.port], cluster: { circuit_breakers: { thresholds } } });
  const sluice = await SluiceProcess.start(t, config, ["--concurrency", "2"]);
  const request = async () => {
    const client = await RawClient.connect(t, sluice.port);
    client.send(GET);
    return client;
  };
  const serve = async () => {
    const connection = await upstream.accept();
    await connection.expectHead("GET / ");
    return connection;
  };
  const breakers = async () => {
    const stats = await sluice.stats();
    return ["rq_open", "remaining_rq"].map((name) => stats.get(`cluster.upstream.circuit_breakers.default.${name}`));
  };
  assert.deepEqual(await breakers(), [0, 2]);
  const served = [await request(), await request()];
  const connections = [await serve(), await serve()];
  assert.deepEqual(await breakers(), [1, 0]);

  const refused = await (await request()).response();
  assert.equal(refused.status, 503);
  assert.equal(fieldOf(refused, "x-envoy-overloaded"), "true");
  assert.match(refused.body.toString(), /reset reason: overflow$/);
  const stats = await sluice.stats();
  assert.equal(stats.get("cluster.upstream.upstream_rq_pending_overflow"), 1);
  assert.equal(stats.get("cluster.upstream.upstream_rq_total"), 2, "it never began");

  for (const connection of connections) connection.send(OK);
  for (const client of served) assert.equal((await client.response()).status, 200);
  await until("both have ended", async () => (await breakers()).join() === "0,2");
});
