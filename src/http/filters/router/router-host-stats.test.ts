import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostStats } from "../../../upstream/host.js";
import { RouterRun } from "./router.test.support.js";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";

function hostStats(run: RouterRun): Pick<HostStats, "rqSuccess" | "rqError" | "rqTimeout"> {
  const [host] = run.proxy.clusters.get("c")?.prioritySet.hosts ?? [];
  assert.ok(host);
  const { rqSuccess, rqError, rqTimeout } = host.stats;
  return { rqSuccess, rqError, rqTimeout };
}

function watchedRun(timeout: string): RouterRun {
  return new RouterRun({
    routes: [{ match: { prefix: "/" }, route: { cluster: "c", timeout } }],
    cluster: { outlier_detection: { consecutive_5xx: 1, max_ejection_percent: 100 } },
  });
}

test("a response that breaks off was a success when its head came", () => {
  const run = watchedRun("0s");
  const client = run.get();
  run.respond(HEAD);
  run.origin().reset();
  run.run();
  assert.deepEqual(hostStats(run), { rqSuccess: 1, rqError: 0, rqTimeout: 0 });
  run.finish([client]);
});

test("one that does not come to its end in time too, and its host has not failed", () => {
  const run = watchedRun("1s");
  const client = run.get();
  run.respond(HEAD);
  run.runFor(1_200);
  assert.deepEqual(hostStats(run), { rqSuccess: 1, rqError: 0, rqTimeout: 1 });
  assert.equal(run.clusterStat("upstream_rq_timeout"), 1);
  assert.equal(run.clusterStat("outlier_detection.ejections_active"), 0);
  run.finish([client]);
});

test("one that does not begin in time is an error", () => {
  const run = watchedRun("1s");
  const client = run.get();
  run.runFor(1_200);
  assert.deepEqual(hostStats(run), { rqSuccess: 0, rqError: 1, rqTimeout: 1 });
  assert.equal(run.clusterStat("outlier_detection.ejections_active"), 1);
  run.finish([client]);
});
