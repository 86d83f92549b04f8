import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import { bodyOf, fieldsOf, pattern, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

/* Tunnels in virtual time: what ends them, what holds them up, and what is counted. */

const UPGRADE = "GET /chat HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
const ACCEPTED = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
const LIMIT = 32 * 1024;
const WINDOW = 8 * 1024;

function upgradeRun(options: RouterRunOptions = {}): RouterRun {
  return new RouterRun({
    ...options,
    manager: { upgrade_configs: [{ upgrade_type: "websocket" }], ...options.manager },
  });
}

/** A client whose upgrade was accepted; what it got of that is taken. */
function tunnel(run: RouterRun, originIndex = 0): { client: SimulatedPeer; origin: SimulatedPeer } {
  const client = run.send(UPGRADE);
  const origin = run.origin(originIndex);
  assert.match(origin.takeReceived(), /^GET \/chat HTTP\/1\.1\r\n/);
  run.respond(ACCEPTED, origin);
  assert.match(client.takeReceived(), /^HTTP\/1\.1 101 /);
  // Either may be half open for as long as it likes.
  client.closesOnEnd = false;
  origin.closesOnEnd = false;
  return { client, origin };
}

describe("the halves of a tunnel", () => {
  test("the client ends first, the upstream has more to say", () => {
    const run = upgradeRun({ logFormat: "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%" });
    const { client, origin } = tunnel(run);
    client.send("question");
    client.end();
    run.run();
    assert.deepEqual([origin.takeReceived(), origin.fate], ["question", "ended"]);
    run.runFor(60_000);
    assert.equal(run.log.length, 0, "half of it is still there");
    origin.send("a long answer");
    origin.end();
    run.run();
    assert.deepEqual([client.received, client.fate], ["a long answer", "closed"]);
    assert.deepEqual([origin.fate], ["closed"]);
    assert.match(String(run.log[0]), /^101 - 8 13 6\d{4}$/);
    run.finish();
  });

  test("the upstream ends first, the client has more to say", () => {
    const run = upgradeRun();
    const { client, origin } = tunnel(run);
    origin.send("greeting");
    origin.end();
    run.run();
    assert.deepEqual([client.takeReceived(), client.fate], ["greeting", "ended"]);
    run.runFor(60_000);
    client.send("still here");
    run.run();
    assert.equal(origin.takeReceived(), "still here");
    client.end();
    run.run();
    assert.deepEqual([client.fate, origin.fate], ["closed", "closed"]);
    assert.deepEqual(run.log, ["101 - via_upstream"]);
    run.finish();
  });

  test("both end at the same moment, each behind its last bytes", () => {
    const run = upgradeRun({ link: { windowBytes: 100, readSplit: "random" } });
    const { client, origin } = tunnel(run);
    const bytes = pattern(50_000);
    client.send(bytes);
    client.end();
    origin.send(bytes);
    origin.end();
    run.run();
    assert.ok(client.receivedBytes.equals(bytes), "what the client got");
    assert.ok(origin.receivedBytes.equals(bytes), "what the upstream got");
    assert.deepEqual(run.log, ["101 - via_upstream"]);
    run.finish();
  });

  test("the connection is not used again, the next request has another", () => {
    const run = upgradeRun();
    const { client, origin } = tunnel(run);
    client.end();
    origin.end();
    run.run();
    const next = run.get();
    assert.match(run.origin(1).received, /^GET \/ /);
    assert.equal(run.clusterStat("upstream_cx_total"), 2);
    assert.equal(run.clusterStat("upstream_rq_total"), 2);
    run.finish([next]);
  });

  test("a reset of one half after the other has ended ends both", () => {
    const run = upgradeRun();
    const { client, origin } = tunnel(run);
    origin.end();
    run.run();
    client.reset();
    run.run();
    assert.equal(origin.fate, "reset");
    assert.deepEqual(run.log, ["101 DC downstream_remote_disconnect"]);
    run.finish();
  });
});

describe("a tunnel with one slow side", () => {
  function limited(): RouterRun {
    return upgradeRun({
      link: { windowBytes: WINDOW, readSplit: "random" },
      listener: { per_connection_buffer_limit_bytes: LIMIT },
      cluster: { per_connection_buffer_limit_bytes: LIMIT },
    });
  }

  for (const slow of ["client", "upstream"] as const) {
    test(`the ${slow} does not read: the other one is stopped, and nothing is lost`, () => {
      const run = limited();
      const { client, origin } = tunnel(run);
      const [reader, writer] = slow === "client" ? [client, origin] : [origin, client];
      const bytes = pattern(500_000);
      reader.pauseReading();
      writer.send(bytes);
      writer.end();
      run.runFor(5_000);
      assert.ok(
        writer.unsentBytes > bytes.length - LIMIT - 2 * 64 * 1024 - 2 * WINDOW,
        "its back-pressure has come through",
      );
      // The other direction is not touched by it.
      reader.send("the other way");
      run.runFor(1_000);
      assert.equal(writer.received, "the other way");
      reader.resumeReading();
      run.run();
      assert.ok(reader.receivedBytes.equals(bytes), "every byte, in order");
      assert.equal(reader.fate, "ended", "the end comes behind the last byte");
      reader.end();
      run.run();
      assert.deepEqual(run.log, ["101 - via_upstream"]);
      run.finish();
    });
  }
});

describe("the time of a tunnel", () => {
  test("silence in both directions ends it, traffic in one keeps it", () => {
    const run = upgradeRun({
      manager: { stream_idle_timeout: "60s", upgrade_configs: [{ upgrade_type: "websocket" }] },
    });
    const { client, origin } = tunnel(run);
    for (let i = 0; i < 5; i++) {
      run.runFor(40_000);
      run.respond("tick", origin);
    }
    assert.equal(client.fate, "open");
    run.runFor(61_000);
    assert.deepEqual(run.log, ["101 SI stream_idle_timeout"]);
    assert.equal(run.stat("http.in.downstream_rq_idle_timeout"), 1);
    assert.deepEqual([client.fate, origin.fate], ["reset", "reset"], "neither takes it for an orderly end");
    run.finish();
  });

  test("the route's idle timeout holds for it", () => {
    const run = upgradeRun({ route: { idle_timeout: "2s" } });
    tunnel(run);
    run.runFor(3_000);
    assert.deepEqual(run.log, ["101 SI stream_idle_timeout"]);
    run.finish();
  });

  test("the route timeout is for the acceptance alone", () => {
    const run = upgradeRun({ route: { timeout: "3s" } });
    const { client, origin } = tunnel(run);
    run.runFor(60_000);
    client.send("late");
    client.end();
    run.runFor(60_000);
    assert.equal(origin.received, "late", "neither the age of the tunnel nor its half counts");
    origin.end();
    run.run();
    assert.deepEqual(run.log, ["101 - via_upstream"]);
    run.finish();
  });

  test("an upstream that does not answer the upgrade is given up after the route timeout", () => {
    const run = upgradeRun({ route: { timeout: "3s" } });
    const client = run.send(UPGRADE);
    run.runFor(3_500);
    assert.equal(statusOf(client.received), 504);
    assert.equal(bodyOf(client.received), "upstream request timeout");
    assert.deepEqual(run.log, ["504 UT response_timeout"]);
    run.finish();
  });

  test("an upstream that does not answer the upgrade is given up after the time of a try", () => {
    const run = upgradeRun({ route: { retry_policy: { per_try_timeout: "0.2s" } } });
    const client = run.send(UPGRADE);
    run.runFor(300);
    assert.equal(statusOf(client.received), 504);
    assert.deepEqual(run.log, ["504 UT upstream_per_try_timeout"]);
    run.finish([client]);
  });

  test("the limits of a try end with it", () => {
    const run = upgradeRun({ route: { retry_policy: { per_try_timeout: "0.2s", per_try_idle_timeout: "0.2s" } } });
    const { client, origin } = tunnel(run);
    run.runFor(1_000);
    origin.send("late");
    run.runFor(1_000);
    assert.deepEqual([client.takeReceived(), client.fate], ["late", "open"]);
    run.finish([client, origin]);
  });

  test("max_stream_duration cuts it", () => {
    const run = upgradeRun({
      manager: {
        common_http_protocol_options: { max_stream_duration: "10s" },
        upgrade_configs: [{ upgrade_type: "websocket" }],
      },
    });
    const { client } = tunnel(run);
    run.runFor(11_000);
    assert.equal(client.fate, "reset");
    assert.deepEqual(run.log, ["101 - max_duration_timeout"]);
    run.finish();
  });
});

test("an upgrade goes through filters of its own where it has them", () => {
  const router = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
  const filters = [{ name: "quiet", typed_config: { "@type": router, suppress_envoy_headers: true } }];
  const run = upgradeRun({ manager: { upgrade_configs: [{ upgrade_type: "websocket", filters }] } });
  const upgrading = run.send(UPGRADE);
  assert.equal(fieldsOf(run.origin().received).has("x-envoy-expected-rq-timeout-ms"), false);
  const ordinary = run.get();
  assert.equal(fieldsOf(run.origin(1).received).has("x-envoy-expected-rq-timeout-ms"), true);
  run.finish([upgrading, ordinary]);
});

test("upgrades are counted, and no longer active when they are over, however they end", () => {
  const run = upgradeRun();
  const active = () => run.stat("http.in.downstream_cx_upgrades_active");
  const { client, origin } = tunnel(run);
  assert.equal(active(), 1);
  const refused = run.send(UPGRADE);
  assert.equal(active(), 2);
  run.respond("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", run.origin(1));
  assert.equal(active(), 1);
  client.end();
  origin.end();
  run.run();
  assert.equal(active(), 0);
  assert.equal(run.stat("http.in.downstream_cx_upgrades_total"), 2);
  assert.equal(run.stat("http.in.downstream_rq_ws_on_non_ws_route"), 0);
  run.finish([refused]);
});

test("with a request in the clear and tunnels of all kinds of ends, nothing is left", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const run = upgradeRun({ seed, link: { windowBytes: 50 * seed, readSplit: "random" } });
    const { client, origin } = tunnel(run);
    const bytes = pattern(1_000 * seed);
    const [first, second] = seed % 2 === 0 ? [client, origin] : [origin, client];
    first.send(bytes);
    second.send(bytes);
    run.runFor(seed);
    if (seed % 3 === 0) first.reset();
    else first.end();
    run.runFor(seed);
    if (seed % 5 === 0) second.reset();
    else second.end();
    run.run();
    assert.equal(run.log.length, 1);
    run.finish([client]);
  }
});

describe("a tunnel that ends here, asked for by POST", () => {
  const CONNECT = { upgrade_type: "CONNECT", connect_config: { allow_post: true } };
  const POST = "POST /any HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";

  function rawRun(options: RouterRunOptions = {}): RouterRun {
    return new RouterRun({ ...options, route: { upgrade_configs: [CONNECT], ...options.route } });
  }

  test("nothing but the body goes upstream, and what comes back is the response's body", () => {
    const run = rawRun({
      logFormat: "%RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_PROTOCOL% %BYTES_RECEIVED% %BYTES_SENT%",
    });
    const client = run.send(`${POST}5\r\nhello\r\n`);
    assert.equal(run.origin().takeReceived(), "hello");
    assert.equal(statusOf(client.received), 200);
    assert.equal(fieldsOf(client.received).get("transfer-encoding"), "chunked");
    run.respond("world");
    run.send("3\r\nend\r\n0\r\n\r\n", client);
    assert.deepEqual([run.origin().received, run.origin().fate], ["end", "closed"]);
    assert.equal(bodyOf(client.received), "5\r\nworld\r\n0\r\n\r\n");
    assert.deepEqual(run.log, ["200 - - 8 5"]);
    assert.equal(run.clusterStat("upstream_cx_total"), 1);
    assert.equal(run.clusterStat("upstream_cx_http1_total"), 0);
    assert.equal(run.clusterStat("upstream_rq_total"), 1);
    assert.equal(run.clusterStat("upstream_rq_tx_reset"), 0);
    run.finish([client]);
  });

  test("a body that has come before the connection stands goes first, its end behind it", () => {
    const run = rawRun();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello");
    assert.deepEqual([run.origin().received, run.origin().fate], ["hello", "closed"]);
    assert.equal(bodyOf(client.received), "0\r\n\r\n");
    assert.equal(run.clusterStat("upstream_rq_tx_reset"), 0);
    run.get("/next", client);
    assert.match(run.origin(1).received, /^GET \/next /, "other requests have connections of their own");
    run.finish([client]);
  });

  test("an upstream that speaks first is heard", () => {
    const run = rawRun();
    run.setUpstreamLink({ connect: "accept" });
    const client = run.connect();
    client.send(POST);
    run.runFor(0);
    run.run();
    run.respond("220 ready\r\n");
    assert.match(client.received, /220 ready\r\n/);
    run.finish([client]);
  });

  test("the upstream ends first: the response is complete, and so is the connection", () => {
    const run = rawRun();
    const client = run.send(`${POST}5\r\nhello\r\n`);
    run.origin().send("bye");
    run.origin().end();
    run.run();
    assert.equal(bodyOf(client.received), "3\r\nbye\r\n0\r\n\r\n");
    assert.equal(client.fate, "closed");
    run.finish([client]);
  });

  test("a refused connection is an ordinary failure", () => {
    const run = rawRun({ connect: "refuse" });
    const client = run.send(POST);
    assert.equal(statusOf(client.received), 503);
    assert.match(String(run.log[0]), /^503 UF /);
    run.finish([client]);
  });

  test("a reset of the upstream breaks the response off", () => {
    const run = rawRun();
    const client = run.send(`${POST}5\r\nhello\r\n`);
    run.origin().reset();
    run.run();
    assert.match(String(run.log[0]), /^200 UC upstream_reset_after_response_started/);
    assert.doesNotMatch(client.received, /0\r\n\r\n$/);
    run.finish([client]);
  });

  test("without leave a POST is a POST", () => {
    const run = new RouterRun({ route: { upgrade_configs: [{ upgrade_type: "CONNECT", connect_config: {} }] } });
    const client = run.send(POST);
    assert.match(run.origin().received, /^POST \/any HTTP\/1\.1\r\n/);
    run.finish([client]);
  });
});
