import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fieldsOf, RouterRun, statusOf } from "./router.test.support.js";

const SUPPRESS = { router: { suppress_envoy_headers: true } };

describe("what the upstream is told", () => {
  test("how long the client is willing to wait", () => {
    for (const [route, expected] of [
      [{}, "15000"],
      [{ timeout: "0.25s" }, "250"],
      [{ timeout: "0s" }, undefined],
    ] as const) {
      const run = new RouterRun({ route });
      const client = run.get();
      assert.equal(fieldsOf(run.origin().received).get("x-envoy-expected-rq-timeout-ms"), expected);
      run.finish([client]);
    }
  });

  test("nothing of Envoy's own when that is suppressed", () => {
    const run = new RouterRun({ ...SUPPRESS, route: { prefix_rewrite: "/new" } });
    const client = run.get("/x");
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert.match(run.origin().received, /^GET \/newx HTTP\/1.1\r\n/);
    assert.doesNotMatch(run.origin().received, /x-envoy-/);
    assert.doesNotMatch(client.received, /x-envoy-/);
    run.finish([client]);
  });
});

describe("prefix rewrite", () => {
  const REWRITES: readonly (readonly [object, string, string, string])[] = [
    [{ prefix: "/api" }, "/v1", "/api/users?a=/api", "/v1/users?a=/api"],
    [{ prefix: "/api" }, "/v1", "/api", "/v1"],
    [{ prefix: "/api" }, "/v1", "/api?q", "/v1?q"],
    [{ prefix: "/api/" }, "/", "/api/users", "/users"],
    [{ path: "/exact" }, "/other", "/exact?a=1", "/other?a=1"],
    [{ path_separated_prefix: "/x" }, "/", "/x/rest", "//rest"],
    [{ prefix: "/API", case_sensitive: false }, "/v1", "/aPi/Users", "/v1/Users"],
  ];
  for (const [match, rewrite, path, expected] of REWRITES) {
    test(`${JSON.stringify(match)} to ${rewrite}: ${path} becomes ${expected}`, () => {
      const run = new RouterRun({ routes: [{ match, route: { cluster: "c", prefix_rewrite: rewrite } }] });
      const client = run.get(path);
      const received = run.origin().received;
      assert.equal(received.split(" ")[1], expected);
      assert.equal(fieldsOf(received).get("x-envoy-original-path"), path);
      run.finish([client]);
    });
  }

  test("without a rewrite the path is left alone, and nothing is said of it", () => {
    const run = new RouterRun();
    const client = run.get("/a/../b?c");
    assert.equal(run.origin().received.split(" ")[1], "/a/../b?c");
    assert.equal(fieldsOf(run.origin().received).has("x-envoy-original-path"), false);
    run.finish([client]);
  });
});

describe("host rewrite", () => {
  const REWRITES: readonly (readonly [object, string, string])[] = [
    [{}, "", "a"],
    [{ host_rewrite_literal: "other.test:81" }, "", "other.test:81"],
    [{ auto_host_rewrite: true }, "name.test", "name.test"],
    [{ auto_host_rewrite: true }, "name.test:81", "name.test:81"],
    [{ auto_host_rewrite: true }, "", "a"],
  ];
  for (const [route, hostname, expected] of REWRITES) {
    test(`${JSON.stringify(route)}, endpoint named "${hostname}": ${expected}`, () => {
      const run = new RouterRun({ route, hostname });
      const client = run.get();
      assert.equal(fieldsOf(run.origin().received).get("host"), expected);
      run.finish([client]);
    });
  }
});

describe("x-envoy-upstream-service-time", () => {
  test("milliseconds from the complete request to the response's head", () => {
    const run = new RouterRun({ link: { latencyMs: 0 } });
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n");
    run.runFor(500);
    client.send("body");
    run.run();
    run.runFor(70);
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n");
    assert.equal(fieldsOf(client.received).get("x-envoy-upstream-service-time"), "70");
    run.runFor(5);
    run.respond("ok");
    assert.equal(run.clusterStat("upstream_rq_time"), 75);
    run.finish([client]);
  });

  test("left out when the response comes before the request is complete", () => {
    const run = new RouterRun();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n");
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert.equal(statusOf(client.received), 200);
    assert.equal(fieldsOf(client.received).has("x-envoy-upstream-service-time"), false);
    run.finish([client]);
  });

  test("what the upstream says itself is overwritten", () => {
    const run = new RouterRun({ link: { latencyMs: 0 } });
    const client = run.get();
    run.respond("HTTP/1.1 200 OK\r\nx-envoy-upstream-service-time: 9999\r\ncontent-length: 0\r\n\r\n");
    assert.equal(fieldsOf(client.received).get("x-envoy-upstream-service-time"), "0");
    run.finish([client]);
  });
});

describe("what is counted and logged of a response", () => {
  test("status classes, hosts, and the connection that was used", () => {
    const run = new RouterRun({
      logFormat:
        "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %UPSTREAM_HOST% %UPSTREAM_CLUSTER% %UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    });
    const client = run.connect();
    for (const status of [200, 404, 503]) {
      run.get("/", client);
      run.respond(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`);
    }
    assert.deepEqual(
      run.log,
      [200, 404, 503].map((status) => `${status} via_upstream 10.0.0.1:80 c 10.0.0.1:80 1`),
    );
    assert.deepEqual(run.clusterStats(/^upstream_rq_(\d|completed|total)/), {
      upstream_rq_200: 1,
      upstream_rq_2xx: 1,
      upstream_rq_404: 1,
      upstream_rq_4xx: 1,
      upstream_rq_503: 1,
      upstream_rq_5xx: 1,
      upstream_rq_completed: 3,
      upstream_rq_total: 3,
    });
    const { rqSuccess, rqError, rqTotal } = run.cluster.prioritySet.hosts[0]?.stats ?? {};
    assert.deepEqual([rqSuccess, rqError, rqTotal], [2, 1, 3]);
    run.finish([client]);
  });
});
