import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hostAddress, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
/** The next attempt has a connection of its own. */
const BAD = "HTTP/1.1 503 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const PER_TRY_MS = 200;
/** No longer than this do the first and the second wait take, together with what an answer takes on its way. */
const WAIT_MS = 60;

/** What happens next to the n-th attempt, or time that passes. */
type Event =
  | { readonly attempt: number; readonly answers: string }
  | { readonly attempt: number; readonly isReset: true }
  | { readonly passMs: number };

interface Case {
  readonly name: string;
  readonly options?: RouterRunOptions | undefined;
  readonly retries?: number | undefined;
  readonly events: readonly Event[];
  readonly log: string;
  /** All counters of codes, retries and timeouts that are not 0. */
  readonly stats: Readonly<Record<string, number>>;
  /** What has counted for the host as success and as error. */
  readonly host: readonly [success: number, error: number];
}

/** The attempt that was sent last is too slow, and the next one is sent. */
const hedge: Event = { passMs: PER_TRY_MS + WAIT_MS };
const wait: Event = { passMs: WAIT_MS };
const answer = (attempt: number, answers: string): Event => ({ attempt, answers });

const ONE_RETRY = { upstream_rq_retry: 1, upstream_rq_retry_backoff_exponential: 1 };
const TWO_RETRIES = { upstream_rq_retry: 2, upstream_rq_retry_backoff_exponential: 2 };
const SUCCESS = { upstream_rq_200: 1, upstream_rq_2xx: 1 };

/** What becomes of attempts that go on beside each other, after Envoy's tests of it. */
const CASES: readonly Case[] = [
  {
    name: "the slow one answers first, well: the other is given up, and was no success of a retry",
    events: [hedge, answer(0, OK)],
    log: "200 - via_upstream 2",
    stats: { ...ONE_RETRY, ...SUCCESS },
    host: [1, 0],
  },
  {
    name: "the second answers first, well",
    events: [hedge, answer(1, OK)],
    log: "200 - via_upstream 2",
    stats: { ...ONE_RETRY, ...SUCCESS, upstream_rq_retry_success: 1 },
    host: [1, 0],
  },
  {
    name: "the second answers badly, and may not be tried again: the slow one is waited for",
    events: [hedge, answer(1, BAD), answer(0, OK)],
    log: "200 URX via_upstream 2",
    stats: { ...ONE_RETRY, ...SUCCESS, upstream_rq_retry_limit_exceeded: 1 },
    host: [1, 1],
  },
  {
    name: "both answer badly: the client gets the last, which is not asked about again",
    events: [hedge, answer(1, BAD), answer(0, BAD)],
    log: "503 URX via_upstream 2",
    stats: { ...ONE_RETRY, upstream_rq_503: 1, upstream_rq_5xx: 1, upstream_rq_retry_limit_exceeded: 1 },
    host: [0, 2],
  },
  {
    name: "an attempt has one retry, though more are left",
    retries: 5,
    events: [hedge, answer(0, BAD), wait, answer(1, OK)],
    log: "200 - via_upstream 2",
    stats: { ...ONE_RETRY, ...SUCCESS, upstream_rq_retry_success: 1 },
    host: [1, 1],
  },
  {
    name: "a bad answer while the retry for time waits",
    options: { seed: 36 },
    events: [{ passMs: PER_TRY_MS + 2 }, answer(0, BAD), wait, answer(1, OK)],
    log: "200 - via_upstream 2",
    stats: { ...ONE_RETRY, ...SUCCESS, upstream_rq_retry_success: 1 },
    host: [1, 1],
  },
  {
    name: "bad, then slow, then good",
    retries: 2,
    events: [answer(0, BAD), wait, hedge, wait, answer(2, OK)],
    log: "200 - via_upstream 3",
    stats: { ...TWO_RETRIES, ...SUCCESS, upstream_rq_retry_success: 1 },
    host: [1, 1],
  },
  {
    name: "the slow one is reset: it counts, and the second is waited for",
    events: [hedge, { attempt: 0, isReset: true }, answer(1, OK)],
    log: "200 - via_upstream 2",
    stats: { ...ONE_RETRY, ...SUCCESS, upstream_rq_503: 1, upstream_rq_5xx: 1, upstream_rq_retry_success: 1 },
    host: [1, 1],
  },
  {
    name: "time is up for both: each counts",
    options: { route: { timeout: "0.4s" } },
    events: [hedge, { passMs: 300 }],
    log: "504 UT response_timeout 2",
    stats: { ...ONE_RETRY, upstream_rq_504: 2, upstream_rq_5xx: 2, upstream_rq_timeout: 2 },
    host: [0, 2],
  },
  {
    name: "the slow one has answered badly, and time is up for the second",
    options: { route: { timeout: "0.4s" } },
    events: [hedge, answer(0, BAD), { passMs: 300 }],
    log: "504 UT response_timeout 2",
    stats: { ...ONE_RETRY, upstream_rq_504: 1, upstream_rq_5xx: 1, upstream_rq_timeout: 1 },
    host: [0, 2],
  },
  {
    name: "no room for retries: the slow one goes on",
    options: { cluster: { circuit_breakers: { thresholds: [{ max_retries: 0 }] } } },
    events: [hedge, answer(0, OK)],
    log: "200 UO via_upstream 1",
    stats: { ...SUCCESS, upstream_rq_retry_overflow: 1 },
    host: [1, 0],
  },
];

const ROUTE = { hedge_policy: { hedge_on_per_try_timeout: true } };
const COUNTED = /^upstream_rq_([0-9]|retry|per_try|timeout)/;

function hedgedRun({ options = {}, retries = 1 }: Pick<Case, "options" | "retries">, policy: object = {}): RouterRun {
  const retryPolicy = { retry_on: "5xx", per_try_timeout: "0.2s", num_retries: retries, ...policy };
  return new RouterRun({
    logFormat: "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    ...options,
    route: { ...ROUTE, retry_policy: retryPolicy, ...options.route },
  });
}

function happen(run: RouterRun, event: Event): void {
  if ("passMs" in event) run.runFor(event.passMs);
  else if ("answers" in event) run.respond(event.answers, run.origin(event.attempt));
  else {
    run.origin(event.attempt).reset();
    run.run();
  }
}

describe("hedge_on_per_try_timeout", () => {
  for (const { name, options, retries, events, log, stats, host } of CASES) {
    test(name, () => {
      const run = hedgedRun({ options, retries });
      const client = run.get();
      for (const event of events) happen(run, event);
      assert.deepEqual(run.log, [log]);
      assert.deepEqual(run.clusterStats(COUNTED), stats);
      const counts = run.cluster.prioritySet.hosts[0]?.stats;
      assert.deepEqual([counts?.rqSuccess, counts?.rqError], host);
      run.finish([client]);
    });
  }

  test("a second attempt that gets no connection leaves the first", () => {
    const run = hedgedRun({});
    const client = run.get();
    run.setConnect("refuse");
    happen(run, hedge);
    run.respond(OK);
    assert.deepEqual(run.log, ["200 URX via_upstream 2"]);
    run.finish([client]);
  });

  test("an attempt that is both too slow and idle too long is hedged once", () => {
    const run = hedgedRun({ retries: 0 }, { per_try_idle_timeout: "0.3s" });
    const client = run.get();
    run.runFor(1_000);
    assert.equal(run.clusterStat("upstream_rq_retry_limit_exceeded"), 1);
    run.respond(OK);
    assert.equal(statusOf(client.received), 200);
    run.finish([client]);
  });

  test("the log names the host that has answered, and the others are given up", () => {
    const logFormat = "%UPSTREAM_HOST% %UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_HOSTS_ATTEMPTED%";
    for (const winner of [0, 1]) {
      const run = hedgedRun({ options: { hosts: 2, logFormat } });
      const client = run.get();
      const first = run.upstreams[0]?.accepted.length === 1 ? 0 : 1;
      happen(run, hedge);
      const hosts = [first, 1 - first];
      const names = hosts.map((index) => `${hostAddress(index + 1).host}:80`);
      run.respond(OK, run.origin(0, hosts[winner] as number));
      assert.notEqual(run.origin(0, hosts[1 - winner] as number).fate, "open");
      const [line] = run.log;
      const [answered, remote, attempted] = (line as string).split(" ");
      const others = names.filter((name) => name !== names[winner]);
      assert.deepEqual(
        [answered, remote, attempted],
        [names[winner], names[winner], [...others, names[winner]].join(",")],
      );
      run.finish([client]);
    }
  });
});
