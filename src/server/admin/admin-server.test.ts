import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { EMPTY_ADMIN_CONTEXT } from "./admin-context.js";
import { AdminServer } from "./admin-server.js";
import { AdminUnderTest } from "./admin-server.test.support.js";
import type { ServerState } from "./server-info-endpoints.js";

const SILENT = { warn: () => {}, error: () => {} };

test("every answer has the headers that keep browsers from caching and sniffing", async (t) => {
  const admin = await AdminUnderTest.start(t, {});
  for (const path of ["/ready", "/help", "/", "/missing"]) {
    const { headers } = await admin.get(path);
    assert.equal(headers.get("cache-control"), "no-cache, max-age=0");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
  assert.equal((await admin.get("/ready")).headers.get("content-type"), "text/plain; charset=UTF-8");
});

test("only what the server can do is listed and answered", async (t) => {
  const bare = await AdminUnderTest.start(t, {});
  assert.equal(
    (await bare.get("/help")).body,
    `admin commands are:
  /: Admin home page
  /help: print out list of admin commands
  /ready: print server state, return 200 if LIVE, otherwise return 503
`,
  );
  assert.equal((await bare.get("/clusters")).status, 404);

  const able = await AdminUnderTest.start(t, { drainListeners: () => {}, listeners: () => [] });
  const { body } = await able.get("/help");
  assert.match(body, /\n {2}\/drain_listeners \(POST\): drain listeners\n {6}graceful: Keep accepting/);
  assert.match(body, /\n {2}\/listeners: print listener info\n {6}format: File format to use; One of \(text, json\)\n/);
});

test("an unknown path is a 404 with the list", async (t) => {
  const admin = await AdminUnderTest.start(t, {});
  for (const path of ["/nope", "/ready/", "//ready", "/%72eady"]) {
    const { status, body } = await admin.get(path);
    assert.equal(status, 404, path);
    assert.match(body, /^invalid path\. admin commands are:\n {2}\/: Admin home page\n/);
  }
});

test("what mutates takes POST", async (t) => {
  let drained = 0;
  const admin = await AdminUnderTest.start(t, { drainListeners: () => drained++ });
  for (const method of ["GET", "PUT", "DELETE"]) {
    const { status, body } = await admin.get("/drain_listeners", method);
    assert.equal(status, 405);
    assert.equal(body, `Method ${method} not allowed, POST required.`);
  }
  assert.equal(drained, 0);
  assert.equal(admin.logged.length, 3);
  assert.equal((await admin.post("/drain_listeners")).body, "OK\n");
  assert.equal(drained, 1);
});

test("a handler that fails is a 500 and a line in the log, and the server goes on", async (t) => {
  const admin = await AdminUnderTest.start(t, {
    clusters: () => Promise.reject(new Error("worker 2 is gone")),
    configDump: () => {
      throw new TypeError("cyclic");
    },
  });
  const rejected = await admin.get("/clusters");
  assert.equal(rejected.status, 500);
  assert.equal(rejected.body, "/clusters failed: worker 2 is gone\n");
  assert.equal((await admin.get("/config_dump")).status, 500);
  assert.deepEqual(admin.logged, [
    "error: admin path /clusters failed: Error: worker 2 is gone",
    "error: admin path /config_dump failed: TypeError: cyclic",
  ]);
  assert.equal((await admin.get("/ready")).status, 200);
});

test("paths that the configuration does not allow are forbidden", async (t) => {
  const admin = await AdminUnderTest.start(t, { allowsPath: (path) => path === "/ready" });
  assert.equal((await admin.get("/ready?x=1")).status, 200);
  const { status, body } = await admin.get("/help?x=1");
  assert.equal(status, 403);
  assert.equal(body, "request to path /help not allowed");
});

test("/ready follows the server's state", async (t) => {
  let state: ServerState = "PRE_INITIALIZING";
  const admin = await AdminUnderTest.start(t, { state: () => state });
  const ready = async (): Promise<[number, string]> => {
    const { status, body } = await admin.get("/ready");
    return [status, body];
  };
  assert.deepEqual(await ready(), [503, "PRE_INITIALIZING\n"]);
  state = "LIVE";
  assert.deepEqual(await ready(), [200, "LIVE\n"]);
  state = "DRAINING";
  assert.deepEqual(await ready(), [503, "DRAINING\n"]);
});

test("/quitquitquit answers before it ends the server", async (t) => {
  const context = { ...EMPTY_ADMIN_CONTEXT, state: () => "LIVE" as const };
  const closed = new Promise<void>((resolve) => {
    // Shutting down closes the admin, which cuts its connections.
    const requestShutdown = (): void => void server.close().then(resolve);
    const server = new AdminServer({ ...context, requestShutdown }, SILENT);
    t.after(() => server.close());
    void server.start({ kind: "ip", host: "127.0.0.1", port: 0 }).then(async (address) => {
      assert.ok(address.kind === "ip");
      const response = await fetch(`http://127.0.0.1:${address.port}/quitquitquit`, { method: "POST" });
      assert.equal(await response.text(), "OK\n");
    });
  });
  await closed;
});

test("it listens on a pipe, and fails to start where another does", async (t) => {
  const context = { ...EMPTY_ADMIN_CONTEXT, state: () => "LIVE" as const };
  const folder = await mkdtemp(join(tmpdir(), "sluice-admin-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "admin.sock");
  const onPipe = new AdminServer(context, SILENT);
  t.after(() => onPipe.close());
  const address = { kind: "pipe", path, mode: 0o600 } as const;
  assert.deepEqual(await onPipe.start(address), address);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const ready = request({ socketPath: path, path: "/ready" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    ready.on("error", reject);
    ready.end();
  });
  assert.equal(status, 200);

  const second = new AdminServer(context, SILENT);
  await assert.rejects(second.start({ kind: "pipe", path }), { code: "EADDRINUSE" });
  await second.close();
});

test("the index is a page of forms: what mutates is posted", async (t) => {
  const admin = await AdminUnderTest.start(t, {
    requestShutdown: () => {},
    listeners: () => [],
    flow: { enabled: () => true, setEnabled: () => {}, list: async () => [], timeline: async () => null },
  });
  const { status, headers, body } = await admin.get("/");
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "text/html; charset=UTF-8");
  assert.match(body, /<form action="\/quitquitquit" method="post"/);
  assert.match(body, /<form action="\/listeners" method="get">/);
  assert.match(body, /<select[^>]*><option><\/option><option>text<\/option><option>json<\/option><\/select>/);
});
