import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, fieldsOf, hostAddress, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const COPY = { kind: "ip", host: "10.1.0.1", port: 80 } as const;

/** A proxy whose requests are mirrored to a cluster of one host; that host's connections. */
function mirrored(options: RouterRunOptions = {}) {
  const endpoint = { address: { socket_address: { address: COPY.host, port_value: COPY.port } } };
  const run = new RouterRun({
    ...options,
    route: { request_mirror_policies: [{ cluster: "copy" }], ...options.route },
    moreClusters: [
      { name: "copy", load_assignment: { cluster_name: "copy", endpoints: [{ lb_endpoints: [{ endpoint }] }] } },
    ],
  });
  const copies = run.proxy.network.listenPeer(COPY);
  return { run, copies };
}

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

describe("mirrored requests", () => {
  test("a body reaches both, as it comes", () => {
    const { run, copies } = mirrored();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc");
    run.send("def", client);
    const copy = copies.connection(0);
    for (const received of [run.origin().received, copy.received]) assert.equal(bodyOf(received), "abcdef");
    assert.equal(fieldsOf(copy.received).get("host"), "a-shadow");
    run.respond(OK, copy);
    assert.equal(client.received, "");
    run.respond(OK);
    assert.equal(statusOf(client.received), 200);
    run.finish([client]);
  });

  test("the client does not wait for the copy, which goes on when the client has gone", () => {
    const { run, copies } = mirrored();
    const client = run.get();
    run.respond(OK);
    assert.equal(statusOf(client.received), 200);
    client.close();
    run.run();
    assert.equal(copies.connection(0).fate, "open");
    run.respond(OK, copies.connection(0));
    assert.equal(run.stat("cluster.copy.upstream_rq_200"), 1);
    run.finish();
  });

  test("a copy that breaks off, refuses or never answers costs the client nothing", () => {
    for (const ending of ["reset", "refuse", "silence"] as const) {
      const { run, copies } = mirrored({ route: { timeout: "3s" } });
      if (ending === "refuse") run.proxy.network.setLink(COPY, { connect: "refuse" });
      const client = run.get();
      if (ending === "reset") copies.connection(0).reset();
      run.run();
      run.respond(OK);
      assert.equal(statusOf(client.received), 200, ending);
      run.runFor(5_000);
      if (ending === "silence") assert.equal(run.stat("cluster.copy.upstream_rq_timeout"), 1);
      assert.equal(run.log.length, 1);
      run.finish([client]);
    }
  });

  describe("count for their cluster as requests of the proxy's own", () => {
    const counted = (status: number, more: object = {}): object => {
      const codes = [`upstream_rq_${status}`, `upstream_rq_${Math.floor(status / 100)}xx`, "upstream_rq_completed"];
      const all = codes.flatMap((name) => [name, `internal.${name}`]);
      return { ...Object.fromEntries(all.map((name) => [name, 1])), ...more };
    };
    const maintenance = { "upstream.maintenance_mode.copy": 100 };
    const rows: readonly (readonly [what: string, stats: object, options?: RouterRunOptions])[] = [
      ["answer", counted(200, { upstream_rq_time: 100, "internal.upstream_rq_time": 100 })],
      ["reset", counted(503)],
      ["refuse", counted(503)],
      ["silence", counted(504, { upstream_rq_timeout: 1 })],
      ["maintenance", counted(503, { upstream_rq_maintenance_mode: 1 }), { runtime: maintenance }],
    ];
    for (const [what, stats, options] of rows) {
      test(what, () => {
        const { run, copies } = mirrored({ ...options, route: { timeout: "3s" }, link: { latencyMs: 0 } });
        if (what === "refuse") run.proxy.network.setLink(COPY, { connect: "refuse" });
        const client = run.get();
        run.runFor(100);
        if (what === "reset") copies.connection(0).reset();
        if (what === "answer") run.respond(OK, copies.connection(0));
        run.respond(OK);
        run.runFor(5_000);
        const names = /^(cluster\.copy\.)(?=(internal\.)?upstream_rq_(\d|completed|time|maintenance))/;
        const all = [...run.proxy.stats.nonZero].filter(([name]) => names.test(name));
        assert.deepEqual(Object.fromEntries(all.map(([name, value]) => [name.replace(names, ""), value])), stats);
        run.finish([client]);
      });
    }
  });

  test("a request that the client breaks off is no copy either", () => {
    const { run, copies } = mirrored();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc");
    client.reset();
    run.run();
    assert.notEqual(copies.connection(0).fate, "open");
    run.finish();
  });

  test("a copy that cannot keep up with a large body is given up", () => {
    const { run, copies } = mirrored({ listener: { per_connection_buffer_limit_bytes: 1_024 } });
    run.proxy.network.setLink(COPY, { connect: "blackHole" });
    const size = 50_000;
    const client = run.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n`);
    client.send("x".repeat(size));
    run.runFor(1_000);
    run.respond(OK);
    assert.equal(bodyOf(run.origin().received).length, size);
    assert.equal(statusOf(client.received), 200);
    assert.equal(run.stat("cluster.copy.retry_or_shadow_abandoned"), 1);
    assert.equal(copies.accepted.length, 0);
    run.finish([client]);
  });
});

test("a redirected request has its body again", () => {
  const run = new RouterRun({ route: { internal_redirect_policy: { redirect_response_codes: [307] } } });
  const client = run.send("POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc");
  run.send("def", client);
  run.respond("HTTP/1.1 307 Elsewhere\r\nlocation: http://b/c\r\ncontent-length: 0\r\n\r\n");
  const second = run.origin(run.upstreams[0]?.accepted.length === 1 ? 0 : 1);
  assert.match(second.received, /POST \/c HTTP\/1\.1\r\n/);
  assert.ok(second.received.endsWith("\r\n\r\nabcdef"), second.received);
  run.respond(OK, second);
  assert.equal(statusOf(client.received), 200);
  assert.deepEqual(run.log, ["307 - internal_redirect", "200 - via_upstream"]);
  assert.equal(hostAddress(1).port, 80);
  run.finish([client]);
});

test("a body that is too large to be kept is not redirected", () => {
  const run = new RouterRun({
    listener: { per_connection_buffer_limit_bytes: 1_024 },
    route: { internal_redirect_policy: {} },
  });
  const client = run.send(`POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n\r\n${"x".repeat(5_000)}`);
  run.respond("HTTP/1.1 302 Elsewhere\r\nlocation: http://b/c\r\ncontent-length: 0\r\n\r\n");
  assert.equal(statusOf(client.received), 302);
  assert.equal(run.clusterStat("upstream_internal_redirect_failed_total"), 1);
  run.finish([client]);
});

test("a stream on a route may last so long", () => {
  const run = new RouterRun({ route: { max_stream_duration: { max_stream_duration: "3s" }, timeout: "1s" } });
  const client = run.get();
  run.runFor(2_000);
  assert.equal(client.received, "");
  run.runFor(1_500);
  assert.equal(statusOf(client.received), 504);
  assert.deepEqual(run.log, ["504 - max_duration_timeout"]);
  run.finish([client]);
});

test("grpc-timeout counts as far as the route lets it, and is told on", () => {
  const run = new RouterRun({ route: { max_stream_duration: { grpc_timeout_header_max: "2s" } } });
  const head =
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\ngrpc-timeout: 9S\r\ncontent-length: 0\r\n\r\n";
  const client = run.send(head);
  assert.equal(fieldsOf(run.origin().received).get("grpc-timeout"), "2000m");
  run.runFor(2_500);
  assert.equal(fieldsOf(client.received).get("grpc-status"), "4");
  run.finish([client]);
});

test("max_grpc_timeout takes the place of the route's timeout for gRPC", () => {
  const run = new RouterRun({ route: { timeout: "1s", max_grpc_timeout: "4s" } });
  const grpc = "content-type: application/grpc\r\ncontent-length: 0\r\n\r\n";
  const client = run.send(`POST / HTTP/1.1\r\nhost: a\r\ngrpc-timeout: 9S\r\n${grpc}`);
  assert.equal(fieldsOf(run.origin().received).get("x-envoy-expected-rq-timeout-ms"), "4000");
  run.runFor(3_000);
  assert.equal(client.received, "");
  run.runFor(1_500);
  assert.equal(fieldsOf(client.received).get("grpc-status"), "14");
  run.finish([client]);
});
