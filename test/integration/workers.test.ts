import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { loadBootstrap } from "../../src/config/bootstrap.js";
import { Server } from "../../src/server/server.js";
import { DEFAULT_SERVER_OPTIONS } from "../../src/server/server-options.js";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";
import { until } from "../support/until.js";

const WORKERS = 3;
const CONNECTIONS = 30;
const REQUESTS_PER_CONNECTION = 10;
const REQUESTS = CONNECTIONS * REQUESTS_PER_CONNECTION;

/** Answers each request with its own target. */
function startEcho(t: TestContext): Promise<ScriptedUpstream> {
  return ScriptedUpstream.start(t, {
    handler: ({ target }) => `HTTP/1.1 200 OK\r\ncontent-length: ${target.length}\r\n\r\n${target}`,
  });
}

function connectMany(t: TestContext, port: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => RawClient.connect(t, port)));
}

/** One client's requests, one after the other; each must have its own answer. */
async function talk(client: RawClient, name: string): Promise<void> {
  for (let i = 0; i < REQUESTS_PER_CONNECTION; i++) {
    const path = `/${name}/${i}`;
    client.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
    const { status, body } = await client.response();
    assert.equal(status, 200);
    assert.equal(body.toString(), path);
  }
}

test("the stats of all workers add up exactly, log lines are whole, connection numbers unique", async (t) => {
  const upstream = await startEcho(t);
  const accessLog = "%CONNECTION_ID% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_HOST%";
  const config = proxyConfig({ upstreamPorts: [upstream.port], accessLog });
  const sluice = await SluiceProcess.start(t, config, ["--concurrency", String(WORKERS)]);
  const clients = await connectMany(t, sluice.port);
  await Promise.all(clients.map((client, index) => talk(client, `c${index}`)));

  // Right after the last answer: what the workers have gathered is asked for.
  const stats = await sluice.stats();
  assert.equal(stats.get("server.concurrency"), WORKERS);
  assert.equal(stats.get("http.main.downstream_rq_total"), REQUESTS);
  assert.equal(stats.get("http.main.downstream_rq_2xx"), REQUESTS);
  assert.equal(stats.get("http.main.downstream_rq_active"), 0);
  assert.equal(stats.get("http.main.downstream_cx_total"), CONNECTIONS);
  assert.equal(stats.get("http.main.downstream_cx_active"), CONNECTIONS);
  assert.equal(stats.get("cluster.upstream.upstream_rq_200"), REQUESTS);
  assert.equal(stats.get("cluster.upstream.upstream_rq_total"), REQUESTS);
  assert.equal(stats.get("cluster.upstream.upstream_rq_active"), 0);
  assert.equal(stats.get("cluster.upstream.upstream_cx_total"), upstream.connections.length);

  const lines = (await sluice.stdout.waitForLines(REQUESTS)).map((line) => readLogLine(line, upstream.port));
  assert.equal(lines.length, REQUESTS);
  assert.equal(new Set(lines.map(({ path }) => path)).size, REQUESTS, "one line for each request");
  const clientOfConnection = new Map(lines.map(({ connection, client }) => [connection, client]));
  assert.equal(clientOfConnection.size, CONNECTIONS, "no two connections have one number");
  for (const { connection, client } of lines) assert.equal(clientOfConnection.get(connection), client);

  for (const client of clients) client.close();
  await until("the connections are gone", async () => {
    return (await sluice.stats()).get("http.main.downstream_cx_active") === 0;
  });
  const after = await sluice.stats();
  assert.equal(after.get("http.main.downstream_cx_destroy"), CONNECTIONS);
  assert.equal(after.get("http.main.downstream_rq_total"), REQUESTS);

  sluice.signal("SIGTERM");
  assert.equal(await sluice.exitCode(), 0);
  assert.doesNotMatch(sluice.stderr.text, /\[(warning|error|critical)\]/);
});

function readLogLine(line: string, upstreamPort: number): { connection: string; path: string; client: string } {
  const match = /^(\d+) (\/(c\d+)\/\d+) 200 - 127\.0\.0\.1:(\d+)$/.exec(line);
  assert.ok(match !== null, `not a whole line: ${line}`);
  const [, connection = "", path = "", client = "", port = ""] = match;
  assert.equal(Number(port), upstreamPort);
  return { connection, path, client };
}

test("every worker accepts on the one port, and stream numbers are unique among them", async (t) => {
  const upstream = await startEcho(t);
  const { config } = loadBootstrap({ text: proxyConfig({ upstreamPorts: [upstream.port] }) });
  const options = { ...DEFAULT_SERVER_OPTIONS, concurrency: WORKERS, logLevel: "off", flow: "all" } as const;
  const server = new Server(config, options, () => {});
  t.after(() => server.shutdown());
  await server.start();
  const address = server.listeners[0]?.addresses[0];
  assert.ok(address?.kind === "ip");

  let sent = 0;
  // Which worker takes a connection is up to the kernel: as many connections as it takes until each has had one.
  await until("each worker has answered a request", async () => {
    const client = await RawClient.connect(t, address.port);
    client.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert.equal((await client.response()).status, 200);
    sent++;
    const served = await Promise.all(server.workers.workers.map((worker) => worker.recentFlows(1)));
    return served.every(({ length }) => length > 0);
  });
  const streams = (await Promise.all(server.workers.workers.map((worker) => worker.recentFlows(10_000)))).flat();
  assert.equal(streams.length, sent);
  assert.equal(new Set(streams.map(({ streamId }) => streamId)).size, sent);
  assert.equal(new Set(streams.map(({ connectionId }) => connectionId)).size, sent);
});

test("the inspector finds a stream whichever worker had it", async (t) => {
  const upstream = await startEcho(t);
  const config = proxyConfig({ upstreamPorts: [upstream.port] });
  const sluice = await SluiceProcess.start(t, config, ["--concurrency", String(WORKERS), "--flow"]);
  const clients = await connectMany(t, sluice.port);
  await Promise.all(clients.map((client, index) => talk(client, `c${index}`)));
  const list = (await sluice.admin(`/flow?limit=${REQUESTS}`)).body.trimEnd().split("\n");
  assert.equal(list.length, REQUESTS);
  const streamIds = list.map((line) => Number(/^\[C\d+\]\[S(\d+)\] 200 via_upstream GET \/c\d+\/\d+$/.exec(line)?.[1]));
  assert.deepEqual(
    streamIds,
    Array.from({ length: REQUESTS }, (_, index) => REQUESTS - index),
    "newest first",
  );
  for (const streamId of [1, REQUESTS / 2, REQUESTS]) {
    const { status, body } = await sluice.admin(`/flow?stream=${streamId}`);
    assert.equal(status, 200);
    assert.match(body, new RegExp(`^\\[S${streamId}\\] on \\[C\\d+\\]\\n.* A[13] `));
  }
  await sluice.stdout.waitForText(new RegExp(`\\[S${REQUESTS}\\] on `));
});
