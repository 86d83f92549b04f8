import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, headOf, ManagerRun, route, statusOf } from "./manager.test.support.js";

describe("ConnectionManager: requests and responses", () => {
  test("a request goes to the filters, and its response to the client", () => {
    const run = new ManagerRun();
    const client = run.post(5);
    run.send("hello", client);
    assert.equal(run.origin().headers?.method, "POST");
    assert.equal(run.origin().body, "hello");
    run.letOrigin((origin) => origin.answer(200, "bye", { "content-length": "3" }));
    const response = client.takeReceived();
    assert.deepEqual(headOf(response), ["HTTP/1.1 200 OK", "content-length: 3", "server: sluice"]);
    assert.equal(bodyOf(response), "bye");
    assert.deepEqual(run.log, ["200 - -"]);
    assert.equal(run.stat("downstream_rq_2xx"), 1);
    assert.equal(run.stat("downstream_rq_completed"), 1);
  });

  test("one connection takes one request after the other", () => {
    const run = new ManagerRun();
    const client = run.connect();
    client.send("GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\n");
    run.run();
    assert.equal(run.origins.length, 1);
    run.letOrigin((origin) => origin.answer(200));
    assert.equal(run.origins.length, 2);
    run.letOrigin((origin) => origin.answer(404));
    assert.equal(run.stat("downstream_cx_total"), 1);
    assert.equal(run.stat("downstream_rq_total"), 2);
    client.close();
    run.run();
    assert.deepEqual(run.leftovers(), []);
    assert.equal(run.stat("downstream_cx_destroy_remote"), 1);
  });

  test("bytes that a slow origin does not take stop the client", () => {
    const run = new ManagerRun();
    const client = run.post(1_000_000);
    run.letOrigin((origin) => origin.callbacks.onDecoderFilterAboveWriteBufferHighWatermark());
    client.send("x".repeat(1_000_000));
    run.runFor(1_000);
    assert.equal(run.origin().body, "");
    assert.equal(run.stat("downstream_flow_control_paused_reading_total"), 1);
    run.letOrigin((origin) => origin.callbacks.onDecoderFilterBelowWriteBufferLowWatermark());
    assert.equal(run.origin().body.length, 1_000_000);
    assert.equal(run.stat("downstream_flow_control_resumed_reading_total"), 1);
  });

  test("a request that ended while it was stopped does not stop the next one", () => {
    const run = new ManagerRun();
    const client = run.post(1);
    run.send("x", client);
    run.letOrigin((origin) => {
      origin.callbacks.onDecoderFilterAboveWriteBufferHighWatermark();
      origin.answer(200);
    });
    run.get("/", client);
    assert.equal(run.origins.length, 2);
  });
});

describe("requests that are refused", () => {
  const cases: readonly (readonly [request: string, status: number, details: string])[] = [
    ["GET / HTTP/1.0\r\nhost: a\r\n\r\n", 426, "low_version"],
    ["GET / HTTP/1.1\r\n\r\n", 400, "missing_host_header"],
    ["GET /#a HTTP/1.1\r\nhost: a\r\n\r\n", 400, "path_normalization_failed"],
  ];
  for (const [request, status, details] of cases) {
    test(`${status} ${details}, without a body, past the decoder filters`, () => {
      const run = new ManagerRun();
      const response = run.send(request).takeReceived();
      assert.equal(statusOf(response), status);
      assert.ok(headOf(response).includes("content-length: 0"));
      assert.equal(bodyOf(response), "");
      assert.deepEqual(run.log, [`${status} - ${details}`]);
      assert.equal(run.origin().headers, null);
      assert.equal(run.origin().destroyed, 1);
    });
  }

  test("after a 400 the connection ends", () => {
    const run = new ManagerRun();
    const client = run.send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n");
    assert.ok(headOf(client.received).includes("connection: close"));
    assert.notEqual(client.fate, "open");
    assert.equal(run.log.length, 1);
  });
});

describe("expect: 100-continue", () => {
  const EXPECT = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nexpect: 100-Continue\r\n\r\n";

  test("is answered here; that of the origin is dropped", () => {
    const run = new ManagerRun();
    const client = run.send(EXPECT);
    assert.equal(client.takeReceived(), "HTTP/1.1 100 Continue\r\n\r\n");
    assert.equal(run.origin().headers?.has("expect"), false);
    assert.equal(run.stat("downstream_rq_1xx"), 1);
    run.letOrigin((origin) => origin.interim(100));
    assert.equal(client.takeReceived(), "");
    run.letOrigin((origin) => origin.interim(103));
    assert.equal(client.takeReceived(), "HTTP/1.1 103 Early Hints\r\n\r\n");
    run.send("x", client);
    run.letOrigin((origin) => origin.answer(200));
    assert.equal(statusOf(client.takeReceived()), 200);
    assert.deepEqual(run.log, ["200 - -"]);
    assert.equal(run.stat("downstream_rq_completed"), 1);
    assert.equal(run.stat("downstream_rq_1xx"), 2);
  });

  test("goes both ways where it is proxied", () => {
    const run = new ManagerRun({ config: { proxy100Continue: true } });
    const client = run.send(EXPECT);
    assert.equal(client.takeReceived(), "");
    assert.equal(run.origin().headers?.get("expect"), "100-Continue");
    run.letOrigin((origin) => origin.interim(100));
    assert.equal(client.takeReceived(), "HTTP/1.1 100 Continue\r\n\r\n");
  });

  test("of a request without a body needs no answer", () => {
    const run = new ManagerRun();
    const client = run.send("GET / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\r\n");
    assert.equal(client.received, "");
    assert.equal(run.origin().headers?.has("expect"), false);
  });

  test("of anything else is not ours", () => {
    const run = new ManagerRun();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nexpect: more\r\n\r\n");
    assert.equal(client.received, "");
    assert.equal(run.origin().headers?.get("expect"), "more");
  });
});

describe("upgrades", () => {
  const upgrade = (to: string, path = "/"): string =>
    `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: ${to}\r\n\r\n`;

  test("are refused where a route would take them, and the connection ends: what follows may be of another protocol", () => {
    const run = new ManagerRun();
    const client = run.send(`${upgrade("websocket")}GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n`);
    assert.deepEqual(headOf(client.received), [
      "HTTP/1.1 403 Forbidden",
      "server: sluice",
      "content-length: 0",
      "connection: close",
    ]);
    assert.notEqual(client.fate, "open");
    assert.deepEqual(run.log, ["403 - upgrade_failed"]);
    assert.equal(run.stat("downstream_rq_ws_on_non_ws_route"), 1);
  });

  test("find no route where there is none", () => {
    const run = new ManagerRun({ routes: [route("/api")] });
    run.send(upgrade("websocket"));
    assert.deepEqual(run.log, ["404 - route_not_found"]);
  });

  test("to h2c are ignored", () => {
    const run = new ManagerRun();
    run.send(upgrade("h2c"));
    assert.equal(run.origin().headers?.has("upgrade"), false);
    assert.equal(run.origin().headers?.has("connection"), false);
  });
});

describe("how many requests a connection has", () => {
  test("the last of max_requests_per_connection says so", () => {
    const run = new ManagerRun({ config: { maxRequestsPerConnection: 2 } });
    const client = run.get();
    run.letOrigin((origin) => origin.answer());
    assert.ok(!headOf(client.takeReceived()).includes("connection: close"));
    run.get("/", client);
    run.letOrigin((origin) => origin.answer());
    assert.ok(headOf(client.takeReceived()).includes("connection: close"));
    assert.notEqual(client.fate, "open");
    assert.equal(run.stat("downstream_cx_max_requests_reached"), 1);
  });

  test("a response before the request is complete is the last", () => {
    const run = new ManagerRun();
    const client = run.post();
    run.letOrigin((origin) => origin.answer());
    assert.ok(headOf(client.received).includes("connection: close"));
    assert.equal(run.stat("downstream_rq_response_before_rq_complete"), 1);
    run.runFor(2_000);
    assert.notEqual(client.fate, "open");
  });
});

describe("headers_with_underscores_action", () => {
  const HEAD = "GET / HTTP/1.1\r\nhost: a\r\nx_y: 1\r\n\r\n";

  test("drops such a field and counts it", () => {
    const run = new ManagerRun({ config: { headersWithUnderscores: "drop" } });
    run.send(HEAD);
    assert.equal(run.origin().headers?.get("x_y"), null);
    assert.equal(run.stats.value("http1.dropped_headers_with_underscores"), 1);
  });

  test("refuses a request that has one, and counts it", () => {
    const run = new ManagerRun({ config: { headersWithUnderscores: "reject" } });
    assert.equal(statusOf(run.send(HEAD).received), 400);
    assert.equal(run.stats.value("http1.requests_rejected_with_underscores_in_headers"), 1);
    assert.deepEqual(run.log, ["400 DPE http1.unexpected_underscore"]);
  });
});
