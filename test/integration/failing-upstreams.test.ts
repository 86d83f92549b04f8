import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type ProxyConfigOptions, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream, type UpstreamConnection } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";

/*
 * What failing upstreams cost the client, on real sockets: status, body, flags, details, stat and flow (BEHAVIOUR 5.11).
 * What depends on time is in virtual time: src/http/filters/router/.
 */

const LOG = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%";
const GET = "GET /x HTTP/1.1\r\nhost: a\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BEFORE = "upstream connect error or disconnect/reset before headers. reset reason: ";

interface Failure {
  readonly title: string;
  readonly options?: ProxyConfigOptions;
  /** What the upstream does with the request. */
  readonly play: (connection: UpstreamConnection) => void;
  readonly status: number;
  readonly body: string;
  readonly log: string;
  readonly stat: string;
}

const FAILURES: readonly Failure[] = [
  {
    title: "resets before it answers",
    play: (connection) => connection.reset(),
    status: 503,
    body: `${BEFORE}connection termination`,
    log: "503 UC upstream_reset_before_response_started{connection_termination} 1",
    stat: "upstream_rq_rx_reset",
  },
  {
    title: "closes before it answers",
    play: (connection) => connection.end(),
    status: 503,
    body: `${BEFORE}connection termination`,
    log: "503 UC upstream_reset_before_response_started{connection_termination} 1",
    stat: "upstream_cx_destroy_remote_with_active_rq",
  },
  {
    title: "closes within the head",
    play: (connection) => {
      connection.send("HTTP/1.1 200 OK\r\ncontent-");
      connection.end();
    },
    status: 503,
    body: `${BEFORE}connection termination`,
    log: "503 UC upstream_reset_before_response_started{connection_termination} 1",
    stat: "upstream_rq_rx_reset",
  },
  {
    title: "sends garbage",
    play: (connection) => connection.send("SSH-2.0-OpenSSH_9.2\r\n"),
    status: 502,
    body: `${BEFORE}protocol error`,
    log: "502 UPE upstream_reset_before_response_started{protocol_error} 1",
    stat: "upstream_cx_protocol_error",
  },
  {
    title: "is too slow for the route",
    options: { route: { timeout: "0.1s" } },
    play: () => {},
    status: 504,
    body: "upstream request timeout",
    log: "504 UT response_timeout 1",
    stat: "upstream_rq_timeout",
  },
];

async function start(t: TestContext, options: ProxyConfigOptions = {}) {
  const upstream = await ScriptedUpstream.start(t);
  const sluice = await SluiceProcess.start(
    t,
    proxyConfig({ accessLog: LOG, upstreamPorts: [upstream.port], ...options }),
  );
  return { upstream, sluice, client: await RawClient.connect(t, sluice.port) };
}

for (const { title, options, play, status, body, log, stat } of FAILURES) {
  test(`an upstream that ${title}`, async (t) => {
    const { upstream, sluice, client } = await start(t, options);
    client.send(GET);
    const connection = await upstream.accept();
    await connection.expectHead("GET /x ");
    play(connection);
    const response = await client.response();
    assert.deepEqual([response.status, response.body.toString()], [status, body]);
    assert.deepEqual(await sluice.stdout.waitForLines(1), [log]);
    const stats = await sluice.stats();
    assert.equal(stats.get(`cluster.upstream.${stat}`), 1);
    assert.equal(stats.get("cluster.upstream.upstream_cx_active"), 0);
    assert.equal(stats.get("cluster.upstream.upstream_rq_active"), 0);
  });
}

test("an upstream that closes at reuse: the request is sent again, and the client does not notice", async (t) => {
  const { upstream, sluice, client } = await start(t);
  client.send(GET);
  const first = await upstream.accept();
  await first.expectHead("GET /x ");
  first.send(OK);
  assert.equal((await client.response()).status, 200);
  client.send(GET);
  await first.expectHead("GET /x ");
  first.reset();
  const second = await upstream.accept();
  await second.expectHead("GET /x ");
  second.send(OK);
  assert.equal((await client.response()).status, 200);
  assert.deepEqual(await sluice.stdout.waitForLines(2), ["200 - via_upstream 1", "200 - via_upstream 2"]);
  assert.equal((await sluice.stats()).get("cluster.upstream.upstream_rq_stale_repeated"), 1);
});

test("an upstream that refuses for a while: retries reach it", async (t) => {
  const retryPolicy = { retry_on: "5xx", num_retries: 3 };
  const { upstream, sluice, client } = await start(t, { route: { retry_policy: retryPolicy } });
  client.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody");
  for (let attempt = 1; attempt <= 3; attempt++) {
    const connection = await upstream.accept();
    const request = await connection.request();
    assert.equal(request.body.toString(), "body");
    if (attempt < 3) connection.reset();
    else connection.send(OK);
  }
  assert.equal((await client.response()).status, 200);
  assert.deepEqual(await sluice.stdout.waitForLines(1), ["200 - via_upstream 3"]);
  const stats = await sluice.stats();
  assert.equal(stats.get("cluster.upstream.upstream_rq_retry"), 2);
  assert.equal(stats.get("cluster.upstream.upstream_rq_retry_success"), 1);
});
