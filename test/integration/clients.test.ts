import assert from "node:assert/strict";
import http from "node:http";
import { type TestContext, test } from "node:test";
import { fieldOf, type ResponseMessage } from "../support/http-message.js";
import { get } from "../support/node-client.js";
import { startNodeOrigin } from "../support/node-origin.js";
import { type ProxyConfigOptions, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const LOG = "%REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT%";

function start(t: TestContext, options: ProxyConfigOptions): Promise<SluiceProcess> {
  return SluiceProcess.start(t, proxyConfig({ accessLog: LOG, ...options }));
}

async function startScripted(t: TestContext): Promise<{ sluice: SluiceProcess; upstream: ScriptedUpstream }> {
  const upstream = await ScriptedUpstream.start(t);
  return { upstream, sluice: await start(t, { upstreamPorts: [upstream.port] }) };
}

test("fetch: a GET, a POST with JSON, a streamed body", async (t) => {
  const origin = await startNodeOrigin(t, (request, response) => {
    response.setHeader("x-method", request.method ?? "");
    request.pipe(response);
  });
  const sluice = await start(t, { upstreamPorts: [origin] });
  const url = `http://127.0.0.1:${sluice.port}/echo`;
  const got = await fetch(url);
  assert.deepEqual([got.status, got.headers.get("x-method"), await got.text()], [200, "GET", ""]);
  const posted = await fetch(url, { method: "POST", body: JSON.stringify({ a: [1, 2] }) });
  assert.deepEqual(await posted.json(), { a: [1, 2] });
  const body = new Blob(["one ", "two ", "three"]).stream();
  const streamed = await fetch(url, { method: "PUT", body, duplex: "half" } as RequestInit);
  assert.equal(await streamed.text(), "one two three");
});

test("an agent that keeps connections uses one of them for all requests, and so does the proxy", async (t) => {
  const upstream = await ScriptedUpstream.start(t, { handler: () => OK });
  const sluice = await start(t, { upstreamPorts: [upstream.port] });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const answers = await Promise.all(Array.from({ length: 50 }, () => get(sluice.port, { agent })));
  for (const { status, body } of answers) assert.deepEqual([status, body], [200, "ok"]);
  const stats = await sluice.stats();
  assert.equal(stats.get("http.main.downstream_cx_total"), 1);
  assert.equal(stats.get("http.main.downstream_rq_total"), 50);
  assert.equal(upstream.connections.length, 1);
});

test("pipelined requests are answered in order, however many there are", async (t) => {
  const upstream = await ScriptedUpstream.start(t, {
    handler: ({ target }) => `HTTP/1.1 200 OK\r\ncontent-length: ${target.length}\r\n\r\n${target}`,
  });
  const sluice = await start(t, { upstreamPorts: [upstream.port] });
  const client = await RawClient.connect(t, sluice.port);
  const targets = Array.from({ length: 200 }, (_, index) => (index % 3 === 2 ? "/direct" : `/${index}`));
  client.send(targets.map((target) => `GET ${target} HTTP/1.1\r\nhost: a\r\n\r\n`).join(""));
  for (const target of targets) {
    assert.equal((await client.response()).body.toString(), target === "/direct" ? "direct" : target);
  }
});

// ---- messages without a body, and with chunks

test("HEAD, 204 and 304 have no body, and the connection goes on", async (t) => {
  const upstream = await ScriptedUpstream.start(t, {
    handler: ({ method, target }) => {
      if (method === "HEAD") return "HTTP/1.1 200 OK\r\ncontent-length: 12\r\netag: x\r\n\r\n";
      if (target === "/204") return "HTTP/1.1 204 No Content\r\n\r\n";
      return 'HTTP/1.1 304 Not Modified\r\ncontent-length: 12\r\netag: "x"\r\n\r\n';
    },
  });
  const sluice = await start(t, { upstreamPorts: [upstream.port] });
  const client = await RawClient.connect(t, sluice.port);
  const ask = async (method: string, target: string): Promise<ResponseMessage> => {
    client.send(`${method} ${target} HTTP/1.1\r\nhost: a\r\n\r\n`);
    return client.response({ head: method === "HEAD" });
  };
  const head = await ask("HEAD", "/");
  assert.deepEqual([head.status, fieldOf(head, "content-length")], [200, "12"]);
  const empty = await ask("GET", "/204");
  assert.deepEqual([empty.status, fieldOf(empty, "content-length")], [204, null]);
  assert.equal(fieldOf(empty, "transfer-encoding"), null);
  const unchanged = await ask("GET", "/304");
  assert.deepEqual([unchanged.status, fieldOf(unchanged, "etag")], [304, '"x"']);
  assert.equal((await ask("HEAD", "/direct")).status, 200);
  assert.equal(upstream.connections.length, 1);
  assert.equal((await sluice.stats()).get("http.main.downstream_cx_total"), 1);
});

test("chunks both ways, framed anew", async (t) => {
  const { sluice, upstream } = await startScripted(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n");
  const connection = await upstream.accept();
  client.send("6\r\n world\r\n0\r\n\r\n");
  const request = await connection.request();
  assert.deepEqual([request.framing, request.body.toString()], ["chunked", "hello world"]);
  connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n");
  await client.readUntil("3\r\nabc\r\n");
  connection.send("2\r\nde\r\n0\r\n\r\n");
  assert.equal(await client.readUntil("0\r\n\r\n"), "2\r\nde\r\n0\r\n\r\n");
  assert.deepEqual(await sluice.stdout.waitForLines(1), ["POST 200 - via_upstream 11 5"]);
});
