import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, fieldsOf, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const BAD = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 3\r\n\r\nbad";
/** No longer than this do the default waits take, all together. */
const WAITS_MS = 700;
/** With this seed the first waits are long parts of their windows. */
const SLOW_SEED = 36;

function head(status: number, ...fields: string[]): string {
  return [`HTTP/1.1 ${status} X`, "content-length: 0", ...fields, "", ""].join("\r\n");
}

describe("what a request asks for itself", () => {
  /** Requests from here count as internal, so that their x-envoy-* headers are kept. */
  function internal(more: RouterRunOptions = {}): RouterRun {
    const cidr_ranges = [{ address_prefix: "0.0.0.0", prefix_len: 0 }];
    const manager = { use_remote_address: true, internal_address_config: { cidr_ranges } };
    return new RouterRun({ seed: SLOW_SEED, ...more, manager });
  }
  const ask = (...fields: string[]): string => ["GET / HTTP/1.1", "host: a", ...fields, "", ""].join("\r\n");

  test("retries", () => {
    const run = internal();
    const client = run.send(ask("x-envoy-retry-on: 5xx", "x-envoy-max-retries: 2"));
    assert.equal(fieldsOf(run.origin(0).received).has("x-envoy-retry-on"), false);
    assert.equal(fieldsOf(run.origin(0).received).has("x-envoy-max-retries"), false);
    for (const index of [0, 1, 2]) {
      run.respond(BAD, run.origin(index));
      run.runFor(WAITS_MS);
    }
    assert.equal(statusOf(client.received), 503);
    assert.equal(run.clusterStat("upstream_rq_retry"), 2);
    run.finish([client]);
  });

  test("statuses and headers to be tried again", () => {
    const run = internal();
    const fields = ["x-envoy-retry-on: retriable-status-codes", "x-envoy-retriable-status-codes: 404, 410"];
    const client = run.send(ask(...fields));
    run.respond(head(410));
    assert.equal(client.received, "");
    const named = ["x-envoy-retry-on: retriable-headers", "x-envoy-retriable-header-names: x-again"];
    const other = run.send(ask(...named));
    run.respond(head(200, "x-again: 1"));
    assert.equal(other.received, "");
    const pseudo = run.send(
      ask("x-envoy-retry-on: retriable-headers", "x-envoy-retriable-header-names:  :status, x-b "),
    );
    run.respond(head(200));
    assert.equal(pseudo.received, "");
    run.finish([client, other, pseudo]);
  });

  describe("what the upstream may count on, in x-envoy-expected-rq-timeout-ms", () => {
    const TIMEOUT = "x-envoy-upstream-rq-timeout-ms";
    const PER_TRY = "x-envoy-upstream-rq-per-try-timeout-ms";
    const EXPECTED = "x-envoy-expected-rq-timeout-ms";
    const HEDGE = "x-envoy-hedge-on-per-try-timeout";
    const rows: readonly {
      readonly route: object;
      readonly asks: readonly string[];
      readonly respects?: boolean;
      readonly expected: string | undefined;
    }[] = [
      { route: { timeout: "1s" }, asks: [], expected: "1000" },
      { route: { timeout: "0s" }, asks: [], expected: undefined },
      { route: { timeout: "1s" }, asks: [`${TIMEOUT}: 1500`], expected: "1500" },
      { route: { timeout: "1s" }, asks: [`${TIMEOUT}: soon`], expected: "1000" },
      { route: { timeout: "1s" }, asks: [`${TIMEOUT}: 0`], expected: undefined },
      { route: { timeout: "1s" }, asks: [`${PER_TRY}: 500`], expected: "500" },
      { route: { timeout: "1s" }, asks: [`${PER_TRY}: 1000`], expected: "1000" },
      { route: { timeout: "1s" }, asks: [`${PER_TRY}: 1500`], expected: "1000" },
      { route: { timeout: "0s" }, asks: [`${PER_TRY}: 1500`], expected: "1500" },
      { route: { timeout: "1s" }, asks: [`${TIMEOUT}: 1500`, `${PER_TRY}: 500`], expected: "500" },
      { route: { timeout: "1s" }, asks: [`${TIMEOUT}: 400`, `${PER_TRY}: 500`], expected: "400" },
      { route: { timeout: "1s" }, asks: [`${PER_TRY}: 500`, `${HEDGE}: true`], expected: "1000" },
      { route: { timeout: "1s", retry_policy: { per_try_timeout: "0.3s" } }, asks: [], expected: "300" },
      {
        route: {
          timeout: "1s",
          retry_policy: { per_try_timeout: "0.3s" },
          hedge_policy: { hedge_on_per_try_timeout: true },
        },
        asks: [`${HEDGE}: false`],
        expected: "300",
      },
      { route: { timeout: "1s", max_stream_duration: { max_stream_duration: "9s" } }, asks: [], expected: undefined },
      { route: { timeout: "1s", max_stream_duration: {} }, asks: [`${TIMEOUT}: 1500`], expected: "1500" },
      { route: { timeout: "1s" }, asks: [`${EXPECTED}: 700`], expected: "1000" },
      { route: { timeout: "1s" }, asks: [`${EXPECTED}: 700`, `${TIMEOUT}: 400`], respects: true, expected: "700" },
      { route: { timeout: "1s" }, asks: [`${TIMEOUT}: 400`], respects: true, expected: "400" },
    ];
    for (const { route, asks, respects = false, expected } of rows) {
      test(`${JSON.stringify(route)} ${asks.join(", ")}${respects ? ", respected" : ""}: ${expected}`, () => {
        const run = internal({ route, router: { respect_expected_rq_timeout: respects } });
        const client = run.send(ask(...asks));
        const fields = fieldsOf(run.origin().received);
        assert.equal(fields.get(EXPECTED), expected);
        for (const name of [TIMEOUT, PER_TRY, HEDGE]) assert.equal(fields.has(name), false, name);
        run.finish([client]);
      });
    }
  });

  test("rules of the route may ask for retries as well, and none of that goes on", () => {
    const asked = {
      "x-envoy-retry-on": "5xx",
      "x-envoy-max-retries": "2",
      "x-envoy-retriable-status-codes": "404",
      "x-envoy-retriable-header-names": "x-a",
      "x-envoy-upstream-rq-per-try-timeout-ms": "500",
      "x-envoy-hedge-on-per-try-timeout": "true",
    };
    const rules = Object.entries(asked).map(([key, value]) => ({ header: { key, value } }));
    const run = new RouterRun({
      seed: SLOW_SEED,
      routes: [{ match: { prefix: "/" }, route: { cluster: "c" }, request_headers_to_add: rules }],
    });
    const client = run.get();
    const fields = fieldsOf(run.origin().received);
    for (const name of Object.keys(asked)) assert.equal(fields.has(name), false, name);
    run.respond(BAD);
    assert.equal(client.received, "");
    run.finish([client]);
  });

  test("a timeout, and 204 in its place", () => {
    const run = internal();
    const client = run.send(ask("x-envoy-upstream-rq-timeout-ms: 100", "x-envoy-upstream-rq-timeout-alt-response: 1"));
    assert.equal(fieldsOf(run.origin(0).received).get("x-envoy-expected-rq-timeout-ms"), "100");
    run.runFor(250);
    assert.equal(statusOf(client.received), 204);
    run.finish([client]);
  });

  test("not where it comes from outside", () => {
    const run = new RouterRun();
    const client = run.send(ask("x-envoy-retry-on: 5xx", "x-envoy-upstream-rq-timeout-ms: 100"));
    run.runFor(1_000);
    run.respond(BAD);
    assert.equal(statusOf(client.received), 503);
    assert.equal(run.clusterStat("upstream_rq_retry"), 0);
    run.finish([client]);
  });

  test("the time that a proxy before this one has left, where the router respects it", () => {
    const run = internal({ router: { respect_expected_rq_timeout: true } });
    const client = run.send(ask("x-envoy-expected-rq-timeout-ms: 150", "x-envoy-upstream-rq-timeout-ms: 5000"));
    run.runFor(300);
    assert.equal(statusOf(client.received), 504);
    run.finish([client]);
  });

  test("to be counted in a second place", () => {
    const run = internal();
    const client = run.send(ask("x-envoy-upstream-alt-stat-name: a:b"));
    assert.equal(fieldsOf(run.origin(0).received).has("x-envoy-upstream-alt-stat-name"), false);
    run.respond(head(204));
    const counted = { upstream_rq_204: 1, upstream_rq_2xx: 1, upstream_rq_completed: 1 };
    const ofAll = Object.entries({ ...counted }).map(([name, value]) => [`a_b.${name}`, value]);
    const ofInternal = Object.entries({ ...counted }).map(([name, value]) => [`a_b.internal.${name}`, value]);
    assert.deepEqual(
      run.clusterStats(/^a_b\..*upstream_rq_[\dc]/),
      Object.fromEntries([...ofAll, ...ofInternal].sort()),
    );
    assert.equal(run.clusterStat("upstream_rq_204"), 1);
    run.finish([client]);
  });

  test("conditions of gRPC have a header of their own", () => {
    const run = internal();
    const grpcError = head(200, "grpc-status: 1");
    const client = run.send(ask("x-envoy-retry-on: cancelled", "x-envoy-retry-grpc-on: 5xx"));
    run.respond(grpcError);
    assert.equal(statusOf(client.received), 200);
    assert.equal(run.clusterStat("upstream_rq_retry"), 0);
    const other = run.send(ask("x-envoy-retry-grpc-on: cancelled"));
    run.respond(grpcError);
    assert.equal(other.received, "");
    run.finish([client, other]);
  });

  test("nonsense, which strict_check_headers refuses", () => {
    const run = internal({ router: { strict_check_headers: ["x-envoy-retry-on"] } });
    const client = run.send(ask("x-envoy-retry-on: 5xx,never"));
    assert.equal(statusOf(client.received), 400);
    assert.equal(bodyOf(client.received), "invalid header 'x-envoy-retry-on' with value '5xx,never'");
    assert.deepEqual(run.log, ["400 IH request_headers_failed_strict_check{x-envoy-retry-on}"]);
    run.finish([client]);
  });

  test("strict_check_headers, header by header", () => {
    const VALID = [
      ["x-envoy-retry-on", " 5xx,gateway-error ,  connect-failure   "],
      ["x-envoy-retry-grpc-on", "cancelled,  deadline-exceeded"],
      ["x-envoy-max-retries", "0"],
      ["x-envoy-upstream-rq-timeout-ms", "100"],
    ] as const;
    const INVALID = [
      ["x-envoy-retry-on", "5 xx,gateway-error"],
      ["x-envoy-retry-on", "cancelled"],
      ["x-envoy-retry-grpc-on", "5xx"],
      ["x-envoy-max-retries", "-1"],
      ["x-envoy-upstream-rq-timeout-ms", "1.5"],
      ["x-envoy-upstream-rq-per-try-timeout-ms", "soon"],
    ] as const;
    for (const [name, value] of [...VALID, ...INVALID]) {
      const run = internal({ router: { strict_check_headers: [name] } });
      const client = run.send(ask(`${name}: ${value}`));
      const refused = statusOf(client.received) === 400;
      assert.equal(
        refused,
        INVALID.some(([other, bad]) => other === name && bad === value),
        `${name}: ${value}`,
      );
      run.finish([client]);
    }
  });
});
