import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, fieldsOf, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BAD = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 3\r\n\r\nbad";
/** No longer than this do the default waits take, all together. */
const WAITS_MS = 700;
const RETRIES = { retry_on: "5xx", per_try_timeout: "0.2s" };

/** A table of one virtual host with further fields, and one route. */
function tableOf(host: object, route: object, rules: object = {}): RouterRunOptions {
  const routes = [{ match: { prefix: "/" }, route: { cluster: "c", ...route }, ...rules }];
  return { manager: { route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes, ...host }] } } };
}

describe("x-envoy-is-timeout-retry", () => {
  const table = tableOf({ include_is_timeout_retry_header: true }, { retry_policy: RETRIES });
  const header = (run: RouterRun, index: number): string | undefined =>
    fieldsOf(run.origin(index).received).get("x-envoy-is-timeout-retry");

  test("is true behind an attempt that was too slow, and not on the first", () => {
    const run = new RouterRun(table);
    const client = run.get();
    run.runFor(300);
    assert.deepEqual([header(run, 0), header(run, 1)], [undefined, "true"]);
    run.finish([client]);
  });

  test("is false behind one that failed", () => {
    const run = new RouterRun(table);
    const client = run.get();
    run.respond(BAD);
    run.runFor(WAITS_MS);
    assert.equal(header(run, 1), "false");
    run.finish([client]);
  });

  test("is not there when the virtual host does not want it", () => {
    const run = new RouterRun(tableOf({}, { retry_policy: RETRIES }));
    const client = run.get();
    run.runFor(300);
    assert.equal(header(run, 1), undefined);
    run.finish([client]);
  });
});

describe("rules of the route and what the proxy says of the attempt", () => {
  test("x-envoy-expected-rq-timeout-ms can be removed", () => {
    const remove = { request_headers_to_remove: ["x-envoy-expected-rq-timeout-ms"] };
    const run = new RouterRun(tableOf({}, {}, remove));
    const client = run.get();
    assert.equal(fieldsOf(run.origin().received).has("x-envoy-expected-rq-timeout-ms"), false);
    run.finish([client]);
  });

  test("a rule may ask for retries, which the upstream does not see", () => {
    const add = { request_headers_to_add: [{ header: { key: "x-envoy-retry-on", value: "5xx" } }] };
    const run = new RouterRun(tableOf({}, {}, add));
    const client = run.get();
    assert.equal(fieldsOf(run.origin().received).has("x-envoy-retry-on"), false);
    run.respond(BAD);
    run.runFor(WAITS_MS);
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(client.received), 200);
    run.finish([client]);
  });
});

describe("grpc-timeout under max_grpc_timeout", () => {
  const ask = (timeout: string): string =>
    `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\ngrpc-timeout: ${timeout}\r\ncontent-length: 0\r\n\r\n`;

  test("is what the time of the request has become", () => {
    for (const [asked, sent] of [
      ["10S", "2000m"],
      ["1S", "900m"],
    ] as const) {
      const run = new RouterRun({ route: { max_grpc_timeout: "2s", grpc_timeout_offset: "0.1s" } });
      const client = run.send(ask(asked));
      assert.equal(fieldsOf(run.origin().received).get("grpc-timeout"), sent);
      run.finish([client]);
    }
  });

  test("is left alone without", () => {
    const run = new RouterRun();
    const client = run.send(ask("10S"));
    assert.equal(fieldsOf(run.origin().received).get("grpc-timeout"), "10S");
    run.finish([client]);
  });
});

describe("suppress_envoy_headers", () => {
  const router = { suppress_envoy_headers: true };
  const cluster = { circuit_breakers: { thresholds: [{ max_requests: 0, max_pending_requests: 0 }] } };

  test("takes x-envoy-overloaded from the answer of a full circuit breaker", () => {
    for (const [options, overloaded] of [
      [{ cluster }, "true"],
      [{ cluster, router }, undefined],
    ] as const) {
      const run = new RouterRun(options);
      const client = run.get();
      assert.equal(statusOf(client.received), 503);
      assert.match(bodyOf(client.received), /reset reason: overflow$/);
      assert.equal(fieldsOf(client.received).get("x-envoy-overloaded"), overloaded);
      run.finish([client]);
    }
  });

  test("and from that of a cluster in maintenance", () => {
    const runtime = { "upstream.maintenance_mode.c": 100 };
    const run = new RouterRun({ runtime, router });
    const client = run.get();
    assert.equal(bodyOf(client.received), "maintenance mode");
    assert.equal(fieldsOf(client.received).has("x-envoy-overloaded"), false);
    run.finish([client]);
  });
});

describe("the stream to the upstream may last only so long", () => {
  const cluster = { common_http_protocol_options: { max_stream_duration: "1s" }, typed_extension_protocol_options: {} };

  test("before a response it is answered, 504 for a complete request", () => {
    const run = new RouterRun({ cluster });
    const client = run.get();
    run.runFor(1_100);
    assert.equal(statusOf(client.received), 504);
    assert.equal(bodyOf(client.received), "upstream max stream duration reached");
    assert.deepEqual(run.log, ["504 UMSDR upstream_max_stream_duration_reached"]);
    assert.equal(run.clusterStat("upstream_rq_max_duration_reached"), 1);
    run.finish([client]);
  });

  test("408 for one that is still coming", () => {
    const run = new RouterRun({ cluster });
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n");
    run.runFor(1_100);
    assert.deepEqual(run.log, ["408 UMSDR upstream_max_stream_duration_reached"]);
    run.finish([client]);
  });

  test("a response that has begun is cut short", () => {
    const run = new RouterRun({ cluster });
    const client = run.get();
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    run.runFor(1_100);
    assert.notEqual(client.fate, "open");
    assert.deepEqual(run.log, ["200 UMSDR upstream_max_stream_duration_reached"]);
    run.finish([client]);
  });

  test("it may be tried again", () => {
    const run = new RouterRun({ cluster, route: { retry_policy: { retry_on: "5xx" } } });
    const client = run.get();
    run.runFor(1_100);
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(client.received), 200);
    run.finish([client]);
  });

  test("the request's own x-envoy-upstream-stream-duration-ms goes before the cluster's", () => {
    const run = new RouterRun({ cluster });
    const client = run.send("GET / HTTP/1.1\r\nhost: a\r\nx-envoy-upstream-stream-duration-ms: 300\r\n\r\n");
    assert.equal(fieldsOf(run.origin().received).has("x-envoy-upstream-stream-duration-ms"), false);
    run.runFor(400);
    assert.equal(statusOf(client.received), 504);
    run.finish([client]);
  });
});

test("upstream.use_retry says of all retries which share is made", () => {
  for (const [percent, retries] of [
    [0, 0],
    [100, 1],
  ] as const) {
    const run = new RouterRun({
      runtime: { "upstream.use_retry": percent },
      route: { retry_policy: { retry_on: "5xx" } },
    });
    const client = run.get();
    run.respond(BAD);
    run.runFor(WAITS_MS);
    assert.equal(run.clusterStat("upstream_rq_retry"), retries);
    if (retries === 0) assert.deepEqual(run.log, ["503 - via_upstream"]);
    run.finish([client]);
  }
});

test("hedging without retries lets a slow attempt be, until the time of the request is up", () => {
  const policy = { retry_policy: { per_try_timeout: "0.2s" }, hedge_policy: { hedge_on_per_try_timeout: true } };
  const run = new RouterRun({ route: { ...policy, timeout: "1s" } });
  const client = run.get();
  run.runFor(500);
  assert.equal(client.received, "");
  run.respond(OK);
  assert.equal(statusOf(client.received), 200);
  run.finish([client]);
});

test("an interim response counts, and ends the wish for retries", () => {
  const run = new RouterRun({ route: { retry_policy: { retry_on: "5xx" } } });
  const client = run.get();
  run.respond("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
  run.respond(BAD);
  assert.match(client.received, /^HTTP\/1.1 103 [\s\S]*HTTP\/1.1 503 /);
  assert.equal(run.clusterStat("upstream_rq_103"), 1);
  assert.equal(run.clusterStat("upstream_rq_retry"), 0);
  run.finish([client]);
});

test("per_try_idle_timeout has a count of its own", () => {
  const run = new RouterRun({ route: { retry_policy: { per_try_idle_timeout: "0.2s" } } });
  const client = run.get();
  run.runFor(300);
  assert.deepEqual(run.log, ["504 UT upstream_per_try_idle_timeout"]);
  assert.deepEqual(
    [run.clusterStat("upstream_rq_per_try_idle_timeout"), run.clusterStat("upstream_rq_per_try_timeout")],
    [1, 0],
  );
  run.finish([client]);
});

test("per_request_buffer_limit_bytes does not go beyond what the connection may hold", () => {
  const run = new RouterRun({
    listener: { per_connection_buffer_limit_bytes: 5 },
    routes: [
      {
        match: { prefix: "/" },
        route: { cluster: "c", retry_policy: { retry_on: "5xx" } },
        per_request_buffer_limit_bytes: 100,
      },
    ],
  });
  const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\n12345678");
  assert.equal(run.clusterStat("retry_or_shadow_abandoned"), 1);
  run.respond(BAD);
  assert.equal(statusOf(client.received), 503);
  run.finish([client]);
});
