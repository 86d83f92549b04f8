import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, fieldsOf, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

/** The rows of "router-generated replies": what the client, the log and the stats get. */
interface Row {
  readonly title: string;
  readonly options?: RouterRunOptions;
  /** Makes it happen, after a request for `/x` was sent by the client. */
  readonly play?: (run: RouterRun) => void;
  readonly status: number;
  readonly body: string;
  readonly log: string;
  readonly headers?: { readonly [name: string]: string };
  /** Counters that must be 1. */
  readonly counts: readonly string[];
}

const RESET = "upstream connect error or disconnect/reset before headers. reset reason: ";
const DETAILS = "upstream_reset_before_response_started";
const REFUSED = "remote connection failure, transport failure reason: delayed connect error: Connection refused";
const LIMITS = (thresholds: object) => ({ cluster: { circuit_breakers: { thresholds: [thresholds] } } });

const ROWS: readonly Row[] = [
  {
    title: "no route",
    options: { routes: [{ match: { prefix: "/other" }, route: { cluster: "c" } }] },
    status: 404,
    body: "",
    log: "404 NR route_not_found",
    counts: ["http.in.no_route", "http.in.rq_total", "http.in.downstream_rq_4xx"],
  },
  {
    title: "unknown cluster",
    options: { manager: { route_config: routeTo("gone", {}) } },
    status: 503,
    body: "",
    log: "503 NC cluster_not_found",
    counts: ["http.in.no_cluster", "http.in.downstream_rq_5xx"],
  },
  {
    title: "unknown cluster, with another status",
    options: { manager: { route_config: routeTo("gone", { cluster_not_found_response_code: "NOT_FOUND" }) } },
    status: 404,
    body: "",
    log: "404 NC cluster_not_found",
    counts: ["http.in.no_cluster"],
  },
  {
    title: "direct response",
    options: { routes: [{ match: { prefix: "/" }, direct_response: { status: 418, body: { inline_string: "tea" } } }] },
    status: 418,
    body: "tea",
    log: "418 - direct_response",
    counts: ["http.in.rq_direct_response"],
  },
  {
    title: "no host",
    options: { hosts: 0 },
    status: 503,
    body: "no healthy upstream",
    log: "503 UH no_healthy_upstream",
    counts: ["cluster.c.upstream_cx_none_healthy", "cluster.c.upstream_rq_503", "cluster.c.upstream_rq_5xx"],
  },
  {
    title: "connection refused",
    options: { connect: "refuse" },
    status: 503,
    body: `${RESET}${REFUSED}`,
    log: `503 UF ${DETAILS}{remote_connection_failure,delayed_connect_error:_Connection_refused}`,
    counts: [
      "cluster.c.upstream_cx_connect_fail",
      "cluster.c.upstream_rq_pending_failure_eject",
      "cluster.c.upstream_rq_503",
    ],
  },
  {
    title: "connect timeout",
    options: { connect: "blackHole", cluster: { connect_timeout: "0.3s" } },
    play: (run) => run.runFor(400),
    status: 503,
    body: `${RESET}connection timeout`,
    log: `503 UF ${DETAILS}{connection_timeout}`,
    counts: ["cluster.c.upstream_cx_connect_timeout", "cluster.c.upstream_cx_connect_fail"],
  },
  {
    title: "the upstream closes instead of answering",
    play: (run) => run.origin().end(),
    status: 503,
    body: `${RESET}connection termination`,
    log: `503 UC ${DETAILS}{connection_termination}`,
    counts: ["cluster.c.upstream_rq_rx_reset", "cluster.c.upstream_cx_destroy_remote_with_active_rq"],
  },
  {
    title: "the upstream resets instead of answering",
    play: (run) => run.origin().reset(),
    status: 503,
    body: `${RESET}connection termination`,
    log: `503 UC ${DETAILS}{connection_termination}`,
    counts: ["cluster.c.upstream_rq_rx_reset"],
  },
  {
    title: "the upstream does not speak HTTP",
    play: (run) => run.origin().send("220 smtp ready\r\n"),
    status: 502,
    body: `${RESET}protocol error`,
    log: `502 UPE ${DETAILS}{protocol_error}`,
    counts: ["cluster.c.upstream_cx_protocol_error", "cluster.c.upstream_rq_502", "cluster.c.upstream_rq_tx_reset"],
  },
  {
    title: "an upgrade that was not asked for",
    play: (run) => run.origin().send("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    status: 502,
    body: `${RESET}protocol error`,
    log: `502 UPE ${DETAILS}{protocol_error}`,
    counts: ["cluster.c.upstream_cx_protocol_error"],
  },
  {
    title: "circuit breaker: pending",
    options: LIMITS({ max_pending_requests: 0 }),
    status: 503,
    body: `${RESET}overflow`,
    log: `503 UO ${DETAILS}{overflow}`,
    headers: { "x-envoy-overloaded": "true" },
    counts: ["cluster.c.upstream_rq_pending_overflow", "cluster.c.upstream_rq_503"],
  },
  {
    title: "circuit breaker: requests",
    options: LIMITS({ max_requests: 0 }),
    status: 503,
    body: `${RESET}overflow`,
    log: `503 UO ${DETAILS}{overflow}`,
    headers: { "x-envoy-overloaded": "true" },
    counts: ["cluster.c.upstream_rq_pending_overflow"],
  },
  {
    title: "route timeout",
    options: { route: { timeout: "0.5s" } },
    play: (run) => run.runFor(501),
    status: 504,
    body: "upstream request timeout",
    log: "504 UT response_timeout",
    counts: ["cluster.c.upstream_rq_timeout", "cluster.c.upstream_rq_504", "cluster.c.upstream_rq_tx_reset"],
  },
];

function routeTo(cluster: string, action: object): object {
  const routes = [{ match: { prefix: "/" }, route: { cluster, ...action } }];
  return { virtual_hosts: [{ name: "v", domains: ["*"], routes }], validate_clusters: false };
}

describe("replies of the router", () => {
  for (const { title, options = {}, play, status, body, log, headers = {}, counts } of ROWS) {
    test(`${title}: ${log}`, () => {
      const run = new RouterRun(options);
      const client = run.get("/x");
      play?.(run);
      run.run();
      const received = client.takeReceived();
      assert.equal(statusOf(received), status);
      assert.equal(bodyOf(received), body);
      const fields = fieldsOf(received);
      assert.equal(fields.get("content-length") ?? "0", String(body.length));
      assert.equal(fields.get("content-type"), body === "" ? undefined : "text/plain");
      assert.equal(fields.get("x-envoy-overloaded"), headers["x-envoy-overloaded"]);
      assert.equal(fields.has("x-envoy-upstream-service-time"), false);
      assert.deepEqual(run.log, [log]);
      for (const name of counts) assert.equal(run.stat(name), 1, name);
      assert.equal(client.fate, "open", "the client may send another request");
      run.finish([client]);
    });
  }

  test("a request that never had a connection was not reset", () => {
    for (const options of [{ connect: "refuse" } as const, LIMITS({ max_requests: 0 })]) {
      const run = new RouterRun(options);
      run.get();
      assert.deepEqual(run.clusterStats(/_reset$/), {});
    }
  });

  test("HEAD: the reply's length without its body", () => {
    const run = new RouterRun({ hosts: 0 });
    const client = run.send("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n");
    assert.equal(fieldsOf(client.received).get("content-length"), "19");
    assert.equal(bodyOf(client.received), "");
    run.finish([client]);
  });

  test("a gRPC client gets its error in headers", () => {
    const run = new RouterRun({ hosts: 0 });
    const client = run.send(
      "POST /s/m HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n",
    );
    assert.equal(statusOf(client.received), 200);
    assert.equal(fieldsOf(client.received).get("grpc-status"), "14");
    assert.equal(fieldsOf(client.received).get("grpc-message"), "no healthy upstream");
    run.finish([client]);
  });
});

describe("the upstream breaks off after its headers", () => {
  const BREAKS: readonly (readonly [string, string, (run: RouterRun) => void, string])[] = [
    ["a FIN", "content-length: 10", (run) => run.origin().end(), "UC {connection_termination}"],
    ["a RST", "content-length: 10", (run) => run.origin().reset(), "UC {connection_termination}"],
    ["a FIN within chunks", "transfer-encoding: chunked", (run) => run.origin().end(), "UC {connection_termination}"],
    ["a malformed chunk", "transfer-encoding: chunked", (run) => run.origin().send("x\r\n"), "UPE {protocol_error}"],
  ];
  for (const [title, framing, play, expected] of BREAKS) {
    test(`${title}: the client sees the response cut short`, () => {
      const run = new RouterRun();
      const client = run.get();
      run.respond(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`);
      run.respond(framing.startsWith("content") ? "half" : "4\r\nhalf\r\n");
      assert.match(client.received, /half/);
      play(run);
      run.run();
      assert.notEqual(client.fate, "open");
      const [flag, reason] = expected.split(" ");
      assert.deepEqual(run.log, [`200 ${flag} upstream_reset_after_response_started${reason}`]);
      assert.equal(run.stat("http.in.rq_reset_after_downstream_response_started"), 1);
      assert.equal(run.stat("http.in.downstream_rq_tx_reset"), 1);
      assert.equal(run.clusterStat("upstream_rq_200"), 1);
      run.finish([client]);
    });
  }

  test("a body that lasts until the close is not taken for complete after a RST", () => {
    const run = new RouterRun({ manager: { http_protocol_options: { accept_http_10: true } } });
    const client = run.send("GET / HTTP/1.0\r\nhost: a\r\n\r\n");
    run.respond("HTTP/1.1 200 OK\r\n\r\nhalf");
    run.origin().reset();
    run.run();
    assert.equal(client.fate, "reset");
    run.finish();
  });
});

describe("the client leaves", () => {
  for (const how of ["end", "close", "reset"] as const) {
    test(`${how}, while the connection is being made: it is kept for the next request`, () => {
      const run = new RouterRun({ link: { latencyMs: 10 } });
      run.setClientLink({ latencyMs: 1 });
      const client = run.connect();
      client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      run.runFor(5);
      client[how]();
      run.run();
      assert.equal(run.clusterStat("upstream_rq_cancelled"), 1);
      assert.equal(run.clusterStat("upstream_rq_total"), 0);
      assert.equal(run.origin().received, "");
      assert.deepEqual(run.log, ["0 DC downstream_remote_disconnect"]);
      const next = run.get("/next");
      run.run();
      assert.match(run.origin().received, /^GET \/next /);
      run.finish([next]);
    });

    test(`${how}, while the request is being sent: the upstream sees it cut short`, () => {
      const run = new RouterRun();
      const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf");
      client[how]();
      run.run();
      assert.notEqual(run.origin().fate, "open");
      assert.equal(run.clusterStat("upstream_rq_tx_reset"), 1);
      run.finish();
    });

    test(`${how}, while the response comes: the upstream connection is not used again`, () => {
      const run = new RouterRun();
      const client = run.get();
      run.respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
      client[how]();
      run.run();
      assert.notEqual(run.origin().fate, "open");
      assert.deepEqual(run.log, ["200 DC downstream_remote_disconnect"]);
      assert.equal(run.clusterStat("upstream_cx_destroy_local_with_active_rq"), 1);
      const next = run.get("/next");
      assert.match(run.origin(1).received, /^GET \/next /);
      run.finish([next]);
    });
  }
});
