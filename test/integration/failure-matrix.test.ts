import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type ProxyConfigOptions, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream, type UpstreamConnection } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";
import { until } from "../support/until.js";

/*
 * Every way to fail, with every kind of request, on a fresh connection and on one that was used before, without and with a
 * policy that lets requests be tried again: what the client gets follows from few rules, which `outcomeOf` states. The upstream
 * fails once, and answers whatever comes after that.
 */

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const HEAD_OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n";
const LOG = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%";

interface RequestKind {
  readonly name: string;
  readonly method: "GET" | "HEAD" | "POST";
  readonly fields?: string;
  /** What is sent before the upstream fails. */
  readonly body?: string;
  /** What is sent after it, to an upstream that goes on. */
  readonly rest?: string;
  /** The connection does not serve another request, however this one ends. */
  readonly last?: boolean;
}

const REQUESTS: readonly RequestKind[] = [
  { name: "GET", method: "GET" },
  { name: "HEAD", method: "HEAD" },
  { name: "POST", method: "POST", fields: "content-length: 4\r\n", body: "body" },
  { name: "half a POST", method: "POST", fields: "content-length: 8\r\n", body: "body", rest: "more" },
  {
    name: "half a chunked POST",
    method: "POST",
    fields: "transfer-encoding: chunked\r\n",
    body: "4\r\nbody\r\n",
    rest: "4\r\nmore\r\n0\r\n\r\n",
  },
  { name: "POST that waits", method: "POST", fields: "content-length: 4\r\nexpect: 100-continue\r\n", rest: "more" },
  { name: "upgrade", method: "GET", fields: "connection: upgrade\r\nupgrade: websocket\r\n", last: true },
];

/** By the path; the first part is the name of a route. */
const POLICIES: Readonly<Record<string, string>> = {
  none: "",
  reset: "reset",
  other: "connect-failure,reset-before-request,retriable-4xx",
};

/** What a failure is to the request. */
type Effect =
  /** The connection is gone, and not a byte has come. */
  | "lost"
  /** It is gone within the head of the response. */
  | "cut"
  /** It is gone, and the client has been told something. */
  | "cut after interim"
  /** What came is no HTTP. */
  | "misunderstood"
  /** It is gone within the body. */
  | "broken off"
  | "broken off by nonsense"
  /** All of the response is there, whatever became of the connection. */
  | "answered";

interface Failure {
  readonly title: string;
  readonly effect: Effect;
  /** What is sent, before the connection ends. */
  readonly response: string;
  readonly end?: "end" | "reset" | "close";
}

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
const HALF = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
const UNTIL_CLOSE = "HTTP/1.1 200 OK\r\n\r\nhalf";

const FAILURES: readonly Failure[] = [
  { title: "FIN", effect: "lost", response: "", end: "end" },
  { title: "close", effect: "lost", response: "", end: "close" },
  { title: "RST", effect: "lost", response: "", end: "reset" },
  { title: "half a status line, FIN", effect: "cut", response: "HTTP/1.1 2", end: "end" },
  { title: "half a head, RST", effect: "cut", response: "HTTP/1.1 200 OK\r\ncontent-", end: "reset" },
  { title: "103, FIN", effect: "cut after interim", response: "HTTP/1.1 103 Early Hints\r\n\r\n", end: "end" },
  { title: "102, RST", effect: "cut after interim", response: "HTTP/1.1 102 Processing\r\n\r\n", end: "reset" },
  { title: "garbage", effect: "misunderstood", response: "SSH-2.0-OpenSSH_9.2\r\n" },
  { title: "garbage, FIN", effect: "misunderstood", response: "SSH-2.0-OpenSSH_9.2\r\n", end: "end" },
  { title: "garbage, RST", effect: "misunderstood", response: "SSH-2.0-OpenSSH_9.2\r\n", end: "reset" },
  { title: "a field that is none", effect: "misunderstood", response: "HTTP/1.1 200 OK\r\nno colon\r\n\r\n" },
  { title: "half a body, FIN", effect: "broken off", response: HALF, end: "end" },
  { title: "half a body, RST", effect: "broken off", response: HALF, end: "reset" },
  { title: "half of the chunks, FIN", effect: "broken off", response: CHUNKED, end: "end" },
  { title: "half of the chunks, RST", effect: "broken off", response: CHUNKED, end: "reset" },
  { title: "a chunk that is none", effect: "broken off by nonsense", response: `${CHUNKED}zz\r\n` },
  { title: "a body without length, RST", effect: "broken off", response: UNTIL_CLOSE, end: "reset" },
  { title: "an answer, FIN", effect: "answered", response: OK, end: "end" },
  { title: "an answer, RST", effect: "answered", response: OK, end: "reset" },
  { title: "an answer and more", effect: "answered", response: `${OK}garbage` },
  { title: "two answers, FIN", effect: "answered", response: OK + OK, end: "end" },
  { title: "two answers, RST", effect: "answered", response: OK + OK, end: "reset" },
];

/** What the client sees, and what is written down of it. */
interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly log: string;
  /** The body is not complete. */
  readonly brokenOff: boolean;
  readonly stats: Readonly<Record<string, number>>;
}

const BEFORE = "upstream connect error or disconnect/reset before headers. reset reason: ";

function outcomeOf(failure: Failure, request: RequestKind, used: boolean, policy: string): Outcome {
  const { effect } = failure;
  const hasNoBody = request.method === "HEAD";
  const failed = effect === "lost" || effect === "cut" || effect === "cut after interim" || effect === "misunderstood";
  if (!failed && (effect === "answered" || hasNoBody)) return answered(1, {});
  const reset = effect.includes("misunderstood") || effect.includes("nonsense") ? "rq_tx_reset" : "rq_rx_reset";
  const isStale = used && effect === "lost" && request.method !== "POST";
  if (isStale) return answered(2, { [reset]: 1, rq_stale_repeated: 1 });
  const retried = effect !== "cut after interim" && failed && policy === "reset";
  if (retried) return answered(2, { [reset]: 1, rq_retry: 1, rq_retry_success: 1 });
  const [flag, reason] = reset === "rq_tx_reset" ? ["UPE", "protocol error"] : ["UC", "connection termination"];
  const details = `{${reason.replace(" ", "_")}} 1`;
  if (failed) {
    const status = flag === "UPE" ? 502 : 503;
    const log = `${status} ${flag} upstream_reset_before_response_started${details}`;
    return { status, body: BEFORE + reason, log, brokenOff: false, stats: { [reset]: 1, rq_5xx: 1 } };
  }
  const log = `200 ${flag} upstream_reset_after_response_started${details}`;
  return { status: 200, body: "half", log, brokenOff: true, stats: { [reset]: 1, rq_2xx: 1 } };
}

function answered(attempts: number, stats: Readonly<Record<string, number>>): Outcome {
  const log = `200 - via_upstream ${attempts}`;
  return { status: 200, body: "ok", log, brokenOff: false, stats: { ...stats, rq_2xx: 1 } };
}

/** Counters of the cluster that tell how a request ended. */
const TELLING =
  /^cluster\.upstream\.upstream_(rq_([1-5]xx|rx_reset|tx_reset|retry|retry_success|stale_repeated|cancelled))$/;
const FILTER = "^(cluster.upstream.upstream_|http.main.downstream_(rq|cx)_active)";

function config(upstreamPort: number): ProxyConfigOptions {
  const routes = Object.entries(POLICIES).map(([name, retryOn]) => ({
    match: { prefix: `/${name}` },
    route: {
      cluster: "upstream",
      retry_policy:
        retryOn === "" ? undefined : { retry_on: retryOn, num_retries: 1, retry_back_off: { base_interval: "0.001s" } },
    },
  }));
  const direct = { match: { path: "/direct" }, direct_response: { status: 200, body: { inline_string: "direct" } } };
  return {
    accessLog: LOG,
    upstreamPorts: [upstreamPort],
    connectionManager: {
      upgrade_configs: [{ upgrade_type: "websocket" }],
      route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: [...routes, direct] }] },
    },
  };
}

/** One proxy for all cases. */
class Site {
  private readonly t: TestContext;
  private readonly upstream: ScriptedUpstream;
  private readonly sluice: SluiceProcess;
  private lines = 0;

  private constructor(t: TestContext, upstream: ScriptedUpstream, sluice: SluiceProcess) {
    this.t = t;
    this.upstream = upstream;
    this.sluice = sluice;
  }

  static async start(t: TestContext): Promise<Site> {
    const upstream = await ScriptedUpstream.start(t);
    return new Site(t, upstream, await SluiceProcess.start(t, proxyConfig(config(upstream.port))));
  }

  async run(failure: Failure, request: RequestKind, used: boolean, policy: string): Promise<void> {
    const before = await this.telling();
    const client = await RawClient.connect(this.t, this.sluice.port);
    const warm = used ? await this.warmUp(client) : null;
    client.send(`${request.method} /${policy} HTTP/1.1\r\nhost: a\r\n${request.fields ?? ""}\r\n${request.body ?? ""}`);
    const connection = warm ?? (await this.upstream.accept());
    await readRequestOf(connection, request);
    const outcome = outcomeOf(failure, request, used, policy);
    if (failure.response !== "") connection.send(failure.response);
    if (failure.end !== undefined) connection[failure.end]();
    const attempts = Number(outcome.log.slice(-1));
    const last = attempts > 1 ? await this.answerAgain(client, request) : connection;
    await expectResponse(client, request, outcome);
    await this.expectWhatFollows(client, request, outcome, attempts);
    last.close();
    connection.close();
    assert.deepEqual(await this.difference(before, used), Object.fromEntries(Object.entries(outcome.stats).sort()));
    client.close();
    await this.expectNothingActive();
  }

  /** A request before, on the connection that the case uses. */
  private async warmUp(client: RawClient): Promise<UpstreamConnection> {
    client.send("GET /none HTTP/1.1\r\nhost: a\r\n\r\n");
    const connection = await this.upstream.accept();
    await connection.expectHead("GET /none ");
    connection.send(OK);
    await client.response();
    await this.expectLine("200 - via_upstream 1");
    return connection;
  }

  /** The upstream has recovered. */
  private async answerAgain(client: RawClient, request: RequestKind): Promise<UpstreamConnection> {
    const connection = await this.upstream.accept();
    await readRequestOf(connection, request);
    if (request.rest !== undefined) {
      client.send(request.rest);
      await connection.readUntil("more");
    }
    connection.send(request.method === "HEAD" ? HEAD_OK : OK);
    return connection;
  }

  /** The next request where one may follow; else the end of the connection. One line in the log. */
  private async expectWhatFollows(
    client: RawClient,
    request: RequestKind,
    outcome: Outcome,
    attempts: number,
  ): Promise<void> {
    await this.expectLine(outcome.log);
    const isComplete = request.rest === undefined || attempts > 1;
    if (outcome.brokenOff || !isComplete || request.last === true) {
      await client.readToClose();
      return;
    }
    client.send("GET /direct HTTP/1.1\r\nhost: a\r\n\r\n");
    assert.equal((await client.response()).body.toString(), "direct");
    await this.expectLine("200 - direct_response 0");
  }

  private async expectLine(line: string): Promise<void> {
    this.lines++;
    const lines = await this.sluice.stdout.waitForLines(this.lines);
    assert.deepEqual(lines.slice(this.lines - 1), [line]);
  }

  private async stats(): Promise<ReadonlyMap<string, number>> {
    const { body } = await this.sluice.admin(`/stats?filter=${encodeURIComponent(FILTER)}`);
    const lines = body.trimEnd().split("\n");
    return new Map(lines.map((line) => line.split(": ")).map(([name = "", value]) => [name, Number(value)]));
  }

  private async telling(): Promise<ReadonlyMap<string, number>> {
    return new Map([...(await this.stats())].filter(([name]) => TELLING.test(name)));
  }

  /** What counted since then, without the request that used the connection before. */
  private async difference(before: ReadonlyMap<string, number>, used: boolean): Promise<Record<string, number>> {
    const counted: Record<string, number> = {};
    for (const [name, value] of await this.telling()) {
      const isWarmUp = used && name.endsWith(".upstream_rq_2xx");
      const added = value - (before.get(name) ?? 0) - (isWarmUp ? 1 : 0);
      if (added !== 0 && !name.endsWith("_1xx")) counted[name.slice("cluster.upstream.upstream_".length)] = added;
    }
    return counted;
  }

  private async expectNothingActive(): Promise<void> {
    await until("nothing is in progress", async () =>
      [...(await this.stats())].every(([name, value]) => !name.endsWith("_active") || value === 0),
    );
  }
}

/** A response that has begun is never asked for again. */
function policiesFor({ effect }: Failure): readonly string[] {
  const hasBegun = effect === "answered" || effect.startsWith("broken off");
  return hasBegun ? ["none", "reset"] : Object.keys(POLICIES);
}

/** As far as it is sent before the failure. */
async function readRequestOf(connection: UpstreamConnection, { body, method }: RequestKind): Promise<void> {
  await connection.expectHead(`${method} /`);
  if (body !== undefined) await connection.readUntil("body");
}

async function expectResponse(client: RawClient, { method }: RequestKind, outcome: Outcome): Promise<void> {
  if (outcome.brokenOff) {
    assert.match(await client.readUntil("half"), /HTTP\/1.1 200 /);
    return;
  }
  for (;;) {
    const { status, body } = await client.response({ head: method === "HEAD" });
    if (status < 200) continue;
    assert.deepEqual([status, body.toString()], [outcome.status, method === "HEAD" ? "" : outcome.body]);
    return;
  }
}

test("what failing upstreams cost", async (t) => {
  const site = await Site.start(t);
  for (const failure of FAILURES) {
    await t.test(failure.title, async () => {
      for (const request of REQUESTS) {
        for (const used of [false, true]) {
          for (const policy of policiesFor(failure)) {
            const name = `${request.name} on a ${used ? "used" : "fresh"} connection, retry_on ${policy}`;
            try {
              await site.run(failure, request, used, policy);
            } catch (error) {
              throw new Error(name, { cause: error });
            }
          }
        }
      }
    });
  }
});
