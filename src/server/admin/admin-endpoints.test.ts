import assert from "node:assert/strict";
import { test } from "node:test";
import { AdminUnderTest } from "./admin-server.test.support.js";
import type { FlowSource } from "./flow-endpoint.js";
import type { DrainRequest, ListenerStatus } from "./listener-endpoints.js";
import type { LoggingControl, LogLevel } from "./logging-endpoint.js";

test("/server_info is JSON as Envoy's", async (t) => {
  const admin = await AdminUnderTest.start(t, {
    state: () => "DRAINING",
    serverInfo: () => ({
      version: "abc/0.1.0/Clean/RELEASE/OpenSSL",
      uptimeMs: 6_999,
      commandLineOptions: { concurrency: 2 },
      node: { id: "n", cluster: "c" },
    }),
  });
  assert.deepEqual(await admin.json("/server_info"), {
    version: "abc/0.1.0/Clean/RELEASE/OpenSSL",
    state: "DRAINING",
    hot_restart_version: "disabled",
    command_line_options: { concurrency: 2 },
    node: { id: "n", cluster: "c" },
    uptime_current_epoch: "6s",
    uptime_all_epochs: "6s",
  });
});

test("/memory is in strings, as 64-bit numbers are in proto JSON", async (t) => {
  const usage = { rss: 5000, heapTotal: 3000, heapUsed: 2000, external: 500, arrayBuffers: 100 };
  const admin = await AdminUnderTest.start(t, { memoryUsage: () => usage });
  assert.deepEqual(await admin.json("/memory"), {
    allocated: "2500",
    heap_size: "3500",
    pageheap_unmapped: "0",
    pageheap_free: "1000",
    total_thread_cache: "0",
    total_physical_bytes: "5000",
  });
});

test("/listeners prints bound addresses", async (t) => {
  const listeners: ListenerStatus[] = [
    {
      name: "web",
      addresses: [
        { kind: "ip", host: "0.0.0.0", port: 10_000 },
        { kind: "ip", host: "::1", port: 10_001 },
      ],
    },
    { name: "local", addresses: [{ kind: "pipe", path: "/tmp/s" }] },
  ];
  const admin = await AdminUnderTest.start(t, { listeners: () => listeners });
  assert.equal((await admin.get("/listeners")).body, "web::0.0.0.0:10000\nweb::[::1]:10001\nlocal::/tmp/s\n");
  assert.deepEqual(await admin.json("/listeners?format=json"), {
    listener_statuses: [
      {
        name: "web",
        local_address: { socket_address: { address: "0.0.0.0", port_value: 10_000 } },
        additional_local_addresses: [{ socket_address: { address: "::1", port_value: 10_001 } }],
      },
      { name: "local", local_address: { pipe: { path: "/tmp/s" } } },
    ],
  });
});

test("/drain_listeners hands on what it is asked", async (t) => {
  const drains: DrainRequest[] = [];
  const admin = await AdminUnderTest.start(t, { drainListeners: (request) => drains.push(request) });
  const refused = await admin.post("/drain_listeners?skip_exit");
  assert.equal(refused.status, 400);
  assert.equal(refused.body, "skip_exit requires graceful\n");
  assert.equal((await admin.post("/drain_listeners")).body, "OK\n");
  await admin.post("/drain_listeners?graceful&skip_exit&inboundonly");
  assert.deepEqual(drains, [
    { inboundOnly: false, graceful: false, skipExit: false },
    { inboundOnly: true, graceful: true, skipExit: true },
  ]);
});

test("health checks can be made to fail and to pass", async (t) => {
  const calls: string[] = [];
  const admin = await AdminUnderTest.start(t, {
    healthcheck: { fail: () => calls.push("fail"), ok: () => calls.push("ok") },
    reopenLogs: async () => void calls.push("reopen"),
  });
  assert.equal((await admin.post("/healthcheck/fail")).body, "OK\n");
  assert.equal((await admin.post("/healthcheck/ok")).body, "OK\n");
  assert.equal((await admin.post("/reopen_logs")).body, "OK\n");
  assert.deepEqual(calls, ["fail", "ok", "reopen"]);
});

test("/config_dump and /certs print what they are given", async (t) => {
  const admin = await AdminUnderTest.start(t, {
    configDump: async () => ({ configs: [{ "@type": "x" }] }),
    certificates: () => [],
  });
  assert.deepEqual(await admin.json("/config_dump"), { configs: [{ "@type": "x" }] });
  assert.deepEqual(await admin.json("/certs"), { certificates: [] });
  assert.equal((await admin.get("/config_dump?resource=dynamic_listeners")).status, 404);
  const { status, body } = await admin.get("/config_dump?mask=bootstrap");
  assert.equal(status, 400);
  assert.equal(body, "parameter mask is not supported\n");
});

class Loggers implements LoggingControl {
  private readonly byName = new Map<string, LogLevel>([
    ["http", "info"],
    ["upstream", "warning"],
  ]);

  levels(): ReadonlyMap<string, LogLevel> {
    return this.byName;
  }

  setLevel(name: string, level: LogLevel): void {
    this.byName.set(name, level);
  }
}

test("/logging shows levels and changes one, several or all", async (t) => {
  const admin = await AdminUnderTest.start(t, { logging: new Loggers() });
  const shown = (http: LogLevel, upstream: LogLevel): string =>
    `active loggers:\n  http: ${http}\n  upstream: ${upstream}\n\n`;
  assert.equal((await admin.post("/logging")).body, shown("info", "warning"));
  assert.equal((await admin.post("/logging?http=debug")).body, shown("debug", "warning"));
  assert.equal((await admin.post("/logging?paths=http:off,upstream:trace")).body, shown("off", "trace"));
  assert.equal((await admin.post("/logging?level=error")).body, shown("error", "error"));
});

test("/logging changes nothing when any of it is wrong", async (t) => {
  const admin = await AdminUnderTest.start(t, { logging: new Loggers() });
  const cases: [string, string][] = [
    ["?nope=debug", "unknown logger name"],
    ["?http=loud", "unknown logger level"],
    ["?level=", "unknown logger level"],
    ["?paths=http:debug,upstream", "unknown logger level"],
    ["?paths=http:debug,nope:debug", "unknown logger name"],
    ["?http=debug&upstream=debug", "invalid number of parameters"],
  ];
  for (const [query, reason] of cases) {
    const { status, body } = await admin.post(`/logging${query}`);
    assert.equal(status, 400, query);
    assert.ok(body.startsWith(`error: ${reason}\n\nusage: /logging?<name>=<level>`), body);
    assert.ok(body.endsWith("active loggers:\n  http: info\n  upstream: warning\n\n"), body);
  }
});

function recordedFlow(): FlowSource & { asked: number[] } {
  let on = false;
  const asked: number[] = [];
  return {
    asked,
    enabled: () => on,
    setEnabled: (value) => {
      on = value;
    },
    list: async (limit) => {
      asked.push(limit);
      return [
        { streamId: 7, connectionId: 3, text: "GET /a 200 in 1.2 ms" },
        { streamId: 5, connectionId: 3, text: "GET /b 503 UF" },
      ];
    },
    timeline: async (streamId) => (streamId === 7 ? "0.0 ms headers\n1.2 ms done" : null),
  };
}

test("/flow lists streams and prints one", async (t) => {
  const flow = recordedFlow();
  const admin = await AdminUnderTest.start(t, { flow });
  const lines = "[C3][S7] GET /a 200 in 1.2 ms\n[C3][S5] GET /b 503 UF\n";
  assert.equal((await admin.get("/flow")).body, `recording is off; POST /flow?enable=y starts it\n${lines}`);
  assert.equal((await admin.post("/flow?enable=y")).body, "OK\n");
  assert.equal((await admin.get("/flow?limit=99999")).body, lines);
  assert.deepEqual(flow.asked, [100, 10_000]);
  assert.deepEqual(await admin.json("/flow?format=json"), {
    enabled: true,
    streams: [
      { stream_id: 7, connection_id: 3, text: "GET /a 200 in 1.2 ms" },
      { stream_id: 5, connection_id: 3, text: "GET /b 503 UF" },
    ],
  });
  assert.equal((await admin.get("/flow?stream=7")).body, "0.0 ms headers\n1.2 ms done\n");
  const gone = await admin.get("/flow?stream=8");
  assert.deepEqual([gone.status, gone.body], [404, "nothing is recorded of stream 8\n"]);
});

test("/flow refuses what it does not understand, and GET does not switch it", async (t) => {
  const flow = recordedFlow();
  const admin = await AdminUnderTest.start(t, { flow });
  const refused = await admin.get("/flow?enable=y");
  assert.deepEqual([refused.status, refused.body], [405, "Method GET not allowed, POST required."]);
  for (const query of ["stream=x", "stream=-1", "limit=0", "limit=many"]) {
    assert.equal((await admin.get(`/flow?${query}`)).status, 400, query);
  }
  assert.equal((await admin.post("/flow?enable=maybe")).status, 400);
  assert.equal(flow.enabled(), false);
});
