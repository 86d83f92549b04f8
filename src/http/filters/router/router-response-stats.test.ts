import assert from "node:assert/strict";
import { test } from "node:test";
import { RouterRun, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

test("responses count by who asked for them", () => {
  const run = new RouterRun({
    manager: {
      use_remote_address: true,
      internal_address_config: { cidr_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 8 }] },
    },
  });
  const clients = [run.get()];
  run.respond(OK);
  clients.push(run.send("GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 10.1.1.1\r\n\r\n"));
  run.respond("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n");
  const external = { upstream_rq_200: 1, upstream_rq_2xx: 1, upstream_rq_404: 1, upstream_rq_4xx: 1 };
  assert.deepEqual(
    run.clusterStats(/^external\.upstream_rq_[\dc]/),
    withPrefix("external.", { ...external, upstream_rq_completed: 2 }),
  );
  assert.equal(run.clusterStat("upstream_rq_completed"), 2);
  run.finish(clients);
});

test("an internal client's", () => {
  const run = new RouterRun({
    manager: {
      internal_address_config: { cidr_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 8 }] },
      xff_num_trusted_hops: 0,
    },
  });
  const client = run.send("GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 10.1.1.1\r\n\r\n");
  run.respond(OK);
  assert.equal(statusOf(client.received), 200);
  assert.deepEqual(
    run.clusterStats(/^(ex|in)ternal\.upstream_rq_[\dc]/),
    withPrefix("internal.", { upstream_rq_200: 1, upstream_rq_2xx: 1, upstream_rq_completed: 1 }),
  );
  run.finish([client]);
});

test("of hosts on trial, by metadata or by what they say; responses that are tried again count apart", () => {
  const run = new RouterRun({ route: { retry_policy: { retry_on: "5xx", num_retries: 1 } } });
  const clients = [run.get()];
  run.respond("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
  run.runFor(100);
  run.respond("HTTP/1.1 200 OK\r\nx-envoy-upstream-canary: true\r\ncontent-length: 0\r\n\r\n");
  assert.deepEqual(run.clusterStats(/^(canary|retry)\.upstream_rq_[\dc]/), {
    ...withPrefix("canary.", { upstream_rq_200: 1, upstream_rq_2xx: 1, upstream_rq_completed: 1 }),
    ...withPrefix("retry.", { upstream_rq_503: 1, upstream_rq_5xx: 1, upstream_rq_completed: 1 }),
  });
  run.finish(clients);
});

test("none, without dynamic_stats", () => {
  const run = new RouterRun({ router: { dynamic_stats: false }, route: { retry_policy: { retry_on: "5xx" } } });
  const clients = [run.get()];
  run.respond("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
  run.runFor(100);
  run.respond(OK);
  assert.equal(statusOf(clients[0]?.received ?? ""), 200);
  assert.deepEqual(run.clusterStats(/^(external\.)?upstream_rq_(\d|completed|time)/), {});
  // What is dropped for another attempt counts all the same, and so do attempts.
  assert.equal(run.clusterStat("retry.upstream_rq_503"), 1);
  assert.equal(run.clusterStat("upstream_rq_total"), 2);
  run.finish(clients);
});

test("not by status for gRPC, with suppress_grpc_request_failure_code_stats", () => {
  const run = new RouterRun({
    router: { suppress_grpc_request_failure_code_stats: true },
    route: { retry_policy: { retry_on: "5xx" } },
  });
  const post = (type: string) =>
    run.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: 0\r\n\r\n`);
  const bad = "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n";
  const clients = [post("application/grpc")];
  run.respond(bad);
  run.runFor(100);
  run.respond(bad);
  assert.deepEqual(run.clusterStats(/upstream_rq_(\d|completed)/), {
    ...withPrefix("external.", { upstream_rq_completed: 1 }),
    ...withPrefix("retry.", { upstream_rq_completed: 1 }),
    upstream_rq_completed: 1,
  });
  clients.push(post("text/plain"));
  run.respond(OK);
  assert.equal(run.clusterStat("upstream_rq_200"), 1);
  run.finish(clients);
});

function withPrefix(prefix: string, stats: { [name: string]: number }): { [name: string]: number } {
  return Object.fromEntries(Object.entries(stats).map(([name, value]) => [prefix + name, value]));
}
