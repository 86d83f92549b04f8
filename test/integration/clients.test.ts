import assert from "node:assert/strict";
import { createHash, type Hash } from "node:crypto";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fieldOf, type ResponseMessage } from "../support/http-message.js";
import { startNodeOrigin } from "../support/node-origin.js";
import { listenerConfig, type ProxyConfigOptions, proxyConfig, socketAddress } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess, temporaryDirectory } from "../support/sluice-process.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const LOG = "%REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT%";

function start(t: TestContext, options: ProxyConfigOptions): Promise<SluiceProcess> {
  return SluiceProcess.start(t, proxyConfig({ accessLog: LOG, ...options }));
}

async function startScripted(t: TestContext): Promise<{ sluice: SluiceProcess; upstream: ScriptedUpstream }> {
  const upstream = await ScriptedUpstream.start(t);
  return { upstream, sluice: await start(t, { upstreamPorts: [upstream.port] }) };
}

// ---- ordinary clients

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

interface Answer {
  readonly status: number;
  readonly body: string;
}

function get(port: number, options: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: "127.0.0.1", ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        body += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

// ---- big bodies

const PIECE = Buffer.alloc(64 * 1024);
for (let i = 0; i < PIECE.length; i++) PIECE[i] = (i * 31 + (i >> 8)) & 0xff;
const PIECES = 512;
const BIG_BYTES = PIECES * PIECE.length;
const BIG_HASH = hashOfBig();

function hashOfBig(): string {
  const hash = createHash("sha256");
  for (let i = 0; i < PIECES; i++) hash.update(PIECE);
  return hash.digest("hex");
}

/** Writes the big body as fast as the other side takes it. */
function sendBig(writable: http.ServerResponse | http.ClientRequest): void {
  let left = PIECES;
  const more = (): void => {
    while (left > 0) {
      left--;
      if (!writable.write(PIECE)) {
        writable.once("drain", more);
        return;
      }
    }
    writable.end();
  };
  more();
}

/** Reads a body so slowly that its sender has to wait: stops after each piece until the loop has come round. */
async function readSlowly(body: http.IncomingMessage): Promise<string> {
  const hash: Hash = createHash("sha256");
  for await (const piece of body) {
    hash.update(piece as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hash.digest("hex");
}

for (const framing of ["content-length", "chunked"] as const) {
  const headers = framing === "chunked" ? {} : { "content-length": BIG_BYTES };

  test(`32 MiB down to a slow reader arrive as they were sent, ${framing}`, async (t) => {
    const origin = await startNodeOrigin(t, (_request, response) => {
      response.writeHead(200, headers);
      sendBig(response);
    });
    const sluice = await start(t, { upstreamPorts: [origin] });
    const message = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get({ port: sluice.port, host: "127.0.0.1", agent: false }, resolve).on("error", reject);
    });
    assert.equal(await readSlowly(message), BIG_HASH);
    assert.deepEqual(await sluice.stdout.waitForLines(1), [`GET 200 - via_upstream 0 ${BIG_BYTES}`]);
  });

  test(`32 MiB up to a slow reader arrive as they were sent, ${framing}`, async (t) => {
    const origin = await startNodeOrigin(t, (request, response) => {
      readSlowly(request).then(
        (hash) => response.end(hash),
        () => response.destroy(),
      );
    });
    const sluice = await start(t, { upstreamPorts: [origin] });
    const options = { port: sluice.port, host: "127.0.0.1", method: "POST", agent: false, headers };
    const message = await new Promise<http.IncomingMessage>((resolve, reject) => {
      sendBig(http.request(options, resolve).on("error", reject));
    });
    assert.equal(await textOf(message), BIG_HASH);
    assert.deepEqual(await sluice.stdout.waitForLines(1), [`POST 200 - via_upstream ${BIG_BYTES} 64`]);
  });
}

async function textOf(message: http.IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of message) text += String(piece);
  return text;
}

/** Requests that a client pipelines without reading an answer; all answers together would be a hundred MiB. */
const UNREAD_REQUESTS = 2_500;
const UNREAD_RESPONSE = Buffer.alloc(40 * 1024, "u");

test("a client that pipelines and does not read cannot make the proxy hold all the responses", async (t) => {
  const origin = await startNodeOrigin(t, (_request, response) => response.end(UNREAD_RESPONSE));
  const limits = { per_connection_buffer_limit_bytes: 64 * 1024 };
  const sluice = await start(t, { upstreamPorts: [origin], listener: limits, cluster: limits });
  const client = await RawClient.connect(t, sluice.port);
  client.pauseReading();
  client.send(GET.repeat(UNREAD_REQUESTS));
  const bytes = await whenItStandsStill(sluice, "cluster.upstream.upstream_cx_rx_bytes_total");
  // What the kernel holds between two sockets is a few MiB.
  assert.ok(bytes < 32 * 1024 * 1024, `${bytes} bytes were read of the upstream`);
});

test("nor can it make the proxy parse all its requests, where the proxy answers itself", async (t) => {
  const sluice = await start(t, {});
  const client = await RawClient.connect(t, sluice.port);
  client.pauseReading();
  const requests = "GET /direct HTTP/1.1\r\nhost: a\r\n\r\n".repeat(500_000);
  client.send(requests);
  const bytes = await whenItStandsStill(sluice, "http.main.downstream_cx_rx_bytes_total");
  assert.ok(bytes < requests.length / 2, `${bytes} bytes were read of the client`);
});

/** A counter once it has stopped growing for as long as some dozens of requests to the admin take. */
async function whenItStandsStill(sluice: SluiceProcess, stat: string): Promise<number> {
  for (let before = -1; ; ) {
    const now = (await sluice.stats()).get(stat) ?? 0;
    if (now === before && now > 0) return now;
    before = now;
    for (let i = 0; i < 50; i++) await sluice.admin("/ready");
  }
}

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

// ---- peers that leave

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

// ---- where clusters and listeners are

for (const type of ["STRICT_DNS", "LOGICAL_DNS"] as const) {
  test(`a ${type} cluster resolves a name`, async (t) => {
    const upstream = await ScriptedUpstream.start(t, { handler: () => OK });
    const endpoint = { address: socketAddress(upstream.port, "localhost") };
    const load_assignment = { cluster_name: "upstream", endpoints: [{ lb_endpoints: [{ endpoint }] }] };
    const sluice = await start(t, { cluster: { type, dns_lookup_family: "V4_ONLY", load_assignment } });
    assert.deepEqual(await get(sluice.port, { agent: false }), { status: 200, body: "ok" });
    assert.match((await sluice.admin("/clusters")).body, new RegExp(`upstream::127\\.0\\.0\\.1:${upstream.port}::`));
  });
}

test("two upstreams take turns", async (t) => {
  const name = (text: string) => () => `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n${text}`;
  const one = await ScriptedUpstream.start(t, { handler: name("one") });
  const two = await ScriptedUpstream.start(t, { handler: name("two") });
  const sluice = await start(t, { upstreamPorts: [one.port, two.port] });
  const bodies: string[] = [];
  for (let i = 0; i < 20; i++) bodies.push((await get(sluice.port)).body);
  const first = bodies[0];
  for (const [index, body] of bodies.entries()) assert.equal(body === first, index % 2 === 0, bodies.join(" "));
});

test("two listeners, each with stats of its own", async (t) => {
  const upstream = await ScriptedUpstream.start(t, { handler: () => OK });
  const moreListeners = [listenerConfig("second", {})];
  const sluice = await start(t, { upstreamPorts: [upstream.port], moreListeners });
  assert.notEqual(sluice.portOf("main"), sluice.portOf("second"));
  for (const listener of ["main", "second", "second"]) {
    assert.equal((await get(sluice.portOf(listener), { agent: false })).body, "ok");
  }
  const stats = await sluice.stats();
  assert.equal(stats.get("http.main.downstream_rq_total"), 1);
  assert.equal(stats.get("http.second.downstream_rq_total"), 2);
  assert.equal(stats.get("cluster.upstream.upstream_rq_total"), 3);
});

for (const concurrency of ["1", "2"]) {
  test(`pipes on both sides, concurrency ${concurrency}`, async (t) => {
    const directory = temporaryDirectory(t);
    const [listenPath, upstreamPath] = [join(directory, "listen"), join(directory, "upstream")];
    const origin = http.createServer((incoming, answer) => incoming.pipe(answer));
    t.after(() => {
      origin.close();
      origin.closeAllConnections();
    });
    await new Promise<void>((resolve) => origin.listen(upstreamPath, resolve));
    const endpoint = { address: { pipe: { path: upstreamPath } } };
    const load_assignment = { cluster_name: "upstream", endpoints: [{ lb_endpoints: [{ endpoint }] }] };
    const config = proxyConfig({ listener: { address: { pipe: { path: listenPath } } }, cluster: { load_assignment } });
    const sluice = await SluiceProcess.start(t, config, ["--concurrency", concurrency]);
    assert.equal(sluice.listeners.get("main"), listenPath);
    const request = http.request({ socketPath: listenPath, path: "/", method: "POST", agent: false });
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.on("response", resolve).on("error", reject);
    });
    request.end("through a pipe");
    assert.equal(await textOf(await answered), "through a pipe");
    sluice.signal("SIGTERM");
    assert.equal(await sluice.exitCode(), 0);
    await assert.rejects(connectPipe(listenPath), { code: "ENOENT" });
  });
}

function connectPipe(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path, () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}
