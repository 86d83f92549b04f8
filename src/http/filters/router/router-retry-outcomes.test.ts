import assert from "node:assert/strict";
import { test } from "node:test";
import { RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const BAD = "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n";
/** No longer than this does a first wait take. */
const WAIT_MS = 30;
const PER_TRY_MS = 200;

/** What happens to the n-th attempt, in order: an answer, or time that passes. */
type Event = readonly [attempt: number, answer: string] | { readonly passMs: number };

interface Case {
  readonly name: string;
  readonly options: RouterRunOptions;
  readonly events: readonly Event[];
  readonly status: number;
  readonly log: string;
  /** All counters of retries and timeouts that are not 0. */
  readonly stats: Readonly<Record<string, number>>;
}

const slow = { passMs: PER_TRY_MS + WAIT_MS };
const wait = { passMs: WAIT_MS };
const perTry = { retry_on: "5xx", per_try_timeout: "0.2s" };
const hedged = { hedge_policy: { hedge_on_per_try_timeout: true } };
const noRetries = { circuit_breakers: { thresholds: [{ max_retries: 0 }] } };

const CASES: readonly Case[] = [
  {
    name: "too slow, then success",
    options: { route: { retry_policy: perTry } },
    events: [slow, [1, OK]],
    status: 200,
    log: "200 - via_upstream",
    stats: {
      upstream_rq_per_try_timeout: 1,
      upstream_rq_retry: 1,
      upstream_rq_retry_backoff_exponential: 1,
      upstream_rq_retry_success: 1,
    },
  },
  {
    name: "too slow, then bad: the last response is the client's",
    options: { route: { retry_policy: perTry } },
    events: [slow, [1, BAD]],
    status: 503,
    log: "503 URX via_upstream",
    stats: {
      upstream_rq_per_try_timeout: 1,
      upstream_rq_retry: 1,
      upstream_rq_retry_backoff_exponential: 1,
      upstream_rq_retry_limit_exceeded: 1,
    },
  },
  {
    name: "bad, then too slow",
    options: { route: { retry_policy: perTry } },
    events: [[0, BAD], wait, slow],
    status: 504,
    log: "504 URX,UT upstream_per_try_timeout",
    stats: {
      upstream_rq_per_try_timeout: 1,
      upstream_rq_retry: 1,
      upstream_rq_retry_backoff_exponential: 1,
      upstream_rq_retry_limit_exceeded: 1,
    },
  },
  {
    name: "no room for retries: the response passes, flagged",
    options: { route: { retry_policy: perTry }, cluster: noRetries },
    events: [[0, BAD]],
    status: 503,
    log: "503 UO via_upstream",
    stats: { upstream_rq_retry_overflow: 1 },
  },
  {
    name: "no room for retries: too slow is too slow",
    options: { route: { retry_policy: perTry }, cluster: noRetries },
    events: [slow],
    status: 504,
    log: "504 UO,UT upstream_per_try_timeout",
    stats: { upstream_rq_per_try_timeout: 1, upstream_rq_retry_overflow: 1 },
  },
  {
    name: "hedged, the slow one answers after all, badly, and then the other well",
    options: { route: { retry_policy: perTry, ...hedged } },
    events: [slow, [0, BAD], [1, OK]],
    status: 200,
    log: "200 - via_upstream",
    stats: { upstream_rq_retry: 1, upstream_rq_retry_backoff_exponential: 1, upstream_rq_retry_success: 1 },
  },
  {
    name: "the whole is too slow while the second attempt goes on",
    options: { route: { retry_policy: perTry, timeout: "0.3s" } },
    events: [slow, { passMs: 200 }],
    status: 504,
    log: "504 UT response_timeout",
    stats: {
      upstream_rq_per_try_timeout: 1,
      upstream_rq_retry: 1,
      upstream_rq_retry_backoff_exponential: 1,
      upstream_rq_timeout: 1,
    },
  },
];

for (const { name, options, events, status, log, stats } of CASES) {
  test(name, () => {
    const run = new RouterRun(options);
    const client = run.get();
    for (const event of events) {
      if ("passMs" in event) run.runFor(event.passMs);
      else run.respond(event[1], run.origin(event[0]));
    }
    assert.equal(statusOf(client.received), status);
    assert.deepEqual(run.log, [log]);
    assert.deepEqual(run.clusterStats(/^upstream_rq_(retry|per_try|timeout)/), stats);
    run.finish([client]);
  });
}
