import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

function run(config: object, options: RouterRunOptions = {}): RouterRun {
  const cluster = {
    type: "ORIGINAL_DST",
    lb_policy: "CLUSTER_PROVIDED",
    load_assignment: undefined,
    original_dst_lb_config: config,
    ...options.cluster,
  };
  return new RouterRun({ hosts: 2, ...options, cluster });
}

const request = (...fields: string[]): string =>
  `GET / HTTP/1.1\r\nhost: a\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`;

describe("ORIGINAL_DST with use_http_header", () => {
  test("a request goes where it says, and only the first value counts", () => {
    const proxy = run({ use_http_header: true });
    const [one, two] = [
      proxy.send(request("X-Envoy-Original-Dst-Host: 10.0.0.2:80")),
      proxy.send(request("x-envoy-original-dst-host: 10.0.0.1:80", "x-envoy-original-dst-host: 10.0.0.2:80")),
    ];
    proxy.respond(OK, proxy.origin(0, 1));
    proxy.respond(OK, proxy.origin(0, 0));
    assert.deepEqual([statusOf(one.received), statusOf(two.received)], [200, 200]);
    assert.equal(proxy.clusterStat("membership_total"), 2);
    const again = proxy.send(request("x-envoy-original-dst-host: 10.0.0.2:80"));
    proxy.respond(OK, proxy.origin(0, 1));
    assert.equal(statusOf(again.received), 200, "on the connection that is there");
    proxy.finish([one, two, again]);
  });

  test("without an address there is no host, and what is none is counted", () => {
    const proxy = run({ use_http_header: true });
    const values = [
      "10.0.0.1",
      "host.example:80",
      "10.0.0.1:65536",
      "[::1]",
      "::1:80",
      "10.0.0.1:80 ",
      "",
      "[fe80::1%1]:80",
    ];
    const clients = values.map((value) => proxy.send(request(`x-envoy-original-dst-host: ${value}`)));
    const silent = proxy.send(request());
    for (const client of [...clients.filter((_, index) => values[index] !== "10.0.0.1:80 "), silent]) {
      assert.equal(statusOf(client.received), 503);
      assert.equal(bodyOf(client.received), "no healthy upstream");
    }
    assert.equal(
      proxy.clusterStat("original_dst_host_invalid"),
      values.length - 1,
      "space around a value is none of it",
    );
    assert.equal(proxy.log.filter((line) => line === "503 UH no_healthy_upstream").length, values.length);
    proxy.finish([...clients, silent]);
  });

  test("a host is called by its cluster and address", () => {
    const proxy = run({ use_http_header: true }, { route: { auto_host_rewrite: true } });
    const client = proxy.send(request("x-envoy-original-dst-host: 10.0.0.1:80"));
    assert.match(proxy.origin(0, 0).received, /^host: c?[a-z]*10\.0\.0\.1:80\r$/m);
    proxy.respond(OK);
    proxy.finish([client]);
  });

  test("another header, and another port", () => {
    const proxy = run({ use_http_header: true, http_header_name: "X-To", upstream_port_override: 80 });
    const client = proxy.send(request("x-to: 10.0.0.1:9999"));
    proxy.respond(OK);
    assert.equal(statusOf(client.received), 200);
    proxy.finish([client]);
  });

  test("a retry goes to the same address", () => {
    const retryPolicy = { retry_on: "5xx", num_retries: 1 };
    const proxy = run({ use_http_header: true }, { route: { retry_policy: retryPolicy } });
    const client = proxy.send(request("x-envoy-original-dst-host: 10.0.0.2:80"));
    proxy.respond("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", proxy.origin(0, 1));
    proxy.runFor(100);
    proxy.respond(OK, proxy.origin(0, 1));
    assert.equal(statusOf(client.received), 200);
    proxy.finish([client]);
  });

  test("a host that nobody uses is removed, one with a connection is not", () => {
    const idle = { common_http_protocol_options: { idle_timeout: "30s" }, typed_extension_protocol_options: undefined };
    const proxy = run({ use_http_header: true }, { cluster: { cleanup_interval: "2s", ...idle } });
    const kept = proxy.send(request("x-envoy-original-dst-host: 10.0.0.1:80"));
    proxy.respond(OK, proxy.origin(0, 0));
    const gone = proxy.send(request("x-envoy-original-dst-host: 10.0.0.2:80"));
    proxy.respond("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", proxy.origin(0, 1));
    proxy.runFor(2_500);
    assert.equal(proxy.clusterStat("membership_total"), 2, "used in the last interval");
    proxy.runFor(2_000);
    assert.equal(proxy.clusterStat("membership_total"), 1);
    proxy.runFor(40_000);
    assert.equal(proxy.clusterStat("membership_total"), 0, "its connection has been idle for too long");
    proxy.finish([kept, gone]);
  });
});
