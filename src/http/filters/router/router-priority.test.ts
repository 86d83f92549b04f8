import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, RouterRun, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const ROUTES = [
  { match: { prefix: "/high" }, route: { cluster: "c", priority: "HIGH" } },
  { match: { prefix: "/" }, route: { cluster: "c" } },
];

describe("priority of a route", () => {
  test("HIGH has connections and circuit breakers of its own", () => {
    const thresholds = [
      { max_connections: 1, max_pending_requests: 1 },
      { priority: "HIGH", max_connections: 1, max_pending_requests: 1 },
    ];
    const run = new RouterRun({ routes: ROUTES, cluster: { circuit_breakers: { thresholds } } });
    const clients = [run.get("/a"), run.get("/b"), run.get("/c"), run.get("/high/a")];
    assert.equal(statusOf(clients[2]?.received ?? ""), 503, "one is served, one waits");
    assert.match(run.origin(1).takeReceived(), /^GET \/high\/a /);
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(clients[3]?.received ?? ""), 200);
    const again = run.get("/high/b");
    assert.match(run.origin(1).takeReceived(), /^GET \/high\/b /, "the connection of the same priority");
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(again.received), 200);
    run.respond(OK, run.origin(0));
    run.respond(OK, run.origin(0));
    run.finish([...clients, again]);
  });
});

describe("max_connection_pools", () => {
  test("a request that would need one pool more finds no upstream", () => {
    const thresholds = [{ max_connection_pools: 1 }];
    const run = new RouterRun({ hosts: 2, cluster: { circuit_breakers: { thresholds } } });
    const clients = [run.get(), run.get()];
    const turnedAway = clients.find(({ received }) => received !== "");
    assert.equal(statusOf(turnedAway?.received ?? ""), 503);
    assert.equal(bodyOf(turnedAway?.received ?? ""), "no healthy upstream");
    assert.deepEqual(run.log, ["503 UH no_healthy_upstream"]);
    assert.deepEqual(run.clusterStats(/pool_overflow|^upstream_rq_(503|total)$/), {
      upstream_cx_pool_overflow: 1,
      upstream_rq_503: 1,
      upstream_rq_total: 1,
    });
    run.finish(clients);
  });
});
