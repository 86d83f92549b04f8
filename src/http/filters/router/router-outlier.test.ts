import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const BAD = "HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

function watched(detection: object, more: RouterRunOptions = {}): RouterRun {
  const cluster = { outlier_detection: { max_ejection_percent: 50, ...detection }, ...more.cluster };
  return new RouterRun({ hosts: 2, ...more, cluster });
}

/** Sends requests until each host has had so many; the first answers with `response`. Returns how many each got. */
function serve(run: RouterRun, requests: number, response: string): number[] {
  const counts = [0, 0];
  for (let i = 0; i < requests; i++) {
    const client = run.get();
    for (const host of [0, 1]) {
      for (const peer of run.upstreams[host]?.accepted ?? []) {
        if (!peer.isOpen || !peer.received.includes("GET ")) continue;
        peer.takeReceived();
        counts[host] = (counts[host] ?? 0) + 1;
        run.respond(host === 0 ? response : OK, peer);
      }
    }
    client.close();
  }
  run.run();
  return counts;
}

describe("outlier detection, from a request to the balancer", () => {
  test("a host that fails in a row gets nothing more, until its time is over", () => {
    const run = watched({ consecutive_5xx: 3 });
    assert.deepEqual(serve(run, 6, BAD), [3, 3]);
    assert.equal(run.clusterStat("outlier_detection.ejections_active"), 1);
    assert.equal(run.clusterStat("membership_healthy"), 1);
    assert.deepEqual(serve(run, 4, BAD), [0, 4]);
    run.runFor(41_000);
    assert.equal(run.clusterStat("outlier_detection.ejections_active"), 0);
    assert.deepEqual(serve(run, 4, OK), [2, 2]);
    run.finish();
  });

  test("refused connections count as 503", () => {
    const run = watched({ consecutive_5xx: 3 }, { connect: "refuse" });
    for (let i = 0; i < 6; i++) run.get().close();
    run.run();
    assert.equal(run.clusterStat("outlier_detection.ejections_enforced_consecutive_5xx"), 1);
    assert.match(run.proxy.events[0] as string, /"upstream_url":"10.0.0.1:80"/);
    run.finish();
  });

  test("or for themselves, when asked to", () => {
    const detection = { split_external_local_origin_errors: true, consecutive_local_origin_failure: 2 };
    const run = watched(detection, { connect: "refuse" });
    for (let i = 0; i < 4; i++) run.get().close();
    run.run();
    assert.equal(run.clusterStat("outlier_detection.ejections_enforced_consecutive_local_origin_failure"), 1);
    run.finish();
  });

  test("a request that a circuit breaker turned away says nothing of the host", () => {
    const limits = { circuit_breakers: { thresholds: [{ max_pending_requests: 0 }] } };
    const run = watched({ consecutive_5xx: 1 }, { cluster: limits });
    const client = run.get();
    assert.equal(statusOf(client.received), 503);
    assert.equal(run.clusterStat("outlier_detection.ejections_detected_consecutive_5xx"), 0);
    run.finish([client]);
  });

  test("a good response may say that its host is degraded: it is so for a while", () => {
    for (const [detection, status, degraded] of [
      [{ detect_degraded_hosts: true }, 200, 1],
      [{ detect_degraded_hosts: true }, 404, 1],
      [{ detect_degraded_hosts: true }, 500, 0],
      [{}, 200, 0],
    ] as const) {
      const run = watched(detection);
      serve(run, 2, `HTTP/1.1 ${status} X\r\nx-envoy-degraded: true\r\ncontent-length: 0\r\n\r\n`);
      assert.equal(run.clusterStat("membership_degraded"), degraded, `${status}`);
      run.runFor(41_000);
      assert.equal(run.clusterStat("membership_degraded"), 0);
      run.finish();
    }
  });

  test("a gRPC failure under status 200 is one, of a request that is gRPC", () => {
    const failure = "HTTP/1.1 200 OK\r\ngrpc-status: 14\r\ncontent-length: 0\r\n\r\n";
    for (const [type, ejected] of [
      ["application/grpc+proto", 1],
      ["application/grpc-web", 0],
    ] as const) {
      const run = watched({ consecutive_5xx: 1 });
      const client = run.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: 0\r\n\r\n`);
      run.respond(failure);
      assert.equal(run.clusterStat("outlier_detection.ejections_active"), ejected, type);
      run.finish([client]);
    }
  });

  test("a timeout counts as what the client is told, also that of a try", () => {
    const asked =
      "GET / HTTP/1.1\r\nhost: a\r\nx-envoy-internal: true\r\nx-envoy-upstream-rq-timeout-alt-response: 1\r\n\r\n";
    for (const [request, route, ejected] of [
      ["GET / HTTP/1.1\r\nhost: a\r\n\r\n", { timeout: "1s" }, 1],
      [asked, { timeout: "1s" }, 0],
      [asked, { timeout: "5s", retry_policy: { retry_on: "connect-failure", per_try_timeout: "1s" } }, 0],
    ] as const) {
      const run = watched({ consecutive_5xx: 1 }, { route, manager: INTERNAL });
      const client = run.send(request);
      run.runFor(1_300);
      assert.equal(run.clusterStat("outlier_detection.ejections_active"), ejected, JSON.stringify(route));
      run.finish([client]);
    }
  });

  test("error_matcher says which responses are errors; all others are successes", () => {
    const error_matcher = {
      or_match: {
        rules: [
          {
            http_response_headers_match: { headers: [{ name: ":status", range_match: { start: "400", end: "504" } }] },
          },
          { http_response_headers_match: { headers: [{ name: "x-bad", present_match: true }] } },
        ],
      },
    };
    for (const [head, type] of [
      ["404 X\r\n", "consecutive_5xx"],
      ["200 X\r\nx-bad: 1\r\n", "consecutive_5xx"],
      ["503 X\r\n", "consecutive_gateway_failure"],
      ["200 X\r\n", null],
      ["504 X\r\n", null],
    ] as const) {
      const run = watched(
        { consecutive_5xx: 1, consecutive_gateway_failure: 1, enforcing_consecutive_gateway_failure: 100 },
        { cluster: httpOptions({ outlier_detection: { error_matcher } }) },
      );
      const client = run.get();
      run.respond(`HTTP/1.1 ${head}content-length: 0\r\n\r\n`);
      const [event] = run.proxy.events.map((line) => (JSON.parse(line) as { type: string }).type.toLowerCase());
      assert.equal(event ?? null, type, head);
      run.finish([client]);
    }
  });
});

/** Clients are trusted to ask for what only those inside may. */
const INTERNAL = {
  use_remote_address: true,
  internal_address_config: { cidr_ranges: [{ address_prefix: "0.0.0.0" }] },
};

function httpOptions(options: object): object {
  const type = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  const explicit = { explicit_http_config: { http_protocol_options: {} } };
  return {
    typed_extension_protocol_options: { [type]: { "@type": `type.googleapis.com/${type}`, ...explicit, ...options } },
  };
}
