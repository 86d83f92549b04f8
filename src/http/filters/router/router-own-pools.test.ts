import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const ROUTES = [
  { match: { prefix: "/high" }, route: { cluster: "c", priority: "HIGH" } },
  { match: { prefix: "/" }, route: { cluster: "c" } },
];

function runOf(options: RouterRunOptions = {}): RouterRun {
  return new RouterRun({
    ...options,
    routes: ROUTES,
    cluster: { connection_pool_per_downstream_connection: true, ...options.cluster },
  });
}

const fates = (run: RouterRun) => run.upstreams.flatMap(({ accepted }) => accepted.map(({ fate }) => fate));

describe("connection_pool_per_downstream_connection", () => {
  test("clients share no connection, and each keeps its own", () => {
    const run = runOf();
    const [one, other] = [run.get("/1"), run.get("/2")];
    run.respond(OK, run.origin(0));
    run.respond(OK, run.origin(1));
    // The second client's connection was used last, and would be taken first.
    run.get("/3", one);
    assert.match(run.origin(0).received, /^GET \/1 .*^GET \/3 /ms);
    assert.doesNotMatch(run.origin(1).received, /GET \/3 /);
    run.respond(OK, run.origin(0));
    assert.equal(run.upstreams[0]?.accepted.length, 2);
    run.finish([one, other]);
  });

  test("they end with the client's connection, those of others stay", () => {
    const run = runOf();
    const [one, other] = [run.get("/1"), run.get("/2")];
    run.respond(OK, run.origin(0));
    run.respond(OK, run.origin(1));
    one.close();
    run.run();
    assert.deepEqual(fates(run), ["closed", "open"]);
    assert.equal(run.cluster.resources.connectionPools.count, 1);
    run.finish([other]);
  });

  test("each priority has its own, and all of them end", () => {
    const run = runOf();
    const client = run.get("/1");
    run.respond(OK, run.origin(0));
    run.get("/high", client);
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(client.takeReceived()), 200);
    client.close();
    run.run();
    assert.deepEqual(fates(run), ["closed", "closed"]);
    assert.equal(run.cluster.resourcesOf("high").connectionPools.count, 0);
    run.finish();
  });

  test("a connection that is still being made is given up with its client", () => {
    const run = runOf({ connect: "blackHole" });
    const client = run.get();
    assert.equal(run.clusterStat("upstream_cx_active"), 1);
    client.reset();
    run.run();
    assert.equal(run.clusterStat("upstream_cx_active"), 0);
    assert.equal(run.clusterStat("upstream_rq_cancelled"), 1);
    run.finish();
  });

  test("connections ahead are the client's own, too", () => {
    const run = runOf({ hosts: 3, cluster: { preconnect_policy: { predictive_preconnect_ratio: 1.5 } } });
    const client = run.get();
    assert.equal(fates(run).length, 3);
    client.close();
    run.run();
    assert.ok(!fates(run).includes("open"));
    assert.equal(run.cluster.resources.connectionPools.count, 0);
    run.finish();
  });

  test("a host that is gone takes them along, and the next request gets others", () => {
    const run = runOf({ hosts: 2, cluster: { common_lb_config: { close_connections_on_host_set_change: true } } });
    const client = run.get("/1");
    const [first] = run.upstreams.flatMap(({ accepted }) => accepted);
    run.respond(OK, first);
    run.proxy.clusters.updateHosts("c", run.cluster.info.endpoints.slice(0, 1));
    run.run();
    assert.equal(first?.fate, "closed");
    run.get("/2", client);
    assert.equal(run.cluster.resources.connectionPools.count, 1);
    const origin = run.upstreams[0]?.accepted.at(-1);
    run.respond(OK, origin);
    client.close();
    run.run();
    assert.equal(origin?.fate, "closed");
    run.finish();
  });
});
