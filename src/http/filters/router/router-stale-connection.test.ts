import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import { fieldsOf, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** A proxy with one upstream connection that has been used and is kept. */
function withUsedConnection(options: RouterRunOptions = {}): { run: RouterRun; client: SimulatedPeer } {
  const run = new RouterRun({
    link: { latencyMs: 5 },
    logFormat: "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    ...options,
  });
  const client = run.get();
  run.respond(OK);
  assert.equal(statusOf(client.received), 200);
  return { run, client };
}

/** Sends a request that meets the end of the connection on its way: the upstream closes before it has seen it. */
function sendIntoClose(run: RouterRun, request: string, end: "close" | "reset"): SimulatedPeer {
  const client = run.connect();
  run.run();
  client.send(request);
  // It has passed the proxy and is on its way to the upstream.
  run.runFor(6);
  run.origin(0)[end]();
  run.run();
  return client;
}

const message = (method: string, body = ""): string =>
  `${method} / HTTP/1.1\r\nhost: a\r\n${body === "" ? "" : `content-length: ${body.length}\r\n`}\r\n${body}`;

describe("a reused connection that closes without an answer (RFC 9112 9.3.1)", () => {
  for (const end of ["close", "reset"] as const) {
    for (const [method, body] of [
      ["GET", ""],
      ["HEAD", ""],
      ["OPTIONS", ""],
      ["DELETE", ""],
      ["PUT", "body"],
    ] as const) {
      test(`${method}, ${end}: once more on a fresh one`, () => {
        const { run, client } = withUsedConnection();
        const second = sendIntoClose(run, message(method, body), end);
        assert.ok(run.origin(1).received.startsWith(`${method} / HTTP/1.1\r\n`));
        assert.ok(run.origin(1).received.endsWith(`\r\n\r\n${body}`));
        run.respond(method === "HEAD" ? "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n" : OK, run.origin(1));
        assert.equal(statusOf(second.received), 200);
        assert.deepEqual(run.log, ["200 - via_upstream 1", "200 - via_upstream 2"]);
        assert.equal(run.clusterStat("upstream_rq_stale_repeated"), 1);
        assert.equal(run.clusterStat("upstream_rq_retry"), 0);
        run.finish([client, second]);
      });
    }

    test(`POST, ${end}: may have been seen, and is not sent again`, () => {
      const { run, client } = withUsedConnection();
      const second = sendIntoClose(run, message("POST", "body"), end);
      assert.equal(statusOf(second.received), 503);
      assert.match(run.log[1] as string, /^503 UC upstream_reset_before_response_started/);
      assert.equal(run.upstreams[0]?.accepted.length, 1);
      run.finish([client, second]);
    });
  }

  test("switched off by the runtime", () => {
    const { run, client } = withUsedConnection({ runtime: { "sluice.router.repeat_on_stale_connection": false } });
    const second = sendIntoClose(run, message("GET"), "close");
    assert.equal(statusOf(second.received), 503);
    run.finish([client, second]);
  });

  test("what the upstream has answered one byte to is not repeated", () => {
    const { run, client } = withUsedConnection();
    const second = run.get();
    run.respond("H");
    run.origin(0).close();
    run.run();
    assert.equal(statusOf(second.received), 503);
    run.finish([client, second]);
  });

  test("a fresh connection is not stale", () => {
    const run = new RouterRun();
    const client = run.get();
    run.origin(0).close();
    run.run();
    assert.equal(statusOf(client.received), 503);
    assert.equal(run.upstreams[0]?.accepted.length, 1);
    run.finish([client]);
  });

  test("the upstream gets to know which attempt it is, and what time is left", () => {
    const virtualHost = {
      name: "all",
      domains: ["*"],
      include_request_attempt_count: true,
      include_attempt_count_in_response: true,
      routes: [{ match: { prefix: "/" }, route: { cluster: "c", timeout: "1s" } }],
    };
    const { run, client } = withUsedConnection({ manager: { route_config: { virtual_hosts: [virtualHost] } } });
    const second = sendIntoClose(run, message("GET"), "close");
    const repeated = fieldsOf(run.origin(1).received);
    assert.equal(repeated.get("x-envoy-attempt-count"), "2");
    assert.ok(Number(repeated.get("x-envoy-expected-rq-timeout-ms")) < 1_000);
    run.respond(OK, run.origin(1));
    assert.equal(fieldsOf(second.received).get("x-envoy-attempt-count"), "2");
    run.finish([client, second]);
  });

  test("only once", () => {
    const { run, client } = withUsedConnection();
    const second = sendIntoClose(run, message("GET"), "close");
    run.origin(1).close();
    run.run();
    assert.equal(statusOf(second.received), 503);
    assert.equal(run.upstreams[0]?.accepted.length, 2);
    run.finish([client, second]);
  });

  test("not on another connection that was used before, which may be as stale", () => {
    const { run, client } = withUsedConnection();
    const others = [run.get(), run.get()];
    run.respond(OK, run.origin(0));
    run.respond(OK, run.origin(1));
    const last = run.connect();
    run.run();
    last.send(message("GET"));
    run.runFor(6);
    for (const index of [0, 1]) run.origin(index).close();
    run.run();
    run.respond(OK, run.origin(2));
    assert.equal(statusOf(last.received), 200);
    run.finish([client, ...others, last]);
  });

  test("a body that comes later goes to the fresh connection as well", () => {
    const { run, client } = withUsedConnection();
    const put = "PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc";
    const second = sendIntoClose(run, put, "close");
    run.send("def", second);
    assert.ok(run.origin(1).received.endsWith("\r\n\r\nabcdef"));
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(second.received), 200);
    run.finish([client, second]);
  });

  test("a body that was too large to be kept cannot be sent again", () => {
    const { run, client } = withUsedConnection();
    const size = 100_000;
    const second = sendIntoClose(
      run,
      `PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n${"x".repeat(size)}`,
      "close",
    );
    run.run();
    assert.equal(statusOf(second.received), 503);
    assert.equal(run.clusterStat("upstream_rq_stale_repeated"), 0);
    run.finish([client, second]);
  });
});

describe("a connection that closes before anything was handed to it", () => {
  /** A POST meets the end of its connection: the end arrives in the turn of the loop that has read the request, behind it. */
  function postBesideEnd({ run, client }: ReturnType<typeof withUsedConnection>, waitMs: number, origin = 0) {
    const second = run.connect();
    run.runFor(waitMs);
    second.send(message("POST", "body"));
    run.origin(origin).close();
    run.run();
    return { second, finish: () => run.finish([client, second]) };
  }

  const nearby = (): ReturnType<typeof withUsedConnection> => withUsedConnection({ link: { latencyMs: 0 } });

  test("a request that could not be sent twice looks for the end of a connection that has rested", () => {
    const used = nearby();
    const { second, finish } = postBesideEnd(used, 100);
    assert.ok(used.run.origin(1).received.endsWith("\r\n\r\nbody"));
    used.run.respond(OK, used.run.origin(1));
    assert.equal(statusOf(second.received), 200);
    assert.equal(used.run.clusterStat("upstream_rq_stale_repeated"), 1);
    finish();
  });

  test("and of any connection whose host has closed one before", () => {
    const used = nearby();
    const { run } = used;
    run.origin(0).close();
    run.run();
    const again = run.get();
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(again.received), 200);
    again.close();
    const { second, finish } = postBesideEnd(used, 50, 1);
    run.respond(OK, run.origin(2));
    assert.equal(statusOf(second.received), 200);
    finish();
  });

  test("other connections are trusted, which saves a turn of the loop", () => {
    const used = nearby();
    const { second, finish } = postBesideEnd(used, 50);
    assert.equal(statusOf(second.received), 503);
    assert.equal(used.run.upstreams[0]?.accepted.length, 1);
    finish();
  });

  test("whatever the request is, it is sent on a fresh one", () => {
    // Without latency, the request and the close of the upstream meet in one turn of the loop.
    const { run, client } = withUsedConnection({ link: { latencyMs: 0 } });
    const second = run.connect();
    run.run();
    run.origin(0).close();
    second.send(message("POST", "body"));
    run.run();
    assert.ok(run.origin(1).received.endsWith("\r\n\r\nbody"));
    run.respond(OK, run.origin(1));
    assert.equal(statusOf(second.received), 200);
    run.finish([client, second]);
  });
});
