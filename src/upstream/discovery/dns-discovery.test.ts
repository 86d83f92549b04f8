import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { clusterInfo, endpoint } from "../cluster.test.support.js";
import type { ClusterInfo, EndpointConfig } from "../cluster-info.js";
import { DnsDiscovery } from "./dns-discovery.js";

function named(host: string, hostname = "", weight = 1): EndpointConfig {
  return { ...endpoint(1, weight, hostname), address: { kind: "ip", host, port: 8080 } };
}

/** A discovery whose names resolve to what `answers` says at the moment; an Error is a failure. */
function discover(info: Partial<ClusterInfo>, answers: { [name: string]: readonly string[] | Error }) {
  const dispatcher = new SimulatedDispatcher();
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
    clusterInfo({ discovery: "strictDns", dnsRefreshRateMs: 5_000, ...info }),
    { onEndpoints: (_name, endpoints) => void found.push(endpoints) },
    dispatcher,
    log,
    async (name, family) => {
      asked.push(`${name} ${family}`);
      const answer = answers[name] ?? new Error("ENOTFOUND");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  );
  const texts = (): string[] => (found.at(-1) ?? []).map((one) => textOf(one));
  /** Lets time pass and the look-ups that it brings answer. */
  const runFor = async (ms: number): Promise<void> => {
    dispatcher.runFor(ms);
    await new Promise(setImmediate);
  };
  return { discovery, answers, found, warnings, asked, texts, runFor };
}

function textOf({ address, hostname, weight }: EndpointConfig): string {
  return `${address.kind === "ip" ? address.host : address.path} ${hostname} ${weight}`;
}

describe("DnsDiscovery", () => {
  test("every address of every name is an endpoint, with the name as hostname", async () => {
    const run = discover(
      { endpoints: [named("a.test", "", 3), named("b.test", "own.name")], dnsLookupFamily: "v4Only" },
      { "a.test": ["10.0.0.1", "10.0.0.2"], "b.test": ["10.0.0.3"] },
    );
    await run.discovery.start();
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 3", "10.0.0.2 a.test 3", "10.0.0.3 own.name 1"]);
    assert.deepEqual(run.asked, ["a.test v4Only", "b.test v4Only"]);
  });

  test("an endpoint that is an address already is not asked for", async () => {
    const run = discover({ endpoints: [named("10.0.0.9"), named("::1")] }, {});
    await run.discovery.start();
    assert.deepEqual(run.texts(), ["10.0.0.9  1", "::1  1"]);
    assert.deepEqual(run.asked, []);
  });

  test("asks again at the refresh rate, and tells what it finds then", async () => {
    const run = discover({ endpoints: [named("a.test")] }, { "a.test": ["10.0.0.1"] });
    await run.discovery.start();
    run.answers["a.test"] = ["10.0.0.2"];
    await run.runFor(4_999);
    assert.equal(run.found.length, 1);
    await run.runFor(1);
    assert.deepEqual(run.texts(), ["10.0.0.2 a.test 1"]);
    await run.runFor(5_000);
    assert.equal(run.found.length, 3);
  });

  test("a name that cannot be resolved keeps the addresses it had, and the others go on", async () => {
    const run = discover(
      { endpoints: [named("a.test"), named("b.test")] },
      { "a.test": ["10.0.0.1"], "b.test": ["10.0.0.2"] },
    );
    await run.discovery.start();
    run.answers["a.test"] = new Error("SERVFAIL");
    run.answers["b.test"] = ["10.0.0.3"];
    await run.runFor(5_000);
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 1", "10.0.0.3 b.test 1"]);
    assert.deepEqual(run.warnings, ["cluster c: cannot resolve a.test, its last addresses stay: SERVFAIL"]);
  });

  test("no answer at all is told too, so that the cluster is no longer waited for", async () => {
    const run = discover({ endpoints: [named("a.test")] }, { "a.test": [] });
    await run.discovery.start();
    assert.deepEqual(run.found, [[]]);
    assert.equal(run.warnings.length, 1);
    run.answers["a.test"] = ["10.0.0.1"];
    await run.runFor(5_000);
    assert.deepEqual(run.texts(), ["10.0.0.1 a.test 1"]);
  });

  test("a logical host is the first address", async () => {
    const run = discover(
      { discovery: "logicalDns", endpoints: [named("a.test")] },
      { "a.test": ["10.0.0.5", "10.0.0.6"] },
    );
    await run.discovery.start();
    assert.deepEqual(run.texts(), ["10.0.0.5 a.test 1"]);
  });

  test("stopped, it neither asks nor tells any more, also not of a look-up on its way", async () => {
    const run = discover({ endpoints: [named("a.test")] }, { "a.test": ["10.0.0.1"] });
    const round = run.discovery.start();
    run.discovery.stop();
    await round;
    await run.runFor(60_000);
    assert.deepEqual(run.found, []);
    assert.equal(run.asked.length, 1);
  });
});
