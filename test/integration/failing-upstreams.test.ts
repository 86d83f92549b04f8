import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { closedPort } from "../support/closed-port.js";
import { readTimeline } from "../support/flow-timeline.js";
import type { ResponseMessage } from "../support/http-message.js";
import { type ProxyConfigOptions, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream, type UpstreamConnection } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";
import { startStalledServer } from "../support/stalled-server.js";

/*
 * What failing upstreams cost the client, on real sockets: status, body, flags, details, stats and steps of the flow.
 * What depends on exact times is in virtual time: src/http/filters/router/.
 */

const LOG = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%";
const GET = "GET /x HTTP/1.1\r\nhost: a\r\n\r\n";
const POST = "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody";
/** Half of it. */
const SLOW_POST = "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nbody";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BEFORE = "upstream connect error or disconnect/reset before headers. reset reason: ";
const RESET_BEFORE = "upstream_reset_before_response_started";
const RESET_AFTER = "upstream_reset_after_response_started";

interface Failure {
  readonly title: string;
  readonly options?: ProxyConfigOptions;
  /** GET where nothing is said. */
  readonly request?: string;
  /** What the upstream does with the head of the request. */
  readonly play: (connection: UpstreamConnection) => void;
  /** Status and body; or the beginning of a response that is broken off. */
  readonly response: { readonly status: number; readonly body: string } | { readonly brokenOff: string };
  readonly log: string;
  /** Of the cluster: what counts, and nothing else of its kind. */
  readonly stats: Readonly<Record<string, number>>;
  /** Texts of the steps F1 to F4. */
  readonly steps: readonly string[];
}

/** Counters that say how a request ended; those that a case does not name are 0. */
const TELLING =
  /^(upstream_cx_(connect_fail|connect_timeout|protocol_error|destroy_(local|remote)_with_active_rq|destroy_(local|remote))|upstream_rq_(rx_reset|tx_reset|timeout|per_try_timeout|pending_failure_eject|stale_repeated|cancelled|[1-5]xx))$/;

const closedWithRequest = { upstream_cx_destroy_remote: 1, upstream_cx_destroy_remote_with_active_rq: 1 };
const droppedWithRequest = { upstream_cx_destroy_local: 1, upstream_cx_destroy_local_with_active_rq: 1 };
const terminated = {
  response: { status: 503, body: `${BEFORE}connection termination` },
  log: `503 UC ${RESET_BEFORE}{connection_termination} 1`,
  stats: { ...closedWithRequest, upstream_rq_rx_reset: 1, upstream_rq_5xx: 1 },
} as const;
const misunderstood = {
  response: { status: 502, body: `${BEFORE}protocol error` },
  log: `502 UPE ${RESET_BEFORE}{protocol_error} 1`,
  stats: { ...droppedWithRequest, upstream_cx_protocol_error: 1, upstream_rq_tx_reset: 1, upstream_rq_5xx: 1 },
} as const;
const reply = (details: string): string => `local reply 503 (${details})`;
const TERMINATED_STEPS = [
  "F2 reset (connection termination)",
  `F3 ${reply(`${RESET_BEFORE}{connection_termination}`)}`,
] as const;
const CLOSED = "F4 connection closed (remote close)";
/** What the codec says of it comes first. */
const misunderstoodSteps = (why: string): string[] => [
  `F2 reset (${why})`,
  "F2 reset (protocol error)",
  `F3 local reply 502 (${RESET_BEFORE}{protocol_error})`,
  "F4 connection closed (upstream_protocol_error)",
];
const CANCELLED = ["F2 reset (upstream request to HOST cancelled)", "F4 connection closed (stream_reset)"] as const;
const BROKEN_OFF_STEPS = [
  CLOSED,
  "F2 reset (connection termination)",
  `F2 reset (${RESET_AFTER}{connection_termination})`,
  "F4 connection closed (stream_reset)",
] as const;

const FAILURES: readonly Failure[] = [
  {
    title: "resets before it answers",
    play: (connection) => connection.reset(),
    ...terminated,
    steps: ["F4 connection closed (ECONNRESET)", ...TERMINATED_STEPS],
  },
  {
    title: "closes before it answers",
    play: (connection) => connection.end(),
    ...terminated,
    steps: [CLOSED, ...TERMINATED_STEPS],
  },
  {
    title: "closes within the head",
    play: (connection) => {
      connection.send("HTTP/1.1 200 OK\r\ncontent-");
      connection.end();
    },
    ...terminated,
    steps: [CLOSED, ...TERMINATED_STEPS],
  },
  {
    title: "closes after an interim response",
    play: (connection) => {
      connection.send("HTTP/1.1 102 Processing\r\n\r\n");
      connection.end();
    },
    ...terminated,
    stats: { ...terminated.stats, upstream_rq_1xx: 1 },
    steps: [CLOSED, ...TERMINATED_STEPS],
  },
  {
    title: "closes behind the head of a response with a length",
    play: (connection) => {
      connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
      connection.end();
    },
    response: { brokenOff: "half" },
    log: `200 UC ${RESET_AFTER}{connection_termination} 1`,
    stats: { ...closedWithRequest, upstream_rq_rx_reset: 1, upstream_rq_2xx: 1 },
    steps: BROKEN_OFF_STEPS,
  },
  {
    title: "closes before the last chunk",
    play: (connection) => {
      connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n");
      connection.end();
    },
    response: { brokenOff: "half" },
    log: `200 UC ${RESET_AFTER}{connection_termination} 1`,
    stats: { ...closedWithRequest, upstream_rq_rx_reset: 1, upstream_rq_2xx: 1 },
    steps: BROKEN_OFF_STEPS,
  },
  {
    title: "sends a chunk that is none",
    play: (connection) => connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"),
    response: { brokenOff: "half" },
    log: `200 UPE ${RESET_AFTER}{protocol_error} 1`,
    stats: { ...droppedWithRequest, upstream_cx_protocol_error: 1, upstream_rq_tx_reset: 1, upstream_rq_2xx: 1 },
    steps: [
      "F2 reset (chunk size is not a hexadecimal number)",
      "F2 reset (protocol error)",
      `F2 reset (${RESET_AFTER}{protocol_error})`,
      "F4 connection closed (stream_reset)",
      "F4 connection closed (upstream_protocol_error)",
    ],
  },
  {
    title: "sends garbage",
    play: (connection) => connection.send("SSH-2.0-OpenSSH_9.2\r\n"),
    ...misunderstood,
    steps: misunderstoodSteps("version is not HTTP/1.0 or HTTP/1.1"),
  },
  {
    title: "sends a head that is too large",
    play: (connection) => connection.send(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(70_000)}\r\n\r\n`),
    ...misunderstood,
    steps: misunderstoodSteps("head exceeds the limit"),
  },
  {
    title: "sends too many fields",
    play: (connection) => connection.send(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(150)}\r\n`),
    ...misunderstood,
    steps: misunderstoodSteps("more fields than allowed"),
  },
  {
    title: "says two lengths",
    play: (connection) =>
      connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    ...misunderstood,
    steps: misunderstoodSteps("content-length together with transfer-encoding"),
  },
  {
    title: "sends more than its response",
    play: (connection) => connection.send(`${OK}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstray`),
    response: { status: 200, body: "ok" },
    log: "200 - via_upstream 1",
    stats: { upstream_cx_destroy_local: 1, upstream_cx_protocol_error: 1, upstream_rq_2xx: 1 },
    steps: ["F4 connection closed (connection_not_reusable)"],
  },
  {
    title: "is too slow for the route",
    options: { route: { timeout: "0.1s" } },
    play: (connection) => connection.send("HTTP/1.1 200 OK\r\n"),
    response: { status: 504, body: "upstream request timeout" },
    log: "504 UT response_timeout 1",
    stats: { ...droppedWithRequest, upstream_rq_timeout: 1, upstream_rq_tx_reset: 1, upstream_rq_5xx: 1 },
    steps: ["F1 timer fired (route timeout)", ...CANCELLED, "F3 local reply 504 (response_timeout)"],
  },
  {
    title: "is too slow for one try",
    options: {
      route: { timeout: "10s", retry_policy: { retry_on: "reset", num_retries: 0, per_try_timeout: "0.1s" } },
    },
    play: () => {},
    response: { status: 504, body: "upstream request timeout" },
    log: "504 URX,UT upstream_per_try_timeout 1",
    stats: { ...droppedWithRequest, upstream_rq_per_try_timeout: 1, upstream_rq_tx_reset: 1, upstream_rq_5xx: 1 },
    steps: ["F1 timer fired (per try timeout)", ...CANCELLED, "F3 local reply 504 (upstream_per_try_timeout)"],
  },
  {
    title: "stops in the middle of its response",
    options: { connectionManager: { stream_idle_timeout: "0.2s" } },
    play: (connection) => connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"),
    response: { brokenOff: "half" },
    log: "200 SI stream_idle_timeout 1",
    stats: { ...droppedWithRequest, upstream_rq_tx_reset: 1, upstream_rq_2xx: 1 },
    steps: [
      "F1 timer fired (stream idle)",
      "F3 local reply 504 (stream_idle_timeout)",
      "F2 reset (stream_idle_timeout)",
      ...CANCELLED,
      "F4 connection closed (stream_reset)",
    ],
  },
  {
    title: "answers before the request is complete",
    request: SLOW_POST,
    play: (connection) => connection.send(OK),
    response: { status: 200, body: "ok" },
    log: "200 - via_upstream 1",
    stats: { upstream_cx_destroy_local: 1, upstream_cx_destroy_local_with_active_rq: 1, upstream_rq_2xx: 1 },
    steps: ["F4 connection closed (response_complete)", "F4 connection closed (response_before_request_complete)"],
  },
  {
    title: "resets before the request is complete",
    request: SLOW_POST,
    play: (connection) => connection.reset(),
    ...terminated,
    steps: ["F4 connection closed (ECONNRESET)", ...TERMINATED_STEPS, "F4 connection closed (response_complete)"],
  },
];

async function startProxy(t: TestContext, options: ProxyConfigOptions): Promise<SluiceProcess> {
  const sluice = await SluiceProcess.start(t, proxyConfig({ accessLog: LOG, ...options }));
  // Switched on like this, it is recorded and not printed between the lines of the log.
  await sluice.admin("/flow?enable=y", "POST");
  return sluice;
}

async function start(t: TestContext, options: ProxyConfigOptions = {}) {
  const upstream = await ScriptedUpstream.start(t);
  const sluice = await startProxy(t, { upstreamPorts: [upstream.port], ...options });
  return { upstream, sluice, client: await RawClient.connect(t, sluice.port) };
}

async function expectStats(sluice: SluiceProcess, expected: Readonly<Record<string, number>>): Promise<void> {
  const counted: Record<string, number> = {};
  for (const [name, value] of await sluice.stats()) {
    const own = name.replace("cluster.upstream.", "");
    if (own !== name && value !== 0 && TELLING.test(own)) counted[own] = value;
  }
  assert.deepEqual(counted, Object.fromEntries(Object.entries(expected).sort()));
}

/** The first response that is not an interim one. */
async function finalResponse(client: RawClient): Promise<ResponseMessage> {
  for (;;) {
    const response = await client.response();
    if (response.status >= 200) return response;
  }
}

/** Nothing is counted as in progress. */
async function expectNothingActive(sluice: SluiceProcess): Promise<void> {
  const stats = await sluice.stats();
  for (const name of ["upstream_cx_active", "upstream_rq_active", "upstream_rq_pending_active"]) {
    assert.equal(stats.get(`cluster.upstream.${name}`), 0, name);
  }
}

async function expectLog(sluice: SluiceProcess, expected: readonly string[]): Promise<void> {
  assert.deepEqual(await sluice.stdout.waitForLines(expected.length), expected);
}

/** What the flow says of the end. */
async function endingOf(sluice: SluiceProcess, stream = 1): Promise<string[]> {
  const { steps } = readTimeline((await sluice.admin(`/flow?stream=${stream}`)).body);
  return steps
    .filter(({ label }) => /^F[1-46]$/.test(label))
    .map(({ label, text }) => `${label} ${text.replace(/127\.0\.0\.1:\d+/, "HOST")}`);
}

for (const { title, options, request, play, response, log, stats, steps } of FAILURES) {
  test(`an upstream that ${title}`, async (t) => {
    const { upstream, sluice, client } = await start(t, options);
    client.send(request ?? GET);
    const connection = await upstream.accept();
    await connection.readUntil(request === undefined ? "\r\n\r\n" : "body");
    play(connection);
    if ("brokenOff" in response) {
      assert.match(await client.readUntil(response.brokenOff), /^HTTP\/1.1 200 /);
      await client.readToClose();
    } else {
      const { status, body } = await finalResponse(client);
      assert.deepEqual([status, body.toString()], [response.status, response.body]);
    }
    await expectLog(sluice, [log]);
    await expectStats(sluice, stats);
    await expectNothingActive(sluice);
    assert.deepEqual(await endingOf(sluice), steps);
  });
}

test("an upstream that refuses", async (t) => {
  const accessLog = `${LOG} %UPSTREAM_TRANSPORT_FAILURE_REASON%`;
  const sluice = await startProxy(t, { accessLog, upstreamPorts: [await closedPort()] });
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const { status, body } = await client.response();
  const refused = "delayed connect error: Connection refused";
  assert.equal(status, 503);
  assert.equal(body.toString(), `${BEFORE}remote connection failure, transport failure reason: ${refused}`);
  const details = `${RESET_BEFORE}{remote_connection_failure,delayed_connect_error:_Connection_refused}`;
  await expectLog(sluice, [`503 UF ${details} 1 ${refused}`]);
  await expectStats(sluice, {
    upstream_cx_connect_fail: 1,
    upstream_cx_destroy_remote: 1,
    upstream_rq_5xx: 1,
    upstream_rq_pending_failure_eject: 1,
  });
  assert.deepEqual(await endingOf(sluice), [
    "F4 connection closed (ECONNREFUSED)",
    `F2 reset (remote connection failure: ${refused})`,
    `F3 ${reply(details)}`,
  ]);
  await expectNothingActive(sluice);
});

test("an upstream that does not answer a connect", async (t) => {
  const options = { upstreamPorts: [await startStalledServer(t)], cluster: { connect_timeout: "0.2s" } };
  const sluice = await startProxy(t, options);
  const client = await RawClient.connect(t, sluice.port);
  client.send(GET);
  const { status, body } = await client.response();
  assert.deepEqual([status, body.toString()], [503, `${BEFORE}connection timeout`]);
  const details = `${RESET_BEFORE}{connection_timeout}`;
  await expectLog(sluice, [`503 UF ${details} 1`]);
  await expectStats(sluice, {
    upstream_cx_connect_fail: 1,
    upstream_cx_connect_timeout: 1,
    upstream_cx_destroy_local: 1,
    upstream_rq_5xx: 1,
    upstream_rq_pending_failure_eject: 1,
  });
  assert.deepEqual(await endingOf(sluice), [
    "F1 timer fired (connect)",
    "F4 connection closed (connect_timeout)",
    "F2 reset (connection timeout)",
    `F3 ${reply(details)}`,
  ]);
  await expectNothingActive(sluice);
});

test("a source address that is not ours", async (t) => {
  const cluster = { upstream_bind_config: { source_address: { address: "192.0.2.1", port_value: 0 } } };
  const { sluice, client } = await start(t, { cluster });
  client.send(GET);
  const { status, body } = await client.response();
  const reason = "failed to bind to 192.0.2.1:0: Cannot assign requested address";
  assert.equal(status, 503);
  assert.equal(body.toString(), `${BEFORE}local connection failure, transport failure reason: ${reason}`);
  assert.equal((await sluice.stats()).get("cluster.upstream.bind_errors"), 1);
  await expectNothingActive(sluice);
});

// ---- connections that are used again

/** One request on a connection that is kept. */
async function startUsed(t: TestContext, options: ProxyConfigOptions = {}) {
  const run = await start(t, options);
  run.client.send(GET);
  const used = await run.upstream.accept();
  await used.expectHead("GET /x ");
  used.send(OK);
  assert.equal((await run.client.response()).status, 200);
  return { ...run, used };
}

test("an upstream that closes at reuse: the request is sent again, and the client does not notice", async (t) => {
  const { upstream, sluice, client, used } = await startUsed(t);
  client.send(GET);
  await used.expectHead("GET /x ");
  used.reset();
  const fresh = await upstream.accept();
  await fresh.expectHead("GET /x ");
  fresh.send(OK);
  assert.equal((await client.response()).status, 200);
  await expectLog(sluice, ["200 - via_upstream 1", "200 - via_upstream 2"]);
  await expectStats(sluice, {
    ...closedWithRequest,
    upstream_rq_2xx: 2,
    upstream_rq_rx_reset: 1,
    upstream_rq_stale_repeated: 1,
  });
  assert.deepEqual(await endingOf(sluice, 2), [
    "F4 connection closed (ECONNRESET)",
    "F2 reset (connection termination)",
    "F6 request sent again: retry, or stale connection (stale connection, request unanswered)",
  ]);
});

test("an upstream that closes at reuse when a POST has been sent: nobody knows whether it was done", async (t) => {
  const { sluice, client, used } = await startUsed(t);
  client.send(POST);
  await used.readUntil("body");
  used.end();
  const { status, body } = await client.response();
  assert.deepEqual([status, body.toString()], [503, `${BEFORE}connection termination`]);
  await expectLog(sluice, ["200 - via_upstream 1", `503 UC ${RESET_BEFORE}{connection_termination} 1`]);
  await expectStats(sluice, { ...closedWithRequest, upstream_rq_2xx: 1, upstream_rq_5xx: 1, upstream_rq_rx_reset: 1 });
});

test("an upstream that closes at reuse when the head of a POST has been sent, and a policy that allows to try again", async (t) => {
  const route = { retry_policy: { retry_on: "reset", num_retries: 1 } };
  const { upstream, sluice, client, used } = await startUsed(t, { route });
  client.send(SLOW_POST);
  await used.readUntil("body");
  used.reset();
  const fresh = await upstream.accept();
  await fresh.readUntil("body");
  client.send("more");
  await fresh.readUntil("more");
  fresh.send(OK);
  assert.equal((await client.response()).status, 200);
  await expectLog(sluice, ["200 - via_upstream 1", "200 - via_upstream 2"]);
});

test("an upstream that closes after some requests without saying so costs none", async (t) => {
  const { upstream, sluice, client } = await start(t);
  for (let connections = 0; connections < 5; connections++) {
    client.send(GET);
    const connection = await upstream.accept();
    for (const last of [false, false, true]) {
      await connection.expectHead("GET /x ");
      connection.send(OK);
      // The close travels right behind the response.
      if (last) connection.end();
      assert.equal((await client.response()).status, 200);
      if (!last) client.send(GET);
    }
  }
  await expectLog(
    sluice,
    Array.from({ length: 15 }, () => "200 - via_upstream 1"),
  );
});

test("bytes on a connection that awaits none, and a close: the next request gets another", async (t) => {
  const { upstream, sluice, client, used } = await startUsed(t);
  used.send("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  await used.expectClose();
  client.send(GET);
  const fresh = await upstream.accept();
  await fresh.expectHead("GET /x ");
  fresh.send(OK);
  assert.equal((await client.response()).status, 200);
  await expectStats(sluice, { upstream_cx_destroy_local: 1, upstream_rq_2xx: 2 });
});

const HINT = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";

test("many interim responses are passed on, and do not stand in the way of the response", async (t) => {
  const { upstream, sluice, client } = await start(t);
  client.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET /x ");
  connection.send(`${HINT.repeat(1_000)}${OK}`);
  const { status, body } = await finalResponse(client);
  assert.deepEqual([status, body.toString()], [200, "ok"]);
  await expectLog(sluice, ["200 - via_upstream 1"]);
});

test("interim responses without end are no progress: together they are limited as a head is", async (t) => {
  const { upstream, sluice, client } = await start(t);
  client.send(GET);
  const connection = await upstream.accept();
  await connection.expectHead("GET /x ");
  connection.send(HINT.repeat(2_000));
  assert.equal((await finalResponse(client)).status, 502);
  await expectLog(sluice, [`502 UPE ${RESET_BEFORE}{protocol_error} 1`]);
  await expectNothingActive(sluice);
});

test("an upstream that refuses for a while: retries reach it", async (t) => {
  const retryPolicy = { retry_on: "5xx", num_retries: 3 };
  const { upstream, sluice, client } = await start(t, { route: { retry_policy: retryPolicy } });
  client.send(POST);
  for (let attempt = 1; attempt <= 3; attempt++) {
    const connection = await upstream.accept();
    const request = await connection.request();
    assert.equal(request.body.toString(), "body");
    if (attempt < 3) connection.reset();
    else connection.send(OK);
  }
  assert.equal((await client.response()).status, 200);
  await expectLog(sluice, ["200 - via_upstream 3"]);
  const stats = await sluice.stats();
  assert.equal(stats.get("cluster.upstream.upstream_rq_retry"), 2);
  assert.equal(stats.get("cluster.upstream.upstream_rq_retry_success"), 1);
});

test("retries that are used up: the body says that there were some", async (t) => {
  const retryPolicy = { retry_on: "5xx", num_retries: 1 };
  const { upstream, sluice, client } = await start(t, { route: { retry_policy: retryPolicy } });
  client.send(GET);
  for (let attempt = 1; attempt <= 2; attempt++) {
    const connection = await upstream.accept();
    // A reset that comes with the connection itself would be a failure to connect.
    await connection.request();
    connection.reset();
  }
  const { status, body } = await client.response();
  const text = "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: ";
  assert.deepEqual([status, body.toString()], [503, `${text}connection termination`]);
  await expectLog(sluice, [`503 URX,UC ${RESET_BEFORE}{connection_termination} 2`]);
  assert.equal((await sluice.stats()).get("cluster.upstream.upstream_rq_retry_limit_exceeded"), 1);
});
