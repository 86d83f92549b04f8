import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeaderMap } from "../headers/header-map.js";
import { bodyOf, ManagerRun, type Origin, route, statusOf } from "./manager.test.support.js";

const CHUNKED = "POST /a?b HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.1\r\ntransfer-encoding: chunked\r\n\r\n";

describe("ActiveStream: what its line can say", () => {
  /** The line of one request with all parts, which takes its time. */
  function lineOf(logFormat: string): string {
    const run = new ManagerRun({ logFormat, config: { enableTrailers: true } });
    const client = run.send(CHUNKED);
    run.runFor(100);
    run.send("5\r\nhello\r\n", client);
    run.runFor(100);
    run.send("0\r\nt: request\r\n\r\n", client);
    run.runFor(300);
    run.letOrigin((origin) => {
      const headers = new HeaderMap();
      headers.status = 201;
      headers.add("x-answer", "yes");
      origin.callbacks.encodeHeaders(headers, false);
      origin.data("bye", false);
    });
    run.runFor(1_000);
    run.letOrigin((origin) => {
      const trailers = new HeaderMap();
      trailers.add("t", "response");
      origin.callbacks.encodeTrailers(trailers);
    });
    assert.match(client.received, /\r\n0\r\nt: response\r\n\r\n$/);
    assert.equal(run.origin().complete, true);
    return run.log[0] ?? "no line";
  }

  const cases: readonly (readonly [format: string, line: string])[] = [
    ["%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%", "POST /a?b HTTP/1.1"],
    ["%RESPONSE_CODE% %RESP(x-answer)% %TRAILER(t)%", "201 yes response"],
    ["%BYTES_RECEIVED% %BYTES_SENT%", "5 3"],
    ["%ROUTE_NAME% %VIRTUAL_HOST_NAME%", "route / all"],
    ["%DOWNSTREAM_REMOTE_ADDRESS%", "203.0.113.1:0"],
    ["%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%", "192.0.2.5:40001"],
    ["%DOWNSTREAM_LOCAL_ADDRESS%", "10.0.0.1:80"],
    ["%ACCESS_LOG_TYPE%", "DownstreamEnd"],
    ["%CONNECTION_TERMINATION_DETAILS%", "-"],
  ];
  for (const [format, line] of cases) {
    test(`${format}: ${line}`, () => {
      assert.equal(lineOf(format), line);
    });
  }

  test("how long it took, in its parts", () => {
    const points = ["DS_RX_BEG:DS_RX_END", "DS_RX_END:DS_TX_BEG", "DS_TX_BEG:DS_TX_END"];
    const format = ["%DURATION%", ...points.map((part) => `%COMMON_DURATION(${part}:ms)%`)].join(" ");
    // What the network takes on top depends on its latency.
    const rounded = lineOf(format)
      .split(" ")
      .map((part) => Math.floor(Number(part) / 50) * 50);
    assert.deepEqual(rounded, [1_500, 200, 300, 1_000]);
  });

  test("a local reply's body, and what was wrong with the request", () => {
    const run = new ManagerRun({ logFormat: "%LOCAL_REPLY_BODY%: %CONNECTION_TERMINATION_DETAILS%" });
    run.send("GET /\r\n\r\n");
    assert.deepEqual(run.log, ["Bad Request: request line is not METHOD SP target SP version"]);
  });

  test("no bytes of a reply to HEAD", () => {
    const run = new ManagerRun({ logFormat: "%RESPONSE_CODE% %BYTES_SENT%", config: { streamIdleTimeoutMs: 1_000 } });
    const client = run.send("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n");
    run.runFor(2_000);
    assert.equal(statusOf(client.received), 504);
    assert.equal(bodyOf(client.received), "");
    assert.deepEqual(run.log, ["504 0"]);
  });
});

describe("ActiveStream: the route", () => {
  const routes = [route("/api"), route("/")];

  test("is matched once", () => {
    const run = new ManagerRun({ routes });
    run.get("/api");
    const { stream } = run.origin().callbacks;
    const before = stream.route();
    (run.origin().headers as HeaderMap).path = "/other";
    assert.equal(stream.route(), before);
  });

  test("and once more after a filter has cleared it", () => {
    const run = new ManagerRun({ routes, logFormat: "%ROUTE_NAME%" });
    run.get("/api");
    const { stream } = run.origin().callbacks;
    (run.origin().headers as HeaderMap).path = "/other";
    stream.clearRouteCache();
    assert.equal(stream.route()?.name, "route /");
    run.letOrigin((origin) => origin.answer());
    assert.deepEqual(run.log, ["route /"]);
  });

  test("that is none is remembered, too", () => {
    const run = new ManagerRun({ routes: [route("/api")] });
    run.get("/other");
    const { stream } = run.origin().callbacks;
    (run.origin().headers as HeaderMap).path = "/api";
    assert.equal(stream.route(), null);
  });
});

describe("ActiveStream: flow control towards the client", () => {
  test("a client that does not read is told to the origin, and that it reads again", () => {
    const run = new ManagerRun({ bufferLimitBytes: 10_000 });
    const client = run.get();
    client.pauseReading();
    const calls: string[] = [];
    run.letOrigin((origin) => {
      origin.callbacks.setDownstreamWatermarkCallbacks({
        onAboveWriteBufferHighWatermark: () => void calls.push("above"),
        onBelowWriteBufferLowWatermark: () => void calls.push("below"),
      });
      origin.begin(200, 2_000_000);
      origin.data("x".repeat(1_999_999), false);
    });
    run.runFor(1_000);
    assert.equal(calls.join(), "above");
    client.resumeReading();
    run.run();
    assert.equal(calls.join(), "above,below");
    run.letOrigin((origin) => origin.data("x", true));
    assert.equal(bodyOf(client.received).length, 2_000_000);
  });
});

describe("ActiveStream: its stats", () => {
  test("a protocol error, a client that leaves, a response that is broken off", () => {
    const run = new ManagerRun();
    run.send("GET /\r\n\r\n");
    assert.equal(run.stat("downstream_cx_protocol_error"), 1);
    run.get().close();
    run.run();
    assert.equal(run.stat("downstream_rq_rx_reset"), 1);
    run.get();
    run.letOrigin((origin) => origin.callbacks.resetStream("given_up"));
    assert.equal(run.stat("downstream_rq_tx_reset"), 1);
    assert.equal(run.stat("downstream_rq_total"), 3);
    assert.equal(run.stat("downstream_rq_http1_total"), 3);
    assert.equal(run.stat("downstream_rq_active"), 0);
  });

  test("a body that is not what its head announced is ours to answer for, not the client's", () => {
    for (const send of [
      (origin: Origin) => origin.data("too long", false),
      (origin: Origin) => origin.data("sh", true),
    ]) {
      const run = new ManagerRun();
      const client = run.get();
      run.letOrigin((origin) => {
        origin.begin(200, 5);
        send(origin);
      });
      assert.equal(client.isOpen, false);
      assert.deepEqual(run.log, ["200 - http1.content_length_mismatch"]);
      assert.equal(run.stat("downstream_rq_tx_reset"), 1);
      assert.equal(run.stat("downstream_rq_rx_reset"), 0);
    }
  });

  test("what a filter held too much of, and how long a request took", () => {
    const run = new ManagerRun({ bufferLimitBytes: 10 });
    run.post();
    run.letOrigin((origin) => origin.callbacks.addDecodedData(Buffer.from("12345678901"), false));
    assert.equal(run.stat("downstream_rq_too_large"), 1);
    assert.deepEqual(run.log, ["413 - request_payload_too_large"]);
    run.get();
    run.runFor(1_000);
    run.letOrigin((origin) => origin.answer());
    assert.ok(run.stat("downstream_rq_time") >= 1_000);
  });
});
