import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, fieldsOf, RouterRun, statusOf } from "./router.test.support.js";
import { BAD, head, OK, retrying, WAITS_MS } from "./router-retry.test.support.js";

describe("retry_on: responses", () => {
  const rows: readonly (readonly [policy: object, answer: string, again: boolean])[] = [
    [{ retry_on: "5xx" }, head(500), true],
    [{ retry_on: "5xx" }, head(599), true],
    [{ retry_on: "5xx" }, head(429), false],
    [{ retry_on: "gateway-error" }, head(500), false],
    [{ retry_on: "gateway-error" }, head(502), true],
    [{ retry_on: "gateway-error" }, head(504), true],
    [{ retry_on: "gateway-error" }, head(505), false],
    [{ retry_on: "retriable-4xx" }, head(409), true],
    [{ retry_on: "retriable-4xx" }, head(404), false],
    [{ retry_on: "retriable-status-codes", retriable_status_codes: [404, 418] }, head(418), true],
    [{ retry_on: "retriable-status-codes", retriable_status_codes: [404] }, head(418), false],
    [{ retriable_status_codes: [418] }, head(418), false],
    [{ retry_on: "retriable-headers", retriable_headers: [{ name: "x-again" }] }, head(200, "x-again: 1"), true],
    [{ retry_on: "retriable-headers", retriable_headers: [{ name: "x-again" }] }, head(200), false],
    [{ retry_on: "unavailable" }, head(200, "grpc-status: 14"), true],
    [{ retry_on: "cancelled,internal" }, head(200, "grpc-status: 14"), false],
    [{ retry_on: "5xx" }, head(503, "x-envoy-ratelimited: true"), false],
    [{ retry_on: "envoy-ratelimited" }, head(429, "x-envoy-ratelimited: true"), true],
    [{ retry_on: "reset,connect-failure" }, head(503), false],
    [{ retry_on: "5xx" }, head(503, "x-envoy-overloaded: true"), true],
    [{ retry_on: "5xx" }, head(600), false],
    [{ retry_on: "retriable-status-codes", retriable_status_codes: [200] }, head(200), true],
    [{ retry_on: "retriable-status-codes", retriable_status_codes: [425] }, head(425), true],
    [{ retry_on: "retriable-headers", retriable_headers: [{ name: "x-a" }, { name: "x-b" }] }, head(200, "x-b:"), true],
    [{ retry_on: "cancelled" }, head(200, "grpc-status: 1"), true],
    [{ retry_on: "deadline-exceeded" }, head(200, "grpc-status: 4"), true],
    [{ retry_on: "resource-exhausted" }, head(200, "grpc-status: 8"), true],
    [{ retry_on: "internal" }, head(200, "grpc-status: 13"), true],
    [{ retry_on: "internal" }, head(200, "grpc-status: 0"), false],
    [{ retry_on: "unavailable" }, head(503), false],
  ];
  for (const [policy, answer, again] of rows) {
    test(`${JSON.stringify(policy)}: ${answer.replaceAll("\r\n", " ")}`, () => {
      const run = retrying(policy);
      const client = run.get();
      run.respond(answer);
      run.runFor(WAITS_MS);
      assert.equal(run.clusterStat("upstream_rq_retry"), again ? 1 : 0);
      assert.equal(run.clusterStat("upstream_rq_total"), again ? 2 : 1);
      assert.equal(client.received === "", again);
      if (again) run.respond(OK, run.origin(run.upstreams[0]?.accepted.length === 2 ? 1 : 0));
      assert.notEqual(client.received, "");
      run.finish([client]);
    });
  }
});

describe("retry_on: attempts without a response", () => {
  test("connect-failure", () => {
    const run = retrying({ retry_on: "connect-failure" }, { connect: "refuse" });
    const client = run.get();
    run.setConnect("accept");
    run.runFor(WAITS_MS);
    run.respond(OK);
    assert.equal(statusOf(client.received), 200);
    assert.deepEqual(run.log, ["200 - via_upstream 2"]);
    assert.equal(run.clusterStat("upstream_rq_retry_success"), 1);
    run.finish([client]);
  });

  for (const [retryOn, again] of [
    ["reset", true],
    ["5xx", true],
    ["gateway-error", true],
    ["connect-failure", false],
    ["refused-stream", false],
    ["reset-before-request", false],
  ] as const) {
    test(`a POST that is reset, ${retryOn}`, () => {
      const run = retrying({ retry_on: retryOn });
      const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx");
      run.origin().reset();
      run.runFor(WAITS_MS);
      assert.equal(run.clusterStat("upstream_rq_retry"), again ? 1 : 0);
      assert.equal(client.received === "", again);
      run.finish([client]);
    });
  }

  test("what does not come after all", () => {
    const run = retrying({ retry_on: "reset", num_retries: 2 });
    const client = run.get();
    for (let i = 0; i < 3; i++) {
      run.origin(i).reset();
      run.runFor(WAITS_MS);
    }
    assert.equal(statusOf(client.received), 503);
    assert.match(
      bodyOf(client.received),
      /before headers\. retried and the latest reset reason: connection termination$/,
    );
    assert.deepEqual(run.log, ["503 URX,UC upstream_reset_before_response_started{connection_termination} 3"]);
    assert.equal(run.clusterStat("upstream_rq_retry_limit_exceeded"), 1);
    run.finish([client]);
  });

  test("an overflow of the circuit breaker is not tried again", () => {
    const limits = { circuit_breakers: { thresholds: [{ max_pending_requests: 0 }] } };
    const run = retrying({ retry_on: "5xx,reset,connect-failure" }, { cluster: limits });
    const client = run.get();
    assert.equal(statusOf(client.received), 503);
    assert.equal(run.clusterStat("upstream_rq_retry"), 0);
    run.finish([client]);
  });
});

describe("what retries are limited by", () => {
  test("num_retries, 1 by default; the last response is passed on", () => {
    const run = retrying({ retry_on: "5xx" });
    const client = run.get();
    run.respond(BAD);
    run.runFor(WAITS_MS);
    run.respond(BAD, run.origin(1));
    assert.equal(bodyOf(client.received), "bad");
    assert.deepEqual(run.log, ["503 URX via_upstream 2"]);
    assert.equal(run.clusterStat("retry.upstream_rq_503"), 1);
    assert.equal(run.clusterStat("retry.upstream_rq_5xx"), 1);
    assert.equal(run.clusterStat("upstream_rq_503"), 1);
    run.finish([client]);
  });

  test("the circuit breaker of retries", () => {
    const cluster = { circuit_breakers: { thresholds: [{ max_retries: 1 }] } };
    const run = retrying({ retry_on: "5xx" }, { cluster });
    const clients = [run.get(), run.get()];
    run.respond(BAD, run.origin(0));
    run.respond(BAD, run.origin(1));
    assert.equal(run.cluster.resources.retries.count, 1);
    run.runFor(WAITS_MS);
    run.respond(OK, run.origin(1));
    assert.deepEqual(run.log, ["503 UO via_upstream 1", "200 - via_upstream 2"]);
    assert.equal(run.clusterStat("upstream_rq_retry_overflow"), 1);
    assert.equal(run.cluster.resources.retries.count, 0);
    run.finish(clients);
  });

  test("retriable_request_headers", () => {
    const policy = {
      retry_on: "5xx",
      retriable_request_headers: [{ name: ":method", string_match: { exact: "GET" } }],
    };
    const run = retrying(policy);
    const posted = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
    run.respond(BAD);
    assert.equal(statusOf(posted.received), 503);
    const got = run.get();
    run.respond(BAD);
    assert.equal(got.received, "");
    run.finish([posted, got]);
  });

  test("nothing that the client has seen is tried again", () => {
    const run = retrying({ retry_on: "5xx,reset" });
    const client = run.get();
    run.respond("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
    run.respond(BAD);
    assert.match(client.received, /^HTTP\/1.1 103 [\s\S]*HTTP\/1.1 503 /);
    run.get("/", client);
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf");
    run.origin().reset();
    assert.equal(run.clusterStat("upstream_rq_retry"), 0);
    run.finish([client]);
  });
});

describe("the body of a request that is tried again", () => {
  const half = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
  const rest = "3\r\ndef\r\n0\r\n\r\n";

  test("is sent again, and goes on", () => {
    const run = retrying({ retry_on: "5xx" });
    const client = run.send(half);
    run.respond(BAD);
    run.runFor(WAITS_MS);
    run.send(rest, client);
    assert.match(run.origin(1).received, /3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n$/);
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(client.received), 200);
    run.finish([client]);
  });

  test("with its trailers", () => {
    const options = {
      manager: { http_protocol_options: { enable_trailers: true } },
      upstreamHttp1: { enable_trailers: true },
    };
    const run = retrying({ retry_on: "5xx" }, options);
    const client = run.send(`${half}0\r\nt: 1\r\n\r\n`);
    run.respond(BAD);
    run.runFor(WAITS_MS);
    assert.match(run.origin(1).received, /3\r\nabc\r\n0\r\nt: 1\r\n\r\n$/);
    run.finish([client]);
  });

  test("is kept up to a limit, and then the request is not tried again", () => {
    const run = retrying({ retry_on: "5xx" }, { listener: { per_connection_buffer_limit_bytes: 5 } });
    const client = run.send(half + rest);
    run.respond(BAD);
    run.runFor(WAITS_MS);
    assert.equal(statusOf(client.received), 503);
    assert.equal(run.clusterStat("retry_or_shadow_abandoned"), 1);
    run.finish([client]);
  });

  test("that outgrows the limit while the next attempt waits cannot be sent at all", () => {
    const run = retrying({ retry_on: "5xx" }, { listener: { per_connection_buffer_limit_bytes: 5 } });
    const client = run.send(half);
    run.respond(BAD);
    run.send(rest, client);
    assert.equal(statusOf(client.received), 507);
    assert.equal(bodyOf(client.received), "exceeded request buffer limit while retrying upstream");
    assert.deepEqual(run.log, ["507 - request_payload_exceeded_retry_buffer_limit 1"]);
    run.runFor(WAITS_MS);
    run.finish([client]);
  });
});

describe("per_try_timeout", () => {
  const policy = { retry_on: "5xx", per_try_timeout: "0.2s" };

  test("ends an attempt, and the next begins", () => {
    const run = retrying(policy);
    const client = run.get();
    assert.equal(fieldsOf(run.origin().received).get("x-envoy-expected-rq-timeout-ms"), "200");
    run.runFor(300);
    assert.equal(run.origin(0).fate === "open", false);
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(client.received), 200);
    assert.equal(run.clusterStat("upstream_rq_per_try_timeout"), 1);
    run.finish([client]);
  });

  test("of the last attempt answers the request", () => {
    const run = retrying(policy);
    const client = run.get();
    run.runFor(600);
    assert.equal(statusOf(client.received), 504);
    assert.equal(bodyOf(client.received), "upstream request timeout");
    assert.deepEqual(run.log, ["504 URX,UT upstream_per_try_timeout 2"]);
    run.finish([client]);
  });

  test("is none where the whole has no more time", () => {
    const run = retrying({ retry_on: "5xx", per_try_timeout: "1s" }, { route: { timeout: "1s" } });
    const client = run.get();
    run.runFor(1_200);
    assert.deepEqual(run.log, ["504 UT response_timeout 1"]);
    run.finish([client]);
  });

  test("is none for a try of which the client has had an interim response", () => {
    const run = retrying(policy);
    const client = run.get();
    run.respond("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
    run.runFor(1_000);
    run.respond(OK);
    assert.match(client.received, /^HTTP\/1.1 103 [\s\S]*HTTP\/1.1 200 /);
    assert.equal(run.clusterStat("upstream_rq_per_try_timeout"), 0);
    run.finish([client]);
  });

  test("does not end a response that has begun", () => {
    const run = retrying(policy);
    const client = run.get();
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no");
    run.runFor(1_000);
    run.respond("k");
    assert.equal(bodyOf(client.received), "ok");
    run.finish([client]);
  });

  test("of a response that comes before the request is complete does not run, however long it takes", () => {
    const run = retrying({ per_try_timeout: "0.2s", per_try_idle_timeout: "0.2s" });
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nx");
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no");
    run.runFor(1_000);
    assert.equal(client.fate, "open");
    run.finish([client]);
  });

  test("per_try_idle_timeout does, when it does not go on", () => {
    const run = retrying({ per_try_idle_timeout: "0.2s" });
    const client = run.get();
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\no");
    run.runFor(150);
    run.respond("k");
    run.runFor(150);
    assert.equal(client.fate, "open");
    run.runFor(100);
    assert.notEqual(client.fate, "open");
    assert.deepEqual(run.log, ["200 UT upstream_per_try_idle_timeout 1"]);
    run.finish([client]);
  });
});

test("a policy of the virtual host holds for routes without their own", () => {
  const virtualHost = {
    name: "all",
    domains: ["*"],
    retry_policy: { retry_on: "5xx" },
    routes: [
      { match: { prefix: "/own" }, route: { cluster: "c", retry_policy: { retry_on: "retriable-4xx" } } },
      { match: { prefix: "/" }, route: { cluster: "c" } },
    ],
  };
  const run = new RouterRun({ manager: { route_config: { virtual_hosts: [virtualHost] } } });
  const clients = [run.get("/own"), run.get("/")];
  run.respond(BAD, run.origin(0));
  run.respond(BAD, run.origin(1));
  assert.equal(statusOf((clients[0] as (typeof clients)[0]).received), 503);
  assert.equal((clients[1] as (typeof clients)[0]).received, "");
  run.finish(clients);
});
