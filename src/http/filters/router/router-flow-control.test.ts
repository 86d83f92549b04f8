import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import { pattern, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

/*
 * Back-pressure through the whole proxy: each connection may hold its limit and one read more, whoever is slow stops
 * the other side, and whatever was stopped goes on.
 */

const LIMIT = 32 * 1024;
const READ = 64 * 1024;
const WINDOW = 8 * 1024;
/** A link that carries more than the limit in one read: the limit is soft by as much. */
const ONE_READ = { windowBytes: 256 * 1024, readSplit: "whole" } as const;
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

function limited(options: RouterRunOptions = {}): RouterRun {
  return new RouterRun({
    link: { windowBytes: WINDOW, readSplit: "random" },
    ...options,
    listener: { per_connection_buffer_limit_bytes: LIMIT, ...options.listener },
    cluster: { per_connection_buffer_limit_bytes: LIMIT, ...options.cluster },
  });
}

function response(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body]);
}

function post(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`), body]);
}

function assertBody(peer: SimulatedPeer, body: Buffer): void {
  const received = peer.takeReceivedBytes();
  assert.ok(received.subarray(received.indexOf("\r\n\r\n") + 4).equals(body), "the body was changed on its way");
}

/** What the proxy holds of `sent` bytes, at most: kernel windows of both sides are the peers'. */
function heldByProxy(from: SimulatedPeer, to: SimulatedPeer, sent: number): number {
  return sent - from.unsentBytes - to.receivedBytes.length - 2 * WINDOW;
}

describe("a client that does not take the response", () => {
  test("stops the upstream within the limit, and gets everything in the end", () => {
    const run = limited();
    const client = run.get();
    client.pauseReading();
    const body = pattern(500_000);
    run.respond(response(body));
    run.runFor(5_000);
    assert.ok(heldByProxy(run.origin(), client, body.length) <= LIMIT + 2 * READ);
    assert.equal(run.clusterStat("upstream_flow_control_paused_reading_total"), 1);
    assert.equal(run.clusterStat("upstream_flow_control_resumed_reading_total"), 0);
    client.resumeReading();
    run.run();
    assertBody(client, body);
    run.assertFlowControlPairs();
    // Both connections are as good as new.
    run.get("/next", client);
    run.respond(OK);
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });

  test("is stopped and continued many times when it is slow", () => {
    const run = limited();
    run.setClientLink({ windowBytes: 1_000 });
    const client = run.get();
    const body = pattern(1_000_000);
    run.respond(response(body));
    assertBody(client, body);
    assert.ok(run.clusterStat("upstream_flow_control_paused_reading_total") > 3);
    run.finish([client]);
  });

  test("leaves while the upstream is stopped", () => {
    const run = limited();
    const client = run.get();
    client.pauseReading();
    run.respond(response(pattern(500_000)));
    client.reset();
    run.run();
    assert.notEqual(run.origin().fate, "open");
    run.finish();
  });

  test("is cut short when the upstream breaks off meanwhile", () => {
    const run = limited();
    const client = run.get();
    client.pauseReading();
    run.origin().send(response(pattern(500_000)));
    run.run();
    run.origin().reset();
    run.run();
    client.resumeReading();
    run.run();
    assert.notEqual(client.fate, "open");
    run.finish([client]);
  });

  test("is not given the next response without limit either", () => {
    const run = limited();
    run.setUpstreamLink(ONE_READ);
    const client = run.get("/1");
    client.pauseReading();
    // Over the limit, but complete: the first stream is over.
    const first = pattern(LIMIT + 3 * WINDOW);
    run.respond(response(first));
    assert.deepEqual(run.log, ["200 - via_upstream"]);
    run.get("/2", client);
    const second = pattern(600_000);
    run.respond(response(second));
    run.runFor(5_000);
    const held = heldByProxy(run.origin(), client, first.length + second.length) - ONE_READ.windowBytes;
    assert.ok(held <= LIMIT + 2 * READ, `${held} bytes`);
    client.resumeReading();
    run.run();
    const received = client.takeReceivedBytes();
    assert.ok(received.subarray(-second.length).equals(second));
    run.get("/3", client);
    run.respond(OK);
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });
});

describe("attempts beside each other while the client is behind", () => {
  const route = {
    hedge_policy: { hedge_on_per_try_timeout: true },
    retry_policy: { retry_on: "5xx", per_try_timeout: "0.2s", num_retries: 1 },
  };
  for (const winner of [0, 1]) {
    for (const moment of ["before the answer", "during the answer"] as const) {
      test(`the ${winner === 0 ? "first" : "second"} answers, and the client takes it all, beginning ${moment}`, () => {
        const run = limited({ route });
        run.setUpstreamLink(ONE_READ);
        const client = run.get("/1");
        client.pauseReading();
        run.respond(response(pattern(LIMIT + 3 * WINDOW)));
        run.get("/2", client);
        run.runFor(240);
        assert.equal(run.clusterStat("upstream_rq_retry"), 1);
        if (moment === "before the answer") client.resumeReading();
        run.run();
        const body = pattern(100_000);
        run.origin(winner).send(response(body));
        run.runFor(60);
        client.resumeReading();
        run.run();
        assert.deepEqual(run.log, ["200 - via_upstream", "200 - via_upstream"]);
        assert.ok(client.takeReceivedBytes().subarray(-body.length).equals(body));
        run.finish([client]);
      });
    }
  }
});

describe("an upstream that does not take the request", () => {
  test("stops the client within the limit, and gets everything in the end", () => {
    const run = limited();
    const client = run.connect();
    const body = pattern(500_000);
    client.send(post(body));
    run.runFor(10);
    run.origin().pauseReading();
    run.runFor(5_000);
    assert.ok(client.unsentBytes > 200_000, "the client was not stopped");
    assert.ok(heldByProxy(client, run.origin(), body.length) <= LIMIT + 2 * READ);
    run.origin().resumeReading();
    run.run();
    assertBody(run.origin(), body);
    run.assertFlowControlPairs();
    run.respond(OK);
    assert.match(client.takeReceived(), /ok$/);
    run.get("/next", client);
    run.respond(OK);
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });

  /** The client is stopped: what then may end the attempt must let it go on. */
  function stoppedClient(options: RouterRunOptions = {}, bodyLength = 100_000) {
    const run = limited(options);
    run.setClientLink(ONE_READ);
    const client = run.connect();
    client.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${bodyLength}\r\n\r\n`);
    run.run();
    run.origin().pauseReading();
    client.send(pattern(bodyLength));
    run.runFor(1_000);
    assert.equal(run.clusterStat("upstream_flow_control_backed_up_total"), 1);
    assert.equal(run.clusterStat("upstream_flow_control_drained_total"), 0);
    return { run, client };
  }

  test("answers early, the whole request being here: the client's next request is read", () => {
    // More than the limit and less than a read more.
    const { run, client } = stoppedClient({}, LIMIT + 2 * WINDOW);
    run.respond(OK);
    assert.match(client.takeReceived(), /ok$/);
    run.assertFlowControlPairs();
    run.origin().resumeReading();
    run.get("/next", client);
    run.respond(OK);
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });

  test("answers early, most of the request being still with the client", () => {
    const { run, client } = stoppedClient({}, 400_000);
    run.respond(OK);
    assert.match(client.takeReceived(), /ok$/);
    run.finish([client]);
  });

  test("breaks off", () => {
    for (const how of ["end", "reset"] as const) {
      const { run, client } = stoppedClient({}, LIMIT + 2 * WINDOW);
      run.origin()[how]();
      run.run();
      assert.equal(statusOf(client.takeReceived()), 503);
      run.assertFlowControlPairs();
      run.get("/next", client);
      run.respond(OK, run.origin(1));
      assert.match(client.received, /ok$/);
      run.finish([client]);
    }
  });

  test("takes too long", () => {
    const { run, client } = stoppedClient({ route: { timeout: "3s" } }, LIMIT + 2 * WINDOW);
    run.runFor(3_000);
    assert.equal(statusOf(client.takeReceived()), 504);
    run.assertFlowControlPairs();
    run.get("/next", client);
    run.respond(OK, run.origin(1));
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });

  test("loses the client", () => {
    const { run, client } = stoppedClient({}, 400_000);
    client.reset();
    run.run();
    run.finish();
  });
});

describe("a connection that is long in coming", () => {
  function waitingClient(options: RouterRunOptions, body: Buffer) {
    const run = limited({ route: { timeout: "0s" }, ...options });
    run.setClientLink(ONE_READ);
    run.setUpstreamLink({ latencyMs: 2_000 });
    const client = run.connect();
    client.send(post(body));
    run.runFor(1_000);
    return { run, client };
  }

  test("the client is stopped at the limit, and goes on with the connection", () => {
    const body = pattern(500_000);
    const { run, client } = waitingClient({}, body);
    assert.ok(client.unsentBytes > 100_000, "the client was not stopped");
    assert.equal(run.clusterStat("upstream_flow_control_backed_up_total"), 1);
    run.runFor(600_000);
    assertBody(run.origin(), body);
    run.assertFlowControlPairs();
    run.respond(OK);
    run.finish([client]);
  });

  test("without a limit it is not stopped", () => {
    const body = pattern(300_000);
    const { run, client } = waitingClient({ listener: { per_connection_buffer_limit_bytes: 0 } }, body);
    assert.equal(client.unsentBytes, 0);
    assert.equal(run.clusterStat("upstream_flow_control_backed_up_total"), 0);
    run.runFor(600_000);
    assertBody(run.origin(), body);
    run.respond(OK);
    run.finish([client]);
  });

  test("the connect fails with the whole request here: the client's next request is read", () => {
    const body = pattern(LIMIT + 1_000);
    const { run, client } = waitingClient({ connect: "blackHole", cluster: { connect_timeout: "3s" } }, body);
    assert.equal(client.unsentBytes, 0);
    assert.equal(run.clusterStat("upstream_flow_control_backed_up_total"), 1);
    run.runFor(3_000);
    assert.equal(statusOf(client.takeReceived()), 503);
    run.assertFlowControlPairs();
    run.setUpstreamLink({ connect: "accept", latencyMs: 1 });
    run.get("/next", client);
    run.respond(OK);
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });
});

describe("both sides slow at once", () => {
  for (const windowBytes of [100, 1_000, 20_000]) {
    test(`an echo of 300 kB through windows of ${windowBytes} bytes ends`, () => {
      const run = limited({ link: { windowBytes, readSplit: "random" } });
      const body = pattern(300_000);
      const client = run.connect();
      client.send(post(body));
      run.runFor(20);
      const origin = run.origin();
      origin.send(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
      // Each side takes and gives by turns, never both.
      let echoed = 0;
      let headSeen = false;
      for (let round = 0; round < 20_000 && echoed < body.length; round++) {
        (round % 3 === 0 ? client : origin).pauseReading();
        run.runFor(3);
        (round % 3 === 0 ? client : origin).resumeReading();
        run.runFor(1);
        let piece = origin.takeReceivedBytes();
        if (!headSeen && piece.length > 0) {
          assert.ok(piece.includes("\r\n\r\n"));
          piece = piece.subarray(piece.indexOf("\r\n\r\n") + 4);
          headSeen = true;
        }
        echoed += piece.length;
        origin.send(piece);
      }
      run.run();
      assertBody(client, body);
      assert.deepEqual(run.log, ["200 - via_upstream"]);
      run.finish([client]);
    });
  }
});
