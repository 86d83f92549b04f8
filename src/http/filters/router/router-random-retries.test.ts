import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../../test/support/seeded-random.js";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import { pattern, RouterRun } from "./router.test.support.js";

/*
 * Requests that are tried again in every way while anything happens in any order: each has one answer and one line in the
 * log, no more attempts than it may have, every attempt the whole body, and nothing is left of it in the end.
 */

const RUNS = 60;
const STEPS = 60;
const MAX_RETRIES = 3;
const PER_TRY_MS = 40;

const INTERIM = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";

class RandomRun {
  private readonly random: SeededRandom;
  private readonly run: RouterRun;
  private readonly body: Buffer;
  private readonly client: SimulatedPeer;
  /** Upstream connections whose response has begun and is not complete. */
  private readonly halfway = new Set<SimulatedPeer>();
  private sent = 0;
  private clientLeft = false;

  constructor(seed: number) {
    const random = new SeededRandom(seed);
    this.random = random;
    this.body = pattern(random.below(2) * random.below(3_000));
    const hedges = random.below(2) === 0;
    this.run = new RouterRun({
      seed,
      hosts: 2,
      link: { latencyMs: random.below(3) },
      listener: { per_connection_buffer_limit_bytes: 1_000 + random.below(3_000) },
      logFormat: "%RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%",
      cluster: {
        connect_timeout: "0.05s",
        circuit_breakers: { thresholds: [{ max_retries: random.below(3) }] },
        outlier_detection: { consecutive_5xx: 3 },
      },
      route: {
        timeout: random.below(3) === 0 ? "0s" : "0.3s",
        hedge_policy: { hedge_on_per_try_timeout: hedges },
        retry_policy: {
          retry_on: random.below(3) === 0 ? "5xx" : "reset,connect-failure,retriable-4xx,retriable-status-codes",
          retriable_status_codes: [425],
          num_retries: random.below(MAX_RETRIES + 1),
          per_try_timeout: `${PER_TRY_MS / 1000}s`,
          ...(random.below(2) === 0 ? { per_try_idle_timeout: "0.03s" } : {}),
        },
      },
    });
    const warm = this.run.get();
    this.run.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", this.origins()[0]);
    warm.close();
    this.client = this.run.connect();
    this.client.send(`PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: ${this.body.length}\r\n\r\n`);
    this.run.runFor(10);
  }

  /** Returns the line in the log. */
  play(): string {
    for (let step = 0; step < STEPS; step++) {
      this.step();
      this.run.runFor(this.random.below(15));
    }
    this.run.setConnect("accept");
    if (this.client.fate === "open" && this.run.log.length === 1) this.client.close();
    this.run.runFor(5_000);
    return this.check();
  }

  private step(): void {
    const { random, run, client } = this;
    const origins = this.origins().filter((peer) => peer.fate === "open");
    const origin = origins[random.below(Math.max(1, origins.length))];
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
        this.sendBody(1 + random.below(this.body.length + 1));
        break;
      case 3:
        run.setConnect(random.below(3) === 0 ? "refuse" : "accept");
        break;
      case 4:
        if (random.below(6) !== 0) break;
        this.clientLeft = true;
        client.reset();
        break;
      case 5:
        if (origin !== undefined) origin[random.below(2) === 0 ? "reset" : "close"]();
        break;
      default:
        if (origin !== undefined) this.answer(origin);
    }
  }

  private sendBody(bytes: number): void {
    if (this.clientLeft || this.client.fate !== "open") return;
    this.client.send(this.body.subarray(this.sent, this.sent + bytes));
    this.sent = Math.min(this.body.length, this.sent + bytes);
  }

  private answer(origin: SimulatedPeer): void {
    if (this.halfway.delete(origin)) {
      origin.send("b");
      return;
    }
    if (!origin.received.includes("PUT ")) return;
    this.checkRequest(origin.received);
    origin.takeReceived();
    const status = [200, 200, 409, 425, 500, 503][this.random.below(6)];
    if (this.random.below(6) === 0) origin.send(INTERIM);
    const half = this.random.below(4) === 0;
    if (half) this.halfway.add(origin);
    origin.send(`HTTP/1.1 ${status} X\r\ncontent-length: 2\r\n\r\n${half ? "a" : "ab"}`);
  }

  /** What an attempt has got is the beginning of the request. */
  private checkRequest(received: string): void {
    const body = received.slice(received.indexOf("\r\n\r\n", received.indexOf("PUT ")) + 4);
    assert.ok(this.body.toString("latin1").startsWith(body), "an attempt has got another body");
  }

  private origins(): SimulatedPeer[] {
    return this.run.upstreams.flatMap(({ accepted }) => [...accepted]);
  }

  private check(): string {
    const { run, client } = this;
    client.close();
    run.runFor(1_000);
    const [, line] = run.log;
    assert.equal(run.log.length, 2);
    // A stale connection is mended beside the retries.
    assert.ok(Number((line as string).split(" ")[2]) <= 1 + MAX_RETRIES + 1, line);
    assert.ok((client.received.match(/HTTP\/1\.1 [2-5]/g) ?? []).length <= 1, client.received);
    assert.equal(run.cluster.resources.retries.count, 0);
    const hosts = run.cluster.prioritySet.hosts;
    const outcomes = hosts.reduce((sum, { stats }) => sum + stats.rqSuccess + stats.rqError, 0);
    const attempts = run.log.reduce((sum, text) => sum + Number(text.split(" ")[2]), 0);
    assert.ok(outcomes <= attempts, `${outcomes} outcomes of ${attempts} attempts`);
    run.finish([client]);
    return line as string;
  }
}

test("random requests that are tried again", () => {
  const lines: string[] = [];
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      lines.push(new RandomRun(seed).play());
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}`, { cause: error });
    }
  }
  // All of it happens.
  for (const part of [/^200 - 1/, /^200 .* [2-9]/, /URX/, /UO/, /UT/, /DC/, / [3-9]$/]) {
    assert.ok(
      lines.some((line) => part.test(line)),
      `${part} of none`,
    );
  }
});
