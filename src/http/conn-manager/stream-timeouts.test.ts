import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, headOf, ManagerRun, route, statusOf } from "./manager.test.support.js";

/*
 * The timers of one request. They fire up to one tick late (100 ms).
 */

const TICK_MS = 100;

describe("request_headers_timeout", () => {
  const config = { requestHeadersTimeoutMs: 1_000 };

  test("runs from the first byte of the head: 408, and the connection ends", () => {
    const run = new ManagerRun({ config });
    const client = run.connect();
    run.runFor(10_000);
    run.send("GET / HTTP/1.1\r\n", client);
    run.runFor(900);
    client.send("host: a\r\n");
    run.runFor(50);
    assert.equal(client.received, "");
    run.runFor(50 + TICK_MS);
    assert.equal(statusOf(client.received), 408);
    assert.equal(bodyOf(client.received), "request header timeout");
    assert.ok(headOf(client.received).includes("connection: close"));
    assert.deepEqual(run.log, ["408 - request_header_timeout"]);
    assert.equal(run.stat("downstream_rq_header_timeout"), 1);
    client.close();
    run.run();
    assert.deepEqual(run.leftovers(), []);
  });

  test("runs for each head", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.letOrigin((origin) => origin.answer());
    run.runFor(10_000);
    client.takeReceived();
    run.send("GET", client);
    run.runFor(1_000 + TICK_MS);
    assert.equal(statusOf(client.received), 408);
    assert.deepEqual(run.log, ["200 - -", "408 - request_header_timeout"]);
  });

  test("runs also for a head that came together with the request before it", () => {
    const run = new ManagerRun({ config, routes: [route("/api")] });
    const client = run.send("GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\nGET /api HT");
    run.runFor(1_000 + TICK_MS);
    assert.deepEqual(run.log, ["404 - route_not_found", "408 - request_header_timeout"]);
    assert.notEqual(client.fate, "open");
  });

  test("does not run for the body", () => {
    const run = new ManagerRun({ config });
    const client = run.send("POST / HTTP/1.1\r\n");
    run.send("host: a\r\ncontent-length: 1\r\n\r\n", client);
    run.runFor(10_000);
    assert.equal(client.received, "");
  });
});

describe("request_timeout", () => {
  const config = { requestTimeoutMs: 1_000 };
  const TIMED_OUT = "408 - request_overall_timeout";

  test("is for the whole request, however lively it is", () => {
    const run = new ManagerRun({ config });
    const client = run.post(1_000);
    for (let i = 0; i < 20; i++) {
      client.send("x");
      run.runFor(TICK_MS);
    }
    assert.equal(statusOf(client.received), 408);
    assert.equal(bodyOf(client.received), "request timeout");
    assert.deepEqual(run.log, [TIMED_OUT]);
    assert.equal(run.stat("downstream_rq_timeout"), 1);
  });

  test("ends with the request", () => {
    const run = new ManagerRun({ config });
    const client = run.post(1);
    run.send("x", client);
    run.runFor(10_000);
    assert.equal(client.received, "");
  });

  test("ends with the beginning of the response", () => {
    const run = new ManagerRun({ config });
    const client = run.post();
    run.letOrigin((origin) => origin.begin());
    run.runFor(10_000);
    assert.equal(statusOf(client.received), 200);
    assert.deepEqual(run.log, []);
  });
});

describe("stream_idle_timeout", () => {
  const config = { streamIdleTimeoutMs: 1_000 };

  test("of a client that does not send on is 408", () => {
    const run = new ManagerRun({ config });
    const client = run.post();
    run.runFor(1_000 + TICK_MS);
    assert.equal(statusOf(client.received), 408);
    assert.equal(bodyOf(client.received), "stream timeout");
    assert.deepEqual(run.log, ["408 SI stream_idle_timeout"]);
    assert.equal(run.stat("downstream_rq_idle_timeout"), 1);
  });

  test("of an origin that does not answer is 504", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.runFor(1_000 + TICK_MS);
    assert.equal(statusOf(client.received), 504);
    assert.equal(bodyOf(client.received), "stream timeout");
    assert.deepEqual(run.log, ["504 SI stream_idle_timeout"]);
    assert.equal(run.origin().destroyed, 1);
  });

  test("of a response that has begun breaks it off", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.letOrigin((origin) => origin.begin());
    run.runFor(1_000 + TICK_MS);
    assert.equal(statusOf(client.received), 200);
    assert.equal(bodyOf(client.received), "");
    assert.notEqual(client.fate, "open");
    assert.deepEqual(run.log, ["200 SI stream_idle_timeout"]);
    assert.equal(run.stat("downstream_rq_tx_reset"), 1);
  });

  test("begins anew with each event of either side", () => {
    const run = new ManagerRun({ config });
    const client = run.post(2);
    const wait = (): void => run.runFor(900);
    wait();
    run.send("x", client);
    wait();
    run.send("y", client);
    wait();
    run.letOrigin((origin) => origin.interim(103));
    wait();
    run.letOrigin((origin) => origin.begin());
    wait();
    run.letOrigin((origin) => origin.data("x", false));
    wait();
    assert.deepEqual(run.log, []);
    run.runFor(TICK_MS * 2);
    assert.deepEqual(run.log, ["200 SI stream_idle_timeout"]);
  });

  test("is another one on a route that says so", () => {
    const run = new ManagerRun({ config, routes: [route("/", { idleTimeoutMs: 5_000 })] });
    const client = run.get();
    run.runFor(4_900);
    assert.equal(client.received, "");
    run.runFor(100 + TICK_MS);
    assert.equal(statusOf(client.received), 504);
  });

  test("is off on a route that says 0", () => {
    const run = new ManagerRun({ config, routes: [route("/", { idleTimeoutMs: 0 })] });
    const client = run.post();
    run.send("x", client);
    run.runFor(3_600_000);
    assert.equal(client.received, "");
  });

  test("may be on for one route only", () => {
    const run = new ManagerRun({
      config: { streamIdleTimeoutMs: 0 },
      routes: [route("/api", { idleTimeoutMs: 1_000 }), route("/")],
    });
    const calm = run.get("/");
    const hurried = run.get("/api");
    run.runFor(1_000 + TICK_MS);
    assert.equal(statusOf(hurried.received), 504);
    assert.equal(calm.received, "");
  });
});

describe("max_stream_duration", () => {
  const config = { maxStreamDurationMs: 1_000 };

  test("of a request that is not complete is 408", () => {
    const run = new ManagerRun({ config });
    const client = run.post(100);
    for (let i = 0; i < 11; i++) {
      client.send("x");
      run.runFor(TICK_MS);
    }
    assert.equal(statusOf(client.received), 408);
    assert.equal(bodyOf(client.received), "downstream duration timeout");
    assert.deepEqual(run.log, ["408 - max_duration_timeout"]);
    assert.equal(run.stat("downstream_rq_max_duration_reached"), 1);
  });

  test("of one that is not answered is 504", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.runFor(1_000 + TICK_MS);
    assert.equal(statusOf(client.received), 504);
    assert.deepEqual(run.log, ["504 - max_duration_timeout"]);
  });

  test("of a response that has begun breaks it off", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.letOrigin((origin) => origin.begin());
    run.runFor(1_000 + TICK_MS);
    assert.notEqual(client.fate, "open");
    assert.deepEqual(run.log, ["200 - max_duration_timeout"]);
  });

  test("ends with the stream", () => {
    const run = new ManagerRun({ config });
    const client = run.get();
    run.letOrigin((origin) => origin.answer());
    run.runFor(10_000);
    assert.equal(client.fate, "open");
    assert.deepEqual(run.log, ["200 - -"]);
  });
});

describe("while the head arrives", () => {
  const CASES = [
    [{ requestTimeoutMs: 1_000 }, "408 - request_overall_timeout", "request timeout", "downstream_rq_timeout"],
    [{ streamIdleTimeoutMs: 1_000 }, "408 SI stream_idle_timeout", "stream timeout", "downstream_rq_idle_timeout"],
    [
      { maxStreamDurationMs: 1_000 },
      "408 - max_duration_timeout",
      "downstream duration timeout",
      "downstream_rq_max_duration_reached",
    ],
    [
      { requestTimeoutMs: 2_000, requestHeadersTimeoutMs: 1_000 },
      "408 - request_header_timeout",
      "request header timeout",
      "downstream_rq_header_timeout",
    ],
  ] as const;
  for (const [config, line, body, stat] of CASES) {
    test(`the shortest limit cuts it: ${line}`, () => {
      const run = new ManagerRun({ config });
      const client = run.send("GET / HT");
      for (let i = 0; i < 12; i++) {
        client.send("T".repeat(i % 2));
        run.runFor(TICK_MS);
      }
      assert.equal(statusOf(client.received), 408);
      assert.equal(bodyOf(client.received), body);
      assert.notEqual(client.fate, "open");
      assert.deepEqual(run.log, [line]);
      assert.equal(run.stat(stat), 1);
    });
  }

  test("its time counts for the request", () => {
    const run = new ManagerRun({ config: { requestTimeoutMs: 1_000 }, logFormat: "%RESPONSE_CODE% %DURATION%" });
    const client = run.send("POST / HTTP/1.1\r\n");
    run.runFor(600);
    run.send("host: a\r\ncontent-length: 10\r\n\r\n", client);
    run.runFor(300);
    assert.equal(client.received, "");
    run.runFor(200);
    assert.equal(statusOf(client.received), 408);
    const [code, duration] = (run.log[0] ?? "").split(" ");
    assert.equal(code, "408");
    assert.ok(Number(duration) >= 1_000 && Number(duration) <= 1_000 + TICK_MS, duration);
  });
});

test("gRPC is told a duration that was exceeded by its own status", () => {
  const run = new ManagerRun({ config: { maxStreamDurationMs: 1_000 } });
  const client = run.send("GET / HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\n\r\n");
  run.runFor(1_000 + TICK_MS);
  assert.equal(statusOf(client.received), 200);
  assert.match(client.received, /\r\ngrpc-status: 4\r\n/);
});
