import assert from "node:assert/strict";
import { readFileSync, renameSync } from "node:fs";
import type http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fieldOf } from "../support/http-message.js";
import { startNodeOrigin } from "../support/node-origin.js";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream, type UpstreamConnection } from "../support/scripted-upstream.js";
import { SluiceProcess, temporaryDirectory } from "../support/sluice-process.js";
import { until } from "../support/until.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** A proxy with one request in flight, whose answer is up to the test, and one idle connection. */
interface Busy {
  readonly sluice: SluiceProcess;
  readonly idle: RawClient;
  readonly client: RawClient;
  readonly upstream: UpstreamConnection;
  readonly accessLogPath: string;
}

async function startBusy(t: TestContext, ...args: string[]): Promise<Busy> {
  const upstream = await ScriptedUpstream.start(t);
  const accessLogPath = join(temporaryDirectory(t), "access.log");
  const accessLog = "%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS%";
  const config = proxyConfig({ upstreamPorts: [upstream.port], accessLog, accessLogPath });
  const sluice = await SluiceProcess.start(t, config, args);
  const idle = await RawClient.connect(t, sluice.port);
  idle.send("GET /direct HTTP/1.1\r\nhost: a\r\n\r\n");
  await idle.response();
  const client = await RawClient.connect(t, sluice.port);
  client.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
  const connection = await upstream.accept();
  await connection.expectHead("GET /slow ");
  return { sluice, idle, client, upstream: connection, accessLogPath };
}

for (const concurrency of ["1", "2"]) {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal}, concurrency ${concurrency}: the request in flight finishes, all else ends`, async (t) => {
      const { sluice, idle, client, upstream, accessLogPath } = await startBusy(t, "--concurrency", concurrency);
      sluice.signal(signal);
      await idle.expectClose();
      assert.deepEqual(await sluice.admin("/ready"), { status: 503, body: "DRAINING\n" });
      await assert.rejects(RawClient.connect(t, sluice.port), { code: "ECONNREFUSED" });
      assert.ok(sluice.isRunning);

      upstream.send(OK);
      const response = await client.response();
      assert.equal(response.body.toString(), "ok");
      assert.equal(fieldOf(response, "connection"), "close");
      await client.expectClose();
      await upstream.expectClose();
      assert.equal(await sluice.exitCode(), 0);
      // The file's flush interval is ten seconds: what it holds was written at the end.
      assert.equal(readFileSync(accessLogPath, "utf8"), "/direct 200 -\n/slow 200 -\n");
      assert.match(sluice.stderr.text, new RegExp(`${signal}: no new connections, requests in flight finish`));
      assert.doesNotMatch(sluice.stderr.text, /\[(warning|error|critical)\]/);
    });
  }

  test(`a second signal ends at once, concurrency ${concurrency}`, async (t) => {
    const { sluice, idle, client } = await startBusy(t, "--concurrency", concurrency);
    sluice.signal("SIGTERM");
    await idle.expectClose();
    sluice.signal("SIGTERM");
    assert.equal(await sluice.exitCode(), 1);
    assert.match(sluice.stderr.text, /SIGTERM again: ending at once/);
    await assert.rejects(client.response());
  });

  test(`a request that never ends is cut after --shutdown-timeout-s, concurrency ${concurrency}`, async (t) => {
    const busy = await startBusy(t, "--concurrency", concurrency, "--shutdown-timeout-s", "1");
    const { sluice, client, accessLogPath } = busy;
    const before = performance.now();
    sluice.signal("SIGTERM");
    assert.equal(await sluice.exitCode(), 0);
    assert.ok(performance.now() - before >= 950, "not before its time");
    assert.match(sluice.stderr.text, /requests still in flight after 1000 ms are cut/);
    await assert.rejects(client.response(), /ended|reset|closed/);
    assert.equal(readFileSync(accessLogPath, "utf8"), "/direct 200 -\n/slow 0 DC\n");
  });

  test(`/quitquitquit ends in order, concurrency ${concurrency}`, async (t) => {
    const { sluice, idle, client, upstream } = await startBusy(t, "--concurrency", concurrency);
    assert.deepEqual(await sluice.admin("/quitquitquit", "POST"), { status: 200, body: "OK\n" });
    await idle.expectClose();
    upstream.send(OK);
    assert.equal((await client.response()).status, 200);
    assert.equal(await sluice.exitCode(), 0);
  });
}

test("a response that is under way when the signal comes is completed", async (t) => {
  const { sluice, idle, client, upstream } = await startBusy(t);
  upstream.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello");
  await client.readUntil("hello");
  sluice.signal("SIGTERM");
  await idle.expectClose();
  upstream.send("world");
  await client.readUntil("world");
  await client.expectClose();
  assert.equal(await sluice.exitCode(), 0);
});

test("a client that reads slowly gets the end of its response, all of it", async (t) => {
  const body = Buffer.alloc(24 * 1024 * 1024, "s");
  const requests: http.ServerResponse[] = [];
  const origin = await startNodeOrigin(t, (_request, response) => requests.push(response));
  // The proxy takes the whole response off the upstream, so that the request is over long before it is flushed.
  const unlimited = { per_connection_buffer_limit_bytes: 64 * 1024 * 1024 };
  const sluice = await SluiceProcess.start(
    t,
    proxyConfig({ upstreamPorts: [origin], accessLog: "%RESPONSE_CODE%", listener: unlimited, cluster: unlimited }),
  );
  const client = net.connect(sluice.port, "127.0.0.1");
  t.after(() => {
    client.destroy();
  });
  client.pause();
  client.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  await until("the request is upstream", async () => {
    await sluice.admin("/ready");
    return requests.length === 1;
  });
  sluice.signal("SIGTERM");
  await until("the proxy drains", async () => (await sluice.admin("/ready")).body === "DRAINING\n");
  requests[0]?.end(body);
  await sluice.stdout.waitForLines(1);
  let received = 0;
  for await (const piece of client) received += (piece as Buffer).length;
  assert.ok(received > body.length, `${received} bytes came`);
  assert.equal(await sluice.exitCode(), 0);
});

test("of pipelined requests the one in flight is answered, those behind it are not begun", async (t) => {
  const { sluice, idle, client, upstream } = await startBusy(t);
  client.send("GET /next HTTP/1.1\r\nhost: a\r\n\r\n");
  sluice.signal("SIGTERM");
  await idle.expectClose();
  upstream.send(OK);
  assert.equal(fieldOf(await client.response(), "connection"), "close");
  await client.expectClose();
  await upstream.expectClose();
  assert.equal(await sluice.exitCode(), 0);
});

test("a proxy that has nothing to do ends at once", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({}));
  const before = performance.now();
  sluice.signal("SIGTERM");
  assert.equal(await sluice.exitCode(), 0);
  // Well below the 25 s that requests in flight would have.
  assert.ok(performance.now() - before < 15_000);
});

test("SIGUSR1 reopens the access log, which a rotation has renamed", async (t) => {
  const { sluice, idle, client, upstream, accessLogPath } = await startBusy(t);
  renameSync(accessLogPath, `${accessLogPath}.1`);
  sluice.signal("SIGUSR1");
  // Lines that were not written yet go to the new file, as in Envoy, and do not wait for their time there.
  await until("the new file has what was buffered", async () => {
    try {
      return readFileSync(accessLogPath, "utf8") === "/direct 200 -\n";
    } catch {
      await sluice.admin("/ready");
      return false;
    }
  });
  upstream.send(OK);
  await client.response();
  idle.close();
  sluice.signal("SIGTERM");
  assert.equal(await sluice.exitCode(), 0);
  assert.equal(readFileSync(`${accessLogPath}.1`, "utf8"), "");
  assert.equal(readFileSync(accessLogPath, "utf8"), "/direct 200 -\n/slow 200 -\n");
});
