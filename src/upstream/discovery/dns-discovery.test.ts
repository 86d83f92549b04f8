import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { clusterInfo, DNS, endpoint } from "../cluster.test.support.js";
import type { ClusterInfo, EndpointConfig } from "../cluster-info.js";
import type { DnsConfig } from "../dns-config.js";
import { DnsDiscovery } from "./dns-discovery.js";

function named(host: string, hostname = "", weight = 1): EndpointConfig {
  return { ...endpoint(1, weight, hostname), address: { kind: "ip", host, port: 8080 } };
}

/** Addresses, with the milliseconds that they hold; a text is an error, null is no answer at all. */
type Answer = readonly string[] | { readonly addresses: readonly string[]; readonly ttlMs: number } | string | null;

/** A discovery whose names resolve to what `answers` says at the moment. */
function discover(
  endpoints: readonly EndpointConfig[],
  answers: { [name: string]: Answer },
  dns: Partial<DnsConfig> = {},
  changes: Partial<ClusterInfo> = {},
) {
  const dispatcher = new SimulatedDispatcher();
  const stats = new RecordedStats();
  const found: (readonly EndpointConfig[])[] = [];
  const warnings: string[] = [];
  const asked: string[] = [];
  const log = {
    debugEnabled: false,
    debug() {},
    info() {},
    error() {},
    warn: (text: string) => void warnings.push(text),
  };
  const discovery = new DnsDiscovery(
    clusterInfo({ discovery: "strictDns", endpoints, dns: { ...DNS, ...dns }, ...changes }),
    { onEndpoints: (_name, told) => void found.push(told) },
    { dispatcher, log, random: new SeededRandom(1), scope: stats.root },
    {
      resolve: async (name, family) => {
        asked.push(`${name} ${family}`);
        const answer = answers[name] ?? null;
        if (answer === null) return new Promise(() => {});
        if (typeof answer === "string") throw new Error(answer);
        return "ttlMs" in answer ? answer : { addresses: answer, ttlMs: null };
      },
    },
  );
  const texts = (): string[] => (found.at(-1) ?? []).map((one) => textOf(one));
  /** Lets time pass and the look-ups that it brings answer. */
  const runFor = async (ms: number): Promise<void> => {
    dispatcher.runFor(ms);
    await new Promise(setImmediate);
  };
  const stat = (name: string): number => stats.value(`cluster.c.${name}`);
  return { discovery, answers, found, warnings, asked, texts, runFor, stat };
}

function textOf({ address, hostname, weight }: EndpointConfig): string {
  return `${address.kind === "ip" ? address.host : address.path} ${hostname} ${weight}`;
}

describe("DnsDiscovery", () => {
  test("every address of every name is an endpoint, with the name as hostname", async () => {
    const run = discover(
      [named("a.test", "", 3), named("b.test", "own.name")],
      { "a.test": ["10.0.0.1", "10.0.0.2"], "b.test": ["10.0.0.3"] },
      { lookupFamily: "v4Only" },
    );
    await run.discovery.start();
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 3", "10.0.0.2 a.test 3", "10.0.0.3 own.name 1"]);
    assert.deepEqual(run.asked, ["a.test v4Only", "b.test v4Only"]);
    assert.equal(run.stat("update_success"), 2);
  });

  test("an endpoint that is an address already is not asked for", async () => {
    const run = discover([named("10.0.0.9"), named("::1")], {});
    await run.discovery.start();
    assert.deepEqual(run.texts(), ["10.0.0.9  1", "::1  1"]);
    assert.deepEqual(run.asked, []);
  });

  test("asks again at the refresh rate, and tells what is new", async () => {
    const run = discover([named("a.test")], { "a.test": ["10.0.0.1", "10.0.0.2"] });
    await run.discovery.start();
    // The same in another order is nothing new.
    run.answers["a.test"] = ["10.0.0.2", "10.0.0.1"];
    await run.runFor(5_000);
    assert.equal(run.found.length, 1);
    assert.equal(run.stat("update_no_rebuild"), 1);
    run.answers["a.test"] = ["10.0.0.3"];
    await run.runFor(4_999);
    assert.equal(run.found.length, 1);
    await run.runFor(1);
    assert.deepEqual(run.texts(), ["10.0.0.3 a.test 1"]);
    assert.equal(run.stat("update_attempt"), 3);
  });

  test("asks again later by some jitter, never earlier", async () => {
    const run = discover([named("a.test")], { "a.test": ["10.0.0.1"] }, { jitterMs: 1_000 });
    await run.discovery.start();
    let waitedMs = 0;
    const waits = new Set<number>();
    for (let asked = 1; waits.size < 3; waitedMs++) {
      await run.runFor(1);
      if (run.asked.length === asked) continue;
      waits.add(waitedMs);
      asked = run.asked.length;
      waitedMs = 0;
    }
    for (const wait of waits) assert.ok(wait >= 4_999 && wait < 6_000, `waited for ${wait} ms`);
  });

  test("asks again when the answer expires, if it is to respect that", async () => {
    const answers = { "a.test": { addresses: ["10.0.0.1"], ttlMs: 60_000 } };
    const run = discover([named("a.test")], answers, { respectTtl: true });
    await run.discovery.start();
    await run.runFor(59_999);
    assert.equal(run.asked.length, 1);
    await run.runFor(1);
    assert.equal(run.asked.length, 2);
    const other = discover([named("a.test")], answers);
    await other.discovery.start();
    await other.runFor(5_000);
    assert.equal(other.asked.length, 2);
  });

  test("a name that cannot be resolved keeps the addresses it had, and the others go on", async () => {
    const run = discover([named("a.test"), named("b.test")], { "a.test": ["10.0.0.1"], "b.test": ["10.0.0.2"] });
    await run.discovery.start();
    run.answers["a.test"] = "SERVFAIL";
    run.answers["b.test"] = ["10.0.0.3"];
    await run.runFor(5_000);
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 1", "10.0.0.3 b.test 1"]);
    assert.deepEqual(run.warnings, ["cluster c: cannot resolve a.test, its last addresses stay: SERVFAIL"]);
    assert.equal(run.stat("update_failure"), 1);
  });

  test("an answer without addresses leaves no hosts, but a logical host stays where it is", async () => {
    for (const [discovery, left, failures] of [
      ["strictDns", [], 0],
      ["logicalDns", ["10.0.0.1 a.test 1"], 1],
    ] as const) {
      const run = discover([named("a.test")], { "a.test": ["10.0.0.1"] }, {}, { discovery });
      await run.discovery.start();
      run.answers["a.test"] = [];
      await run.runFor(5_000);
      assert.deepEqual(run.texts(), left);
      assert.equal(run.stat("update_failure"), failures);
      run.answers["a.test"] = ["10.0.0.2"];
      await run.runFor(5_000);
      assert.deepEqual(run.texts(), ["10.0.0.2 a.test 1"]);
    }
  });

  test("an address that is answered twice is one", async () => {
    const run = discover([named("a.test")], { "a.test": ["10.0.0.1", "10.0.0.1"] });
    await run.discovery.start();
    await run.runFor(5_000);
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 1"]);
    assert.equal(run.stat("update_no_rebuild"), 1);
  });

  test("after failures it asks again after a while that doubles, up to a bound, and never at a fixed time", async () => {
    const run = discover([named("a.test")], { "a.test": "x" }, { failureRefresh: { baseMs: 1_000, maxMs: 4_000 } });
    await run.discovery.start();
    const pauses: number[] = [];
    for (let failure = 0; failure < 12; failure++) {
      const asked = run.asked.length;
      let pauseMs = 0;
      while (run.asked.length === asked) {
        await run.runFor(10);
        pauseMs += 10;
      }
      pauses.push(pauseMs);
    }
    assert.ok((pauses[0] as number) <= 1_010 && (pauses[1] as number) <= 2_010, String(pauses));
    assert.ok(Math.max(...pauses) > 2_000 && Math.max(...pauses) <= 4_010, String(pauses));
    assert.ok(new Set(pauses).size > 6, String(pauses));
    // An answer ends that.
    run.answers["a.test"] = ["10.0.0.1"];
    await run.runFor(4_010);
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 1"]);
  });

  test("no answer at all is told too, so that the cluster is no longer waited for", async () => {
    const run = discover([named("a.test")], { "a.test": "no addresses" });
    await run.discovery.start();
    assert.deepEqual(run.found, [[]]);
    assert.equal(run.warnings.length, 1);
    run.answers["a.test"] = ["10.0.0.1"];
    await run.runFor(5_000);
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 1"]);
  });

  test("a name server that says nothing is waited for no longer than 15 s", async () => {
    const run = discover([named("a.test"), named("b.test")], { "a.test": ["10.0.0.1"], "b.test": null });
    let started = false;
    const start = run.discovery.start().then(() => {
      started = true;
    });
    await run.runFor(14_999);
    assert.equal(started, false);
    await run.runFor(1);
    await start;
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 1"]);
    assert.deepEqual(run.warnings, ["cluster c: goes on without addresses for b.test"]);
  });

  test("a logical host is the first address, also when the order alone changes", async () => {
    const run = discover([named("a.test")], { "a.test": ["10.0.0.5", "10.0.0.6"] }, {}, { discovery: "logicalDns" });
    await run.discovery.start();
    assert.deepEqual(run.texts(), ["10.0.0.5 a.test 1"]);
    assert.deepEqual(run.found[0]?.[0]?.address, {
      kind: "ip",
      host: "10.0.0.5",
      port: 8080,
      otherHosts: ["10.0.0.6"],
    });
    run.answers["a.test"] = ["10.0.0.6", "10.0.0.5"];
    await run.runFor(5_000);
    assert.deepEqual(run.texts(), ["10.0.0.6 a.test 1"]);
    run.answers["a.test"] = ["10.0.0.6"];
    await run.runFor(5_000);
    assert.deepEqual(run.found[2]?.[0]?.address, { kind: "ip", host: "10.0.0.6", port: 8080 }, "the others count too");
  });

  test("stopped, it neither asks nor tells any more, also not of a look-up on its way", async () => {
    const run = discover([named("a.test")], { "a.test": ["10.0.0.1"] });
    const round = run.discovery.start();
    run.discovery.stop();
    await round;
    await run.runFor(60_000);
    assert.deepEqual(run.found, []);
    assert.equal(run.asked.length, 1);
  });
});
