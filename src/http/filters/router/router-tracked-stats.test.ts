import assert from "node:assert/strict";
import { test } from "node:test";
import { RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const POST = "POST /abc HTTP/1.1\r\nhost: a\r\nx-long: 0123456789\r\ncontent-length: 5\r\n\r\nhello";
const REQUEST_HISTOGRAM = "upstream_rq_timeout_budget_percent_used";
const TRY_HISTOGRAM = "upstream_rq_timeout_budget_per_try_percent_used";

function trackedRun(route: object, tracked: object, more: Partial<RouterRunOptions> = {}): RouterRun {
  return new RouterRun({
    ...more,
    routes: [{ match: { prefix: "/" }, route: { cluster: "c", ...route } }],
    router: { suppress_envoy_headers: true },
    manager: { generate_request_id: false },
    cluster: { track_cluster_stats: tracked },
  });
}

test("sizes of heads and bodies, and numbers of fields, when an attempt is over", () => {
  const run = trackedRun({}, { request_response_sizes: true });
  const client = run.send(POST);
  const upstream = run.origin().received;
  run.respond("HTTP/1.1 200 OK\r\nx-a: 1234\r\ncontent-length: 3\r\n\r\nabc");
  assert.equal(run.clusterStat("upstream_rq_body_size"), 5);
  assert.equal(run.clusterStat("upstream_rs_body_size"), 3);
  assert.equal(run.clusterStat("upstream_rs_headers_size"), ":status200x-a1234content-length3".length);
  const fields = upstream.split("\r\n\r\n")[0]?.split("\r\n").slice(1) ?? [];
  const names = fields.map((line) => line.replace(/^host: /, ":authority").replace(": ", "")).join("");
  assert.equal(run.clusterStat("upstream_rq_headers_size"), `${names}:methodPOST:path/abc:schemehttp`.length);
  assert.equal(run.clusterStat("upstream_rs_headers_count"), 3);
  // `host` is there as `:authority`.
  assert.equal(run.clusterStat("upstream_rq_headers_count"), fields.length + 3);
  assert.equal(run.clusterStat(REQUEST_HISTOGRAM), 0);
  run.finish([client]);
});

test("how much of its time a request and its last try have used", () => {
  const run = trackedRun({ timeout: "4s", retry_policy: { per_try_timeout: "2s" } }, { timeout_budgets: true });
  const client = run.send(POST);
  run.runFor(1_000);
  run.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  assert.equal(run.clusterStat(REQUEST_HISTOGRAM), 25);
  assert.equal(run.clusterStat(TRY_HISTOGRAM), 50);
  assert.equal(run.clusterStat("upstream_rq_body_size"), 0);
  run.finish([client]);
});

test("all of it when the time is up, and of the try nothing is told", () => {
  const run = trackedRun({ timeout: "1s", retry_policy: { per_try_timeout: "4s" } }, { timeout_budgets: true });
  const client = run.send(POST);
  run.runFor(1_200);
  assert.equal(statusOf(client.received), 504);
  assert.equal(run.clusterStat(REQUEST_HISTOGRAM), 100);
  assert.equal(run.clusterStat(TRY_HISTOGRAM), 0);
  run.finish([client]);
});
