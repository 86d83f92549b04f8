import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import http from "node:http";
import { type TestContext, test } from "node:test";
import { closedPort } from "../support/closed-port.js";
import { labelsOf, readTimeline, stepsOf, type Timeline } from "../support/flow-timeline.js";
import { startNodeOrigin } from "../support/node-origin.js";
import { type ProxyConfigOptions, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";
import { until } from "../support/until.js";

/*
 * The flow of docs/life-of-a-request.md, proved on the running proxy: real requests over loopback, and the steps that
 * the inspector recorded of them, all of them and in order. Where the order is not that of the numbers:
 *
 * - B6 stands before B3 and B4: a pool belongs to a host, so the host is picked first.
 * - B8 stands behind C3 on a new connection: the stream is tied to it once it stands.
 * - D7 stands before D6: the last byte of the response passes through to the client's side before the upstream codec
 *   returns and lets go of its connection.
 * - D5 is last: all that an event has produced is written to the socket once, when the event ends.
 */

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

async function start(t: TestContext, options: ProxyConfigOptions): Promise<SluiceProcess> {
  return SluiceProcess.start(t, proxyConfig(options), ["--flow"]);
}

async function startWithUpstream(t: TestContext): Promise<{ sluice: SluiceProcess; upstream: ScriptedUpstream }> {
  const upstream = await ScriptedUpstream.start(t);
  return { upstream, sluice: await start(t, { upstreamPorts: [upstream.port] }) };
}

async function timelineOf(sluice: SluiceProcess, streamId: number): Promise<Timeline> {
  const { status, body } = await sluice.admin(`/flow?stream=${streamId}`);
  assert.equal(status, 200, body);
  return readTimeline(body);
}

/** Steps of one kind of event, as `stepsOf` prints them. */
const on = (connection: string, labels: string): string =>
  labels
    .split(" ")
    .map((label) => label + connection)
    .join(" ");

const HEAD_ARRIVES = "A1 A2 A3 A4 A5 A6 A7 B1 B2 B6 B4 B5";
/** The same when the host has no pool yet. */
const FIRST_HEAD_ARRIVES = "A1 A2 A3 A4 A5 A6 A7 B1 B2 B6 B3 B4 B5";
const RESPONSE_LEAVES = "D3 D4 D3 D4 D7 F5";

test("a first request opens a connection, a second takes the one that is kept", async (t) => {
  const upstream = await ScriptedUpstream.start(t, { handler: () => OK });
  const sluice = await start(t, { upstreamPorts: [upstream.port] });
  const client = await RawClient.connect(t, sluice.port);

  client.send(GET);
  assert.equal((await client.response()).status, 200);
  const first = await timelineOf(sluice, 1);
  assert.equal(first.title, "[S1] on [C1]");
  assert.equal(
    stepsOf(first),
    [
      on("[C1]", FIRST_HEAD_ARRIVES),
      on("[C2]", "B7a B7b B7c C1 C2 C3"),
      "B8[C1]-[C2] C4[C2]",
      on("[C2]", "D1 D2"),
      on("[C1]", RESPONSE_LEAVES),
      "D6[C2] D5[C1]",
    ].join(" "),
  );

  client.send(GET);
  assert.equal((await client.response()).status, 200);
  const second = await timelineOf(sluice, 2);
  assert.equal(second.title, "[S2] on [C1]");
  assert.equal(
    stepsOf(second),
    [
      on("[C1]", HEAD_ARRIVES),
      "B7[C2] B8[C1]-[C2] C4[C2]",
      on("[C2]", "D1 D2"),
      on("[C1]", RESPONSE_LEAVES),
      "D6[C2] D5[C1]",
    ].join(" "),
  );
});

test("of a pipelined pair the second is parsed when the first has been answered", async (t) => {
  const { sluice, upstream } = await startWithUpstream(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send("GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\n");
  const connection = await upstream.accept();
  await connection.expectHead("GET /1 ");
  // Nothing is known of the second one while the first is in flight.
  assert.equal((await sluice.admin("/flow?stream=2")).status, 404);
  connection.send(OK);
  await connection.expectHead("GET /2 ");
  connection.send(OK);
  await client.response();
  await client.response();
  const first = await timelineOf(sluice, 1);
  assert.equal(labelsOf(first), `${FIRST_HEAD_ARRIVES} B7a B7b B7c C1 C2 C3 B8 C4 D1 D2 ${RESPONSE_LEAVES} D6 D5`);
  assert.equal(first.steps[0]?.text, "downstream-read-ready 56 bytes");
  const second = await timelineOf(sluice, 2);
  // A1 is the kept bytes' way back to the parser, on a turn of its own after D7.
  assert.equal(labelsOf(second), `${HEAD_ARRIVES} B7 B8 C4 D1 D2 ${RESPONSE_LEAVES} D6 D5`);
  assert.equal(second.steps[0]?.text, "downstream-read-ready 28 bytes");
});

test("pipelined requests that need no upstream are answered within one event", async (t) => {
  const sluice = await start(t, {});
  const client = await RawClient.connect(t, sluice.port);
  client.send("GET /direct HTTP/1.1\r\nhost: a\r\n\r\n".repeat(2));
  await client.response();
  await client.response();
  const answered = "A3 A4 A5 A6 A7 B1 B2 F3 D3 D4 D3 D4 D7 F5 D5";
  assert.equal(labelsOf(await timelineOf(sluice, 1)), `A1 A2 ${answered}`);
  assert.equal(labelsOf(await timelineOf(sluice, 2)), answered);
});

test("a streamed body goes upstream piece by piece; A4 and A5 come with its last piece", async (t) => {
  const { sluice, upstream } = await startWithUpstream(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n");
  const connection = await upstream.accept();
  await connection.expectHead("POST / ");
  client.send("hello ");
  await connection.readUntil("hello ");
  client.send("world");
  await connection.readUntil("world");
  connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n");
  await client.readUntil("2\r\nok\r\n");
  connection.send("0\r\n\r\n");
  await client.readUntil("0\r\n\r\n");
  assert.equal(
    stepsOf(await timelineOf(sluice, 1)),
    [
      on("[C1]", "A1 A2 A3 A6 A7 B1 B2 B6 B3 B4 B5"),
      on("[C2]", "B7a B7b B7c C1 C2 C3"),
      "B8[C1]-[C2] C4[C2]",
      on("[C1]", "A1 A2 A3 A6"),
      "C4[C2]",
      on("[C1]", "A1 A2 A3 A4 A5 A6"),
      "C4[C2]",
      on("[C2]", "D1 D2"),
      on("[C1]", "D3 D4 D3 D4 D5"),
      "D1[C2] D7[C1] F5[C1] D6[C2] D5[C1]",
    ].join(" "),
  );
});

test("an upstream that is down: the connect fails, a local reply follows", async (t) => {
  const sluice = await start(t, { upstreamPorts: [await closedPort()] });
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  assert.equal((await client.response()).status, 503);
  const timeline = await timelineOf(sluice, 1);
  assert.equal(
    stepsOf(timeline),
    [on("[C1]", FIRST_HEAD_ARRIVES), on("[C2]", "B7a B7b B7c F4"), on("[C1]", `F2 F3 ${RESPONSE_LEAVES} D5`)].join(" "),
  );
  const failure = timeline.steps.filter(({ label }) => label.startsWith("F")).map(({ text }) => text);
  const details =
    "upstream_reset_before_response_started{remote_connection_failure,delayed_connect_error:_Connection_refused}";
  assert.deepEqual(failure, [
    "connection closed (ECONNREFUSED)",
    "reset (remote connection failure: delayed connect error: Connection refused)",
    `local reply 503 (${details})`,
    `stream ended 503 (${details})`,
  ]);
});

test("requests at the same time have their own steps and no others", async (t) => {
  const { sluice, upstream } = await startWithUpstream(t);
  const [one, two] = [await RawClient.connect(t, sluice.port), await RawClient.connect(t, sluice.port)];
  one.send(GET);
  const first = await upstream.accept();
  await first.expectHead("GET / ");
  two.send(GET);
  const second = await upstream.accept();
  await second.expectHead("GET / ");
  // The second one overtakes the first.
  second.send(OK);
  await two.response();
  first.send(OK);
  await one.response();
  const complete = `${FIRST_HEAD_ARRIVES} B7a B7b B7c C1 C2 C3 B8 C4 D1 D2 ${RESPONSE_LEAVES} D6 D5`;
  for (const streamId of [1, 2]) {
    const timeline = await timelineOf(sluice, streamId);
    assert.equal(labelsOf(timeline), streamId === 1 ? complete : complete.replace(" B3", ""));
    const joined = timeline.steps.find(({ label }) => label === "B8")?.connections ?? "";
    const [downstream, peer] = joined.split("-");
    assert.equal(timeline.title, `[S${streamId}] on ${downstream}`);
    assert.deepEqual(
      new Set(timeline.steps.map(({ connections }) => connections)),
      new Set([downstream, peer, joined]),
    );
  }
});

test("a stream that waits for a connection takes the one that another gives back", async (t) => {
  const upstream = await ScriptedUpstream.start(t);
  const cluster = { circuit_breakers: { thresholds: [{ max_connections: 1 }] } };
  const sluice = await start(t, { upstreamPorts: [upstream.port], cluster });
  const [one, two] = [await RawClient.connect(t, sluice.port), await RawClient.connect(t, sluice.port)];
  one.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET / ");
  two.send(GET);
  await until("the second request waits", async () => {
    return (await sluice.stats()).get("cluster.upstream.upstream_rq_pending_active") === 1;
  });
  connection.send(OK);
  await one.response();
  await connection.expectHead("GET / ");
  connection.send(OK);
  await two.response();
  const timeline = await timelineOf(sluice, 2);
  assert.equal(labelsOf(timeline), `${HEAD_ARRIVES} B7 B8 C4 D1 D2 ${RESPONSE_LEAVES} D6 D5`);
  assert.match(stepsOf(timeline), / B7\[C3\] B8\[C2\]-\[C3\] /);
});

// ---- E: when one side is slower

/** More than the kernel takes on its own between two sockets. */
const BIG = Buffer.alloc(24 * 1024 * 1024, "b");
const SMALL_BUFFERS = { per_connection_buffer_limit_bytes: 64 * 1024 };

test("E1, E2: a client that does not read stops the reading from the upstream", async (t) => {
  const origin = await startNodeOrigin(t, (_request, answer) => answer.end(BIG));
  const sluice = await start(t, { upstreamPorts: [origin], listener: SMALL_BUFFERS, cluster: SMALL_BUFFERS });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get({ port: sluice.port, host: "127.0.0.1", agent: false }, resolve).on("error", reject);
  });
  await until("the upstream is paused", async () => (await labelsSoFar(sluice)).includes("E1"));
  let received = 0;
  for await (const piece of response) received += (piece as Buffer).length;
  assert.equal(received, BIG.length);
  assertFlowControl(await timelineOf(sluice, 1), "E1", "E2", "[C1]-[C2]");
});

test("E3, E4: an upstream that does not read stops the reading from the client", async (t) => {
  const arrivals = new EventEmitter();
  const arrived = once(arrivals, "request");
  const origin = await startNodeOrigin(t, (request, response) => {
    arrivals.emit("request", request);
    request.on("end", () => response.end());
  });
  const sluice = await start(t, { upstreamPorts: [origin], listener: SMALL_BUFFERS, cluster: SMALL_BUFFERS });
  const options = { port: sluice.port, host: "127.0.0.1", method: "POST", agent: false };
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    http.request(options, resolve).on("error", reject).end(BIG);
  });
  const [upload] = (await arrived) as [http.IncomingMessage];
  await until("the client is paused", async () => (await labelsSoFar(sluice)).includes("E3"));
  let received = 0;
  for await (const piece of upload) received += (piece as Buffer).length;
  assert.equal(received, BIG.length);
  assert.equal((await answered).statusCode, 200);
  assertFlowControl(await timelineOf(sluice, 1), "E3", "E4", "[C2]-[C1]");
});

async function labelsSoFar(sluice: SluiceProcess): Promise<string> {
  return labelsOf(await timelineOf(sluice, 1));
}

/** Each stop is followed by a start, both name the slow connection first. */
function assertFlowControl(timeline: Timeline, stop: string, go: string, connections: string): void {
  const steps = timeline.steps.filter(({ label }) => label.startsWith("E"));
  assert.ok(steps.length >= 2, labelsOf(timeline));
  for (const [index, step] of steps.entries()) {
    assert.equal(step.label, index % 2 === 0 ? stop : go);
    // What arrives before the upstream connection stands is held back for it.
    assert.equal(step.connections, step.text.endsWith("(no connection yet)") ? "[C1]" : connections);
  }
  assert.equal(steps.length % 2, 0, "reading goes on in the end");
}

// ---- F: when it ends otherwise

test("F: a timeout, with the request upstream given up and the local reply", async (t) => {
  const upstream = await ScriptedUpstream.start(t);
  const sluice = await start(t, { upstreamPorts: [upstream.port], route: { timeout: "0.05s" } });
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  assert.equal((await client.response()).status, 504);
  const timeline = await timelineOf(sluice, 1);
  assert.match(labelsOf(timeline), new RegExp(` C4 F1 F2 F4 F3 ${RESPONSE_LEAVES} D5$`));
  const [timer, reset, closed, reply] = timeline.steps.filter(({ label }) => label.startsWith("F"));
  assert.equal(timer?.text, "timer fired (route timeout)");
  assert.equal(reset?.text, `reset (upstream request to 127.0.0.1:${upstream.port} cancelled)`);
  assert.match(closed?.text ?? "", /^connection closed/);
  assert.equal(closed?.connections, "[C2]");
  assert.equal(reply?.text, "local reply 504 (response_timeout)");
});

test("F: a client that leaves", async (t) => {
  const { sluice, upstream } = await startWithUpstream(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET / ");
  client.close();
  await connection.expectClose();
  const timeline = await timelineOf(sluice, 1);
  assert.match(stepsOf(timeline), / C4\[C2\] F4\[C1\] F2\[C1\] F2\[C1\] F4\[C2\] F5\[C1\]$/);
  assert.equal(timeline.steps.at(-1)?.text, "stream ended 0 (downstream_remote_disconnect)");
});

test("F: an upstream that breaks off in the middle of its response", async (t) => {
  const { sluice, upstream } = await startWithUpstream(t);
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET / ");
  connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello");
  await client.readUntil("hello");
  connection.reset();
  await client.readToClose();
  const timeline = await timelineOf(sluice, 1);
  assert.match(stepsOf(timeline), / D5\[C1\] F4\[C2\] F2\[C1\] F2\[C1\] F5\[C1\] F4\[C1\]$/);
  assert.match(timeline.steps.at(-2)?.text ?? "", /^stream ended 200 \(upstream_reset_after_response_started/);
});

test("F: a request that is malformed", async (t) => {
  const sluice = await start(t, {});
  const client = await RawClient.connect(t, sluice.port);
  client.send("GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n");
  assert.equal((await client.response()).status, 400);
  await client.expectClose();
  const timeline = await timelineOf(sluice, 1);
  assert.match(labelsOf(timeline), /^A1 A2 A3 F3 D3 D4 D3 D4 D7 F5 (D5 F4|F4 D5)$/);
});
