import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPeer } from "../../../test/support/simulated-peer.js";
import { RouterRun, type RouterRunOptions } from "../../http/filters/router/router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const HTTP_CHECK = { path: "/health" };

interface CheckRunOptions extends RouterRunOptions {
  /** Fields of the check, over those that it must have. */
  readonly check: object;
}

/** A proxy whose cluster's hosts are checked. Nothing has happened yet. */
class CheckRun extends RouterRun {
  constructor({ check, ...options }: CheckRunOptions) {
    const required = { timeout: "1s", interval: "2s", healthy_threshold: 2, unhealthy_threshold: 2 };
    const always = { no_traffic_interval: "2s", event_logger: [EVENT_FILE] };
    super({ ...options, cluster: { health_checks: [{ ...required, ...always, ...check }], ...options.cluster } });
  }

  /** The connection of a host's checks: its first, as nobody has sent a request yet. */
  checked(host = 0, index = 0): SimulatedPeer {
    return this.origin(index, host);
  }

  /** The check that is under way; answers it. */
  answer(response = OK, host = 0, index = 0): string {
    const peer = this.checked(host, index);
    const request = peer.takeReceived();
    assert.notEqual(request, "", "no check is under way");
    this.respond(response, peer);
    return request;
  }

  get healthy(): number {
    return this.clusterStat("membership_healthy");
  }

  checkStat(name: string): number {
    return this.clusterStat(`health_check.${name}`);
  }

  /** The events so far, without what is the same in all. */
  events(): object[] {
    return this.proxy.events.map((line) => {
      const { timestamp, host, cluster_name, health_checker_type, ...event } = JSON.parse(line) as Record<
        string,
        object
      >;
      return event;
    });
  }
}

const EVENT_FILE = {
  name: "file",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink",
    event_log_path: "/dev/null",
  },
};

function httpRun(fields: object = {}, more: Partial<CheckRunOptions> = {}): CheckRun {
  const run = new CheckRun({ check: { http_health_check: { ...HTTP_CHECK, ...fields }, ...more.check }, ...more });
  run.runFor(100);
  return run;
}

describe("the first check", () => {
  test("decides alone; until then the host gets nothing but in panic", () => {
    const run = httpRun();
    assert.equal(run.healthy, 0);
    run.answer();
    assert.equal(run.healthy, 1);
    assert.deepEqual(run.events(), [{ add_healthy_event: { first_check: true } }]);
    run.finish();
  });

  test("that fails leaves the host unhealthy", () => {
    const run = httpRun();
    run.answer("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n");
    assert.equal(run.healthy, 0);
    assert.deepEqual(run.events(), [{ health_check_failure_event: { failure_type: "ACTIVE", first_check: true } }]);
    run.finish();
  });
});

describe("an HTTP check", () => {
  test("is a request of its own kind", () => {
    const run = httpRun({
      host: "h.test",
      method: "HEAD",
      request_headers_to_add: [{ header: { key: "X-A", value: "1" } }],
      request_headers_to_remove: ["User-Agent"],
    });
    const request = run.answer();
    assert.match(request, /^HEAD \/health HTTP\/1\.1\r\nhost: h\.test\r\n/);
    assert.match(request, /\r\nx-a: 1\r\n/);
    assert.doesNotMatch(request, /user-agent/);
    run.finish();
  });

  test("names the cluster, or what the check says, or what the endpoint says of its checks", () => {
    assert.match(httpRun({}, { hostname: "e.test" }).answer(), /host: c\r\nuser-agent: Envoy\/HC\r\n/);
    assert.match(httpRun({ host: "h.test" }).answer(), /host: h\.test\r\n/);
    assert.match(httpRun({ host: "h.test" }, { hostCheck: { hostname: "o.test" } }).answer(), /host: o\.test\r\n/);
  });

  test("is no traffic of the cluster", () => {
    const run = httpRun();
    run.answer();
    assert.equal(run.clusterStat("upstream_cx_tx_bytes_total"), 0);
    assert.equal(run.clusterStat("upstream_cx_total"), 0);
    run.finish();
  });

  test("goes on over one connection, at its interval", () => {
    const run = httpRun();
    run.answer();
    run.runFor(1_900);
    assert.equal(run.checked().received, "");
    run.runFor(200);
    run.answer();
    assert.equal(run.checkStat("attempt"), 2);
    assert.equal(run.upstreams[0]?.accepted.length, 1);
    run.finish();
  });

  test("or over a new one each time", () => {
    const run = new CheckRun({ check: { http_health_check: HTTP_CHECK, reuse_connection: false } });
    run.runFor(100);
    run.answer();
    run.runFor(2_200);
    run.answer(OK, 0, 1);
    assert.equal(run.healthy, 1);
    run.finish();
  });

  test("an answer that is not expected decides at once", () => {
    const run = httpRun();
    run.answer();
    run.runFor(2_100);
    run.answer("HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n");
    assert.equal(run.healthy, 0);
    assert.deepEqual(run.events().at(-1), { eject_unhealthy_event: { failure_type: "ACTIVE" } });
    run.finish();
  });

  test("expected and retriable statuses", () => {
    const run = httpRun({
      expected_statuses: [{ start: 200, end: 300 }],
      retriable_statuses: [{ start: 503, end: 504 }],
    });
    run.answer("HTTP/1.1 204 X\r\n\r\n");
    assert.equal(run.healthy, 1);
    for (const healthy of [1, 0]) {
      run.runFor(2_100);
      run.answer("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n");
      assert.equal(run.healthy, healthy);
    }
    run.finish();
  });

  test("thresholds hold for what comes after", () => {
    const run = httpRun();
    run.answer();
    for (const [response, healthy] of [
      ["HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n", 0],
      [OK, 0],
      [OK, 1],
    ] as const) {
      run.runFor(2_100);
      run.answer(response);
      assert.equal(run.healthy, healthy);
    }
    run.finish();
  });

  test("what the answer says of service, degradation and body", () => {
    const service = httpRun({ service_name_matcher: { exact: "me" } });
    service.answer("HTTP/1.1 200 OK\r\nx-envoy-upstream-healthchecked-cluster: other\r\ncontent-length: 0\r\n\r\n");
    assert.equal(service.healthy, 0);
    assert.equal(service.checkStat("verify_cluster"), 1);
    const degraded = httpRun();
    degraded.answer("HTTP/1.1 200 OK\r\nx-envoy-degraded: true\r\ncontent-length: 0\r\n\r\n");
    assert.equal(degraded.clusterStat("membership_degraded"), 1);
    assert.equal(degraded.checkStat("degraded"), 1);
    const body = httpRun({ receive: [{ text: Buffer.from("fine").toString("hex") }] });
    body.answer("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad");
    assert.equal(body.healthy, 0);
    for (const run of [service, degraded, body]) run.finish();
  });

  test("x-envoy-immediate-health-check-fail says more of a check that fails, and nothing of one that passes", () => {
    const answer = (status: number, body = ""): string =>
      `HTTP/1.1 ${status} X\r\nx-envoy-immediate-health-check-fail: true\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const service = { service_name_matcher: { exact: "me" } };
    const body = { receive: [{ text: Buffer.from("fine").toString("hex") }] };
    for (const [fields, response, healthy, excluded] of [
      [{}, answer(200), 1, 0],
      [{}, answer(503), 0, 1],
      [body, answer(200, "poor"), 0, 1],
      [service, answer(200), 0, 0],
    ] as const) {
      const run = httpRun(fields);
      run.answer(response);
      assert.deepEqual([run.healthy, run.clusterStat("membership_excluded")], [healthy, excluded], response);
      run.finish();
    }
  });

  test("may send a body", () => {
    const run = httpRun({ method: "POST", send: { text: Buffer.from("ping?").toString("hex") } });
    const request = run.answer();
    assert.match(request, /^POST \/health HTTP\/1\.1\r\n/);
    assert.match(request, /\r\ncontent-length: 5\r\n(.*\r\n)*\r\nping\?$/);
    run.runFor(2_100);
    assert.match(run.answer(), /ping\?$/);
    run.finish();
  });

  test("a body that is not the wanted one decides, whatever the status", () => {
    const run = httpRun({
      receive: [{ text: Buffer.from("fine").toString("hex") }],
      retriable_statuses: [{ start: 503, end: 504 }],
    });
    const respond = (status: number, body: string): string =>
      `HTTP/1.1 ${status} X\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    run.answer(respond(200, "fine"));
    for (const [status, body, healthy] of [
      [503, "fine", 1],
      [200, "fine", 1],
      [503, "poor", 0],
    ] as const) {
      run.runFor(2_100);
      run.answer(respond(status, body));
      assert.equal(run.healthy, healthy, `${status} ${body}`);
    }
    run.finish();
  });

  test("too late is a failure of the network, and the connection is not used again", () => {
    const run = httpRun();
    run.answer();
    run.runFor(2_100);
    run.runFor(1_100);
    assert.equal(run.healthy, 1, "one is below the threshold");
    run.runFor(2_100);
    run.runFor(1_100);
    assert.equal(run.healthy, 0);
    assert.equal(run.checkStat("network_failure"), 2);
    assert.deepEqual(run.events().at(-1), { eject_unhealthy_event: { failure_type: "NETWORK_TIMEOUT" } });
    assert.notEqual(run.checked(0, 0).fate, "open");
    run.finish();
  });

  test("so is a connection that is refused", () => {
    const run = new CheckRun({ connect: "refuse", check: { http_health_check: HTTP_CHECK } });
    run.runFor(100);
    assert.equal(run.healthy, 0);
    assert.deepEqual([run.checkStat("failure"), run.checkStat("network_failure")], [1, 1]);
    run.finish();
  });

  test("and an answer that is none", () => {
    const run = httpRun();
    run.answer("garbage\r\n");
    assert.equal(run.checkStat("network_failure"), 1);
    run.finish();
  });
});

test("all successes and failures are logged if wanted, a change in place of them", () => {
  const always = { always_log_health_check_success: true, always_log_health_check_failures: true };
  const run = httpRun({}, { check: { http_health_check: HTTP_CHECK, ...always } });
  const bad = "HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n";
  for (const response of [OK, OK, bad, OK, OK]) {
    run.answer(response);
    run.runFor(2_100);
  }
  assert.deepEqual(run.events(), [
    { add_healthy_event: { first_check: true } },
    { successful_health_check_event: {} },
    { eject_unhealthy_event: { failure_type: "ACTIVE" } },
    { health_check_failure_event: { failure_type: "ACTIVE", first_check: false } },
    { successful_health_check_event: {} },
    { add_healthy_event: { first_check: false } },
  ]);
  run.finish();
});

test("degraded is told when it begins and when it ends", () => {
  const run = httpRun();
  const degraded = "HTTP/1.1 200 OK\r\nx-envoy-degraded: true\r\ncontent-length: 0\r\n\r\n";
  for (const response of [OK, degraded, degraded, OK]) {
    run.answer(response);
    run.runFor(2_100);
  }
  assert.deepEqual(run.events().slice(1), [{ degraded_healthy_host: {} }, { no_longer_degraded_host: {} }]);
  assert.equal(run.checkStat("degraded"), 0);
  run.finish();
});

describe("a TCP check", () => {
  test("a connection is enough", () => {
    const run = new CheckRun({ check: { tcp_health_check: {} } });
    run.runFor(100);
    assert.equal(run.healthy, 1);
    run.finish();
  });

  test("or an answer to what is sent, in its order", () => {
    const hex = (text: string): object => ({ text: Buffer.from(text).toString("hex") });
    const run = new CheckRun({ check: { tcp_health_check: { send: hex("PING"), receive: [hex("PO"), hex("NG")] } } });
    run.runFor(100);
    assert.equal(run.checked().takeReceived(), "PING");
    run.respond("P", run.checked());
    assert.equal(run.healthy, 0);
    run.respond("O--NG", run.checked());
    assert.equal(run.healthy, 1);
    run.finish();
  });
});

describe("when checks are made", () => {
  test("seldom before there is traffic, then often", () => {
    const check = { http_health_check: HTTP_CHECK, no_traffic_interval: "60s", no_traffic_healthy_interval: "30s" };
    const run = new CheckRun({ check });
    run.runFor(100);
    run.answer();
    run.runFor(29_000);
    assert.equal(run.checked().received, "");
    run.runFor(1_200);
    run.answer();
    const client = run.get();
    run.runFor(30_100);
    run.answer();
    run.runFor(2_100);
    run.answer();
    run.finish([client]);
  });

  test("unhealthy hosts at an interval of their own", () => {
    const run = httpRun(
      {},
      { check: { http_health_check: HTTP_CHECK, unhealthy_interval: "5s", no_traffic_interval: "5s" } },
    );
    run.answer("HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n");
    run.runFor(4_800);
    assert.equal(run.checked().received, "");
    run.runFor(400);
    run.answer();
    run.finish();
  });
});

test("hosts that fail get no requests; with all of them failing, panic spreads over all", () => {
  const run = httpRun({}, { hosts: 2 });
  run.answer(OK, 0);
  run.answer("HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n", 1);
  const clients = [run.get(), run.get(), run.get()];
  assert.equal(run.upstreams[0]?.accepted.length, 4);
  assert.equal(run.upstreams[1]?.accepted.length, 1);
  run.finish(clients);
});

test("a host may ask in an ordinary response to get no more requests, until a check passes", () => {
  const run = httpRun({}, { hosts: 2 });
  run.answer(OK, 0);
  run.answer(OK, 1);
  const client = run.get();
  const failing = "HTTP/1.1 200 OK\r\nx-envoy-immediate-health-check-fail: true\r\ncontent-length: 0\r\n\r\n";
  run.respond(failing, run.origin(1, 0));
  assert.equal(run.healthy, 1);
  assert.equal(run.clusterStat("membership_excluded"), 1);
  assert.equal(run.checkStat("passive_failure"), 1);
  assert.deepEqual(run.events().at(-1), { eject_unhealthy_event: { failure_type: "PASSIVE" } });
  assert.equal(run.checkStat("network_failure"), 0);
  for (const healthy of [1, 2]) {
    run.runFor(2_100);
    run.answer(OK, 0);
    assert.equal(run.healthy, healthy);
  }
  run.finish([client]);
});

describe("a host that fails", () => {
  test("keeps no connection that waits, and those at work end with their streams", () => {
    const run = httpRun();
    run.answer();
    const [idle, busy] = [run.get("/a"), run.get("/b")];
    run.respond(OK, run.origin(1));
    run.runFor(2_100);
    run.answer("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
    assert.equal(run.healthy, 0);
    assert.deepEqual([run.origin(1).fate, run.origin(2).fate], ["closed", "open"]);
    run.respond(OK, run.origin(2));
    assert.equal(run.origin(2).fate, "closed");
    run.finish([idle, busy]);
  });

  test("and that discovery has lost before is gone", () => {
    const run = httpRun({}, { hosts: 2, cluster: { type: "STRICT_DNS" } });
    const both = run.cluster.info.endpoints;
    run.proxy.discover("c", both);
    assert.equal(run.healthy, 0, "nothing is known of them yet");
    run.runFor(100);
    run.answer(OK, 0);
    run.answer(OK, 1);
    run.proxy.discover("c", both.slice(0, 1));
    assert.equal(run.clusterStat("membership_total"), 2, "its checks pass");
    assert.equal(run.healthy, 2);
    run.runFor(2_100);
    run.answer(OK, 0);
    run.answer("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", 1);
    assert.equal(run.clusterStat("membership_total"), 1);
    run.finish();
  });

  test("with ignore_health_on_host_removal it goes at once", () => {
    const cluster = { type: "STRICT_DNS", ignore_health_on_host_removal: true };
    const run = httpRun({}, { hosts: 2, cluster });
    const both = run.cluster.info.endpoints;
    for (const found of [both, both.slice(0, 1)]) run.proxy.discover("c", found);
    assert.equal(run.clusterStat("membership_total"), 1);
    run.finish();
  });

  test("is no other host because it is in another place now", () => {
    const run = httpRun({}, { hosts: 1, cluster: { type: "STRICT_DNS" } });
    const [host] = run.cluster.info.endpoints;
    assert.ok(host !== undefined);
    run.proxy.discover("c", [host]);
    run.runFor(100);
    run.answer();
    assert.equal(run.healthy, 1);
    run.proxy.discover("c", [{ ...host, locality: { region: "eu", zone: "", subZone: "" } }]);
    assert.equal(run.healthy, 1, "what its checks have found holds");
    run.finish();
  });
});

test("ignore_new_hosts_until_first_hc: a host that is not known yet does not count", () => {
  for (const ignored of [false, true]) {
    const cluster = { common_lb_config: { ignore_new_hosts_until_first_hc: ignored } };
    const run = httpRun({}, { cluster });
    assert.equal(run.clusterStat("membership_excluded"), ignored ? 1 : 0);
    run.answer();
    assert.equal(run.clusterStat("membership_excluded"), 0);
    run.finish();
  }
});
