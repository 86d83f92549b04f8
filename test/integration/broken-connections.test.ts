import assert from "node:assert/strict";
import http from "node:http";
import { type TestContext, test } from "node:test";
import { fieldOf } from "../support/http-message.js";
import { type ProxyConfigOptions, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const LOG = "%REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT%";

function start(t: TestContext, options: ProxyConfigOptions): Promise<SluiceProcess> {
  return SluiceProcess.start(t, proxyConfig({ accessLog: LOG, ...options }));
}

async function startScripted(t: TestContext): Promise<{ sluice: SluiceProcess; upstream: ScriptedUpstream }> {
  const upstream = await ScriptedUpstream.start(t);
  return { upstream, sluice: await start(t, { upstreamPorts: [upstream.port] }) };
}

test("a client that leaves before the response: the upstream's connection closes, the log says DC", async (t) => {
  const { sluice, upstream } = await startScripted(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET / ");
  client.close();
  await connection.expectClose();
  assert.deepEqual(await sluice.stdout.waitForLines(1), ["GET 0 DC downstream_remote_disconnect 0 0"]);
});

test("a client that leaves within its request", async (t) => {
  const { sluice, upstream } = await startScripted(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhello");
  const connection = await upstream.accept();
  await connection.readUntil("hello");
  client.close();
  await connection.expectClose();
  assert.deepEqual(await sluice.stdout.waitForLines(1), ["POST 0 DC downstream_remote_disconnect 5 0"]);
});

test("a client that leaves within the response", async (t) => {
  const { sluice, upstream } = await startScripted(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET / ");
  connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello");
  await client.readUntil("hello");
  client.reset();
  await connection.expectClose();
  assert.deepEqual(await sluice.stdout.waitForLines(1), ["GET 200 DC downstream_remote_disconnect 0 5"]);
});

const PARTS = [
  ["content-length", "content-length: 10\r\n\r\nhello"],
  ["chunked", "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"],
  ["until close", "\r\nhello"],
] as const;

for (const [framing, part] of PARTS) {
  test(`an upstream that resets within the response never looks complete to the client: ${framing}`, async (t) => {
    const { sluice, upstream } = await startScripted(t);
    const broken = new Promise<Error>((resolve, reject) => {
      const request = http.get({ port: sluice.port, host: "127.0.0.1", agent: false }, (response) => {
        response.on("data", () => connection?.reset());
        response.on("error", resolve);
        response.on("end", () => reject(new Error("the response looks complete")));
      });
      request.on("error", reject);
    });
    const connection = await upstream.accept();
    await connection.expectHead("GET / ");
    connection.send(`HTTP/1.1 200 OK\r\n${part}`);
    assert.equal(((await broken) as NodeJS.ErrnoException).code, "ECONNRESET");
    const [line = ""] = await sluice.stdout.waitForLines(1);
    assert.match(line, /^GET 200 UC upstream_reset_after_response_started\{connection_termination\} 0 5$/);
  });
}

test("an upstream that resets before it answers", async (t) => {
  const { sluice, upstream } = await startScripted(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET / ");
  connection.reset();
  const { status, body } = await client.response();
  const text = "upstream connect error or disconnect/reset before headers. reset reason: connection termination";
  assert.deepEqual([status, body.toString()], [503, text]);
  const details = "upstream_reset_before_response_started{connection_termination}";
  assert.deepEqual(await sluice.stdout.waitForLines(1), [`GET 503 UC ${details} 0 ${text.length}`]);
});

test("an upstream that is down", async (t) => {
  const gone = await ScriptedUpstream.start(t);
  const { port } = gone;
  gone.close();
  const sluice = await start(t, { upstreamPorts: [port] });
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const { status, body } = await client.response();
  const text =
    "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, " +
    "transport failure reason: delayed connect error: Connection refused";
  assert.deepEqual([status, body.toString()], [503, text]);
  const details =
    "upstream_reset_before_response_started{remote_connection_failure,delayed_connect_error:_Connection_refused}";
  assert.deepEqual(await sluice.stdout.waitForLines(1), [`GET 503 UF ${details} 0 ${text.length}`]);
  const stats = await sluice.stats();
  assert.equal(stats.get("cluster.upstream.upstream_cx_connect_fail"), 1);
  assert.equal(stats.get("cluster.upstream.upstream_cx_active"), 0);
  assert.equal(stats.get("cluster.upstream.upstream_rq_503"), 1);
});

test("a malformed request: 400, the connection closes, one line", async (t) => {
  const sluice = await start(t, {});
  const client = await RawClient.connect(t, sluice.port);
  client.send(`GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n${GET}`);
  const response = await client.response();
  assert.deepEqual([response.status, fieldOf(response, "connection")], [400, "close"]);
  await client.expectClose();
  const [line = ""] = await sluice.stdout.waitForLines(1);
  assert.match(line, /^- 400 DPE http1\.\w+ 0 \d+$/);
  const stats = await sluice.stats();
  assert.equal(stats.get("http.main.downstream_rq_total"), 1);
  assert.equal(stats.get("http.main.downstream_cx_protocol_error"), 1);
  assert.equal(stats.get("http.main.downstream_cx_active"), 0);
  assert.equal(sluice.stdout.lines.length, 1);
});
