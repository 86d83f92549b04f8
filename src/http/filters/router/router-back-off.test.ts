import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, statusOf } from "./router.test.support.js";
import { BAD, head, OK, retrying, WAITS_MS } from "./router-retry.test.support.js";

describe("waits between attempts", () => {
  test("up to 25, 50, 100, 200, 250 and 250 ms", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const run = retrying({ retry_on: "5xx", num_retries: 6 }, { seed, link: { latencyMs: 0 } });
      const client = run.get();
      for (const [index, windowMs] of [25, 50, 100, 200, 250, 250].entries()) {
        run.respond(BAD, run.origin(index));
        run.runFor(windowMs + 1);
        assert.equal(run.clusterStat("upstream_rq_total"), index + 2, `seed ${seed}, retry ${index + 1}`);
      }
      run.finish([client]);
    }
  });

  test("as the policy says", () => {
    const backOff = { base_interval: "1s", max_interval: "1s" };
    const run = retrying({ retry_on: "5xx", retry_back_off: backOff });
    const client = run.get();
    run.respond(BAD);
    run.runFor(1_001);
    assert.equal(run.clusterStat("upstream_rq_total"), 2);
    assert.equal(run.clusterStat("upstream_rq_retry_backoff_exponential"), 1);
    run.finish([client]);
  });

  test("as the upstream says", () => {
    const resetHeaders = [{ name: "retry-after" }, { name: "x-reset", format: "UNIX_TIMESTAMP" }];
    const policy = { retry_on: "5xx", rate_limited_retry_back_off: { reset_headers: resetHeaders } };
    const run = retrying(policy);
    const client = run.get();
    run.respond(head(503, "retry-after: 4"));
    run.runFor(3_900);
    assert.equal(run.clusterStat("upstream_rq_total"), 1);
    run.runFor(2_200);
    assert.equal(run.clusterStat("upstream_rq_total"), 2);
    assert.equal(run.clusterStat("upstream_rq_retry_backoff_ratelimited"), 1);
    run.finish([client]);
  });

  test("at once, where the host is not ready for early data, and nobody has sent any", () => {
    const policy = { retry_on: "retriable-status-codes", retriable_status_codes: [425] };
    const backOff = { base_interval: "10s" };
    const run = retrying({ ...policy, retry_back_off: backOff }, { link: { latencyMs: 0 } });
    const client = run.get();
    run.respond(head(425));
    run.runFor(1);
    assert.equal(run.clusterStat("upstream_rq_total"), 2);
    assert.equal(run.clusterStat("upstream_rq_retry_backoff_exponential"), 0);
    run.respond(OK);
    const early = run.send("GET / HTTP/1.1\r\nhost: a\r\nearly-data: 1\r\n\r\n");
    run.respond(head(425));
    assert.equal(statusOf(early.received), 425);
    run.finish([client, early]);
  });

  test("upstream.base_retry_backoff_ms, where the policy says nothing", () => {
    const run = retrying({ retry_on: "5xx" }, { runtime: { "upstream.base_retry_backoff_ms": 4_000 } });
    const client = run.get();
    run.respond(BAD);
    run.runFor(300);
    assert.equal(run.clusterStat("upstream_rq_total"), 1);
    run.runFor(4_000);
    assert.equal(run.clusterStat("upstream_rq_total"), 2);
    run.finish([client]);
  });

  test("its own, where the time that the upstream names is over", () => {
    for (const [format, value] of [
      ["SECONDS", "0"],
      ["UNIX_TIMESTAMP", "1"],
      ["SECONDS", "soon"],
    ]) {
      const resetHeaders = [{ name: "x-reset", format }];
      const run = retrying({ retry_on: "5xx", rate_limited_retry_back_off: { reset_headers: resetHeaders } });
      const client = run.get();
      run.respond(head(503, `x-reset: ${value}`));
      run.runFor(WAITS_MS);
      assert.deepEqual(
        [
          run.clusterStat("upstream_rq_retry_backoff_exponential"),
          run.clusterStat("upstream_rq_retry_backoff_ratelimited"),
        ],
        [1, 0],
      );
      run.finish([client]);
    }
  });

  test("the first of the headers that names a time it may wait for", () => {
    const resetHeaders = [{ name: "x-a" }, { name: "x-b" }, { name: "x-c" }];
    const policy = { rate_limited_retry_back_off: { reset_headers: resetHeaders, max_interval: "5s" } };
    const run = retrying({ retry_on: "5xx", ...policy });
    const client = run.get();
    run.respond(head(503, "x-a: 6", "x-c: 1", "x-b: 4"));
    run.runFor(3_900);
    assert.equal(run.clusterStat("upstream_rq_total"), 1);
    run.runFor(2_200);
    assert.equal(run.clusterStat("upstream_rq_total"), 2);
    run.finish([client]);
  });

  test("but not longer than it may", () => {
    const policy = {
      retry_on: "5xx",
      rate_limited_retry_back_off: { reset_headers: [{ name: "retry-after" }], max_interval: "1s" },
    };
    const run = retrying(policy);
    const client = run.get();
    run.respond(head(503, "retry-after: 4"));
    run.runFor(26);
    assert.equal(run.clusterStat("upstream_rq_total"), 2);
    run.finish([client]);
  });

  test("a host that has gone meanwhile", () => {
    const run = retrying({ retry_on: "5xx" });
    const client = run.get();
    run.respond(BAD);
    run.proxy.clusters.updateHosts("c", []);
    run.runFor(WAITS_MS);
    assert.equal(bodyOf(client.received), "no healthy upstream");
    assert.deepEqual(run.log, ["503 UH no_healthy_upstream 2"]);
    assert.equal(run.clusterStat("upstream_rq_503"), 1);
    run.finish([client]);
  });

  test("a client that leaves meanwhile", () => {
    const run = retrying({ retry_on: "5xx", retry_back_off: { base_interval: "1s" } });
    const client = run.get();
    run.respond(BAD);
    client.reset();
    run.runFor(2_000);
    assert.equal(run.clusterStat("upstream_rq_total"), 1);
    run.finish([client]);
  });

  test("the route's timeout goes on", () => {
    const policy = { retry_on: "5xx", num_retries: 9, retry_back_off: { base_interval: "10s", max_interval: "10s" } };
    const run = retrying(policy, { route: { timeout: "1s" } });
    const client = run.get();
    run.respond(BAD);
    run.runFor(1_200);
    assert.equal(statusOf(client.received), 504);
    assert.deepEqual(run.log, ["504 UT response_timeout 1"]);
    // No attempt was under way that could have counted.
    assert.deepEqual(run.clusterStats(/^upstream_rq_(5|timeout)/), {});
    run.finish([client]);
  });
});
