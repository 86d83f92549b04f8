import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HealthFlags } from "../host-health.js";
import { CheckRun, EVENT_FILE, HTTP_CHECK, httpRun, OK } from "./health-check.test.support.js";

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

test("an event says of the host what there is to say", () => {
  const endpoints = [
    { endpoint: endpointAt(1), metadata: { filter_metadata: { "envoy.lb": { version: "1.2" } } } },
    { endpoint: endpointAt(2) },
  ];
  const locality = { region: "eu", zone: "eu-1", sub_zone: "a" };
  const load_assignment = { cluster_name: "c", endpoints: [{ locality, lb_endpoints: endpoints }] };
  const run = httpRun({}, { hosts: 2, cluster: { load_assignment } });
  run.answer(OK, 0);
  run.answer(OK, 1);
  const [first, second] = run.proxy.events.map((line) => JSON.parse(line) as Record<string, unknown>);
  const metadata = { filter_metadata: { "envoy.lb": { version: "1.2" } }, typed_filter_metadata: {} };
  const host = { protocol: "TCP", resolver_name: "", ipv4_compat: false, address: "10.0.0.1", port_value: 80 };
  assert.match(first?.timestamp as string, /^2026-01-01T00:00:00\.\d{3}Z$/);
  assert.deepEqual(
    { ...first, timestamp: "" },
    {
      health_checker_type: "HTTP",
      host: { socket_address: host },
      cluster_name: "c",
      add_healthy_event: { first_check: true },
      timestamp: "",
      metadata,
      locality,
    },
  );
  assert.equal(second?.metadata, undefined);
  run.finish();
});

test("events go to every file that is named", () => {
  const files = ["/dev/null", "/dev/zero"].map((path) => ({
    ...EVENT_FILE,
    typed_config: { ...EVENT_FILE.typed_config, event_log_path: path },
  }));
  const run = httpRun({}, { check: { http_health_check: HTTP_CHECK, event_logger: files } });
  run.answer();
  assert.equal(run.events().length, 2);
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

  test("at the interval of the state, or of the way to another one", () => {
    const intervals = { unhealthy_interval: "3s", unhealthy_edge_interval: "4s", healthy_edge_interval: "5s" };
    const thresholds = { healthy_threshold: 3, unhealthy_threshold: 3, timeout: "0.5s" };
    const check = { http_health_check: HTTP_CHECK, ...intervals, ...thresholds, no_traffic_interval: "6s" };
    const run = new CheckRun({ check });
    run.runFor(100);
    run.answer();
    const client = run.get();
    run.runFor(6_050);
    let connection = 0;
    // Shown while a host has failed, until it does for another reason.
    let timedOut = false;
    // What each check comes to, how many hosts are healthy then, and the seconds to the next check.
    for (const [outcome, healthy, seconds] of [
      [200, 1, 2],
      [200, 1, 2],
      // Decides at once, whatever the threshold.
      [503, 0, 3],
      [503, 0, 3],
      [200, 0, 5],
      [200, 0, 5],
      [200, 1, 2],
      [200, 1, 2],
      ["timeout", 1, 4],
      ["timeout", 1, 4],
      ["timeout", 0, 3],
      ["timeout", 0, 3],
      [200, 0, 5],
      [503, 0, 3],
      [200, 0, 5],
      [200, 0, 5],
      [200, 1, 2],
    ] as const) {
      const checks = run.checkStat("attempt");
      if (outcome === "timeout") {
        run.runFor(450);
        // The next check has a connection of its own; another one is the client's.
        connection = connection === 0 ? 2 : connection + 1;
      } else run.answer(`HTTP/1.1 ${outcome} X\r\ncontent-length: 0\r\n\r\n`, 0, connection);
      assert.equal(run.healthy, healthy);
      timedOut = healthy === 0 && (outcome === "timeout" || (outcome === 200 && timedOut));
      assert.equal((run.flags & HealthFlags.activeHealthCheckTimeout) !== 0, timedOut, "active_hc_timeout");
      run.runFor(seconds * 1_000 - 60);
      assert.equal(run.checkStat("attempt"), checks, `no check before ${seconds} s`);
      run.runFor(120);
      assert.equal(run.checkStat("attempt"), checks + 1, `a check after ${seconds} s`);
    }
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

test("a host that is ejected comes back with a check that passes, if its checks held it to be healthy or do so now", () => {
  for (const [results, ejected] of [
    [[200], 0],
    [[503, 200], 1],
    [[503, 200, 200], 0],
  ] as const) {
    const run = httpRun({}, { cluster: { outlier_detection: { consecutive_5xx: 1, max_ejection_percent: 100 } } });
    run.answer();
    const client = run.get();
    run.respond("HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n", run.origin(1));
    assert.equal(run.clusterStat("outlier_detection.ejections_active"), 1);
    for (const status of results) {
      run.runFor(2_100);
      run.answer(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`);
    }
    assert.equal(run.clusterStat("outlier_detection.ejections_active"), ejected, results.join());
    run.finish([client]);
  }
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

function endpointAt(last: number): object {
  return { address: { socket_address: { address: `10.0.0.${last}`, port_value: 80 } } };
}
