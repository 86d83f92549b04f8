import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fieldsOf } from "../../http/filters/router/router.test.support.js";
import { CheckRun, HTTP_CHECK, httpRun, OK } from "./health-check.test.support.js";

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

  test("goes where the endpoint says, whatever the check says of ports", () => {
    const socketAddress = { socket_address: { address: "10.0.0.9", port_value: 81 } };
    for (const [hostCheck, check, host, port] of [
      [{ address: socketAddress }, {}, "10.0.0.9", 81],
      [{ address: socketAddress }, { alt_port: 84 }, "10.0.0.9", 81],
      [{ address: socketAddress, port_value: 82 }, {}, "10.0.0.9", 82],
      [{ port_value: 83 }, { alt_port: 84 }, "10.0.0.1", 83],
      [{}, { alt_port: 84 }, "10.0.0.1", 84],
    ] as const) {
      const run = new CheckRun({ check: { http_health_check: HTTP_CHECK, ...check }, hostCheck });
      const listener = run.proxy.network.listenPeer({ kind: "ip", host, port });
      run.runFor(100);
      run.respond(OK, listener.connection(0));
      assert.equal(run.healthy, 1, `${host}:${port}`);
      assert.equal(run.upstreams[0]?.accepted.length, 0);
      run.finish();
    }
  });

  test("carries fields as everywhere: what is removed goes first, and values may speak of host and cluster", () => {
    const fields = {
      "x-protocol": "%PROTOCOL%",
      "x-host": "%UPSTREAM_REMOTE_ADDRESS%",
      "x-cluster": "%UPSTREAM_CLUSTER%",
      "x-from": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
      "x-to": "%DOWNSTREAM_LOCAL_ADDRESS%",
      "x-none": "%UPSTREAM_METADATA(a:b)%",
      "x-year": "%START_TIME(%Y)%",
      "user-agent": "mine",
    };
    const run = httpRun({
      request_headers_to_add: Object.entries(fields).map(([key, value]) => ({ header: { key, value } })),
      request_headers_to_remove: ["user-agent"],
    });
    const sent = fieldsOf(run.answer());
    assert.deepEqual(Object.fromEntries([...sent].filter(([name]) => name !== "host")), {
      "x-protocol": "HTTP/1.1",
      "x-host": "10.0.0.1:80",
      "x-cluster": "c",
      "x-from": "127.0.0.1",
      "x-to": "127.0.0.1:0",
      "x-year": "2026",
      "user-agent": "mine",
    });
    run.finish();
  });

  test("may set a field in place of another", () => {
    const run = httpRun({
      request_headers_to_add: [
        { header: { key: "user-agent", value: "mine" }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" },
        { header: { key: "x-empty", value: "" }, keep_empty_value: true },
        { header: { key: "x-absent", value: "" } },
      ],
    });
    assert.match(run.answer(), /\r\nuser-agent: mine\r\nx-empty: \r\n\r\n$/);
    run.finish();
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

  test("a connection that the host closes between checks says nothing of it; the next check has another one", () => {
    const run = httpRun();
    run.answer();
    run.checked().close();
    run.runFor(2_100);
    run.answer(OK, 0, 1);
    assert.deepEqual([run.checkStat("success"), run.checkStat("failure"), run.healthy], [2, 0, 1]);
    run.finish();
  });

  test("an answer may end the connection", () => {
    for (const last of ["HTTP/1.1 200 OK\r\nconnection: close\r\n", "HTTP/1.0 200 OK\r\n"]) {
      const run = httpRun();
      run.answer(`${last}content-length: 0\r\n\r\n`);
      assert.notEqual(run.checked().fate, "open");
      run.runFor(2_100);
      run.answer(OK, 0, 1);
      assert.equal(run.checkStat("success"), 2);
      run.finish();
    }
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
    const wanted = { receive: [{ text: Buffer.from("fine").toString("hex") }] };
    for (const [fields, response, healthy, excluded] of [
      [{}, answer(200), 1, 0],
      [{}, answer(503), 0, 1],
      [wanted, answer(200, "poor"), 0, 1],
      [service, answer(200), 0, 0],
    ] as const) {
      const run = httpRun(fields);
      run.answer(response);
      assert.deepEqual([run.healthy, run.clusterStat("membership_excluded")], [healthy, excluded], response);
      run.finish();
    }
  });

  test("the runtime may have the service's name looked at in some checks only", () => {
    const runtime = { "health_check.verify_cluster": 0 };
    const run = httpRun({ service_name_matcher: { exact: "me" } }, { runtime });
    run.answer();
    assert.deepEqual([run.healthy, run.checkStat("verify_cluster")], [1, 0]);
    run.finish();
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
