import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordedStats } from "../../test/support/recorded-stats.js";
import { CircuitBreakerStats } from "../upstream/circuit-breaker-stats.js";
import { clusterInfo, limits } from "../upstream/cluster.test.support.js";
import { NO_LOCALITY } from "../upstream/locality.js";
import { RESOURCE_COUNTS_BYTES } from "../upstream/resource-manager.js";
import { clusterStatus } from "./cluster-status-source.js";
import type { HostCounts, WorkerOperations } from "./worker-operations.js";

function counts(port: number, overrides: Partial<HostCounts>): HostCounts {
  return {
    address: `127.0.0.1:${port}`,
    socketAddress: { kind: "ip", host: "127.0.0.1", port },
    hostname: "",
    weight: 1,
    priority: 0,
    locality: NO_LOCALITY,
    canary: false,
    healthFlags: 0,
    cxActive: 0,
    cxConnectFail: 0,
    cxTotal: 0,
    rqActive: 0,
    rqError: 0,
    rqSuccess: 0,
    rqTimeout: 0,
    rqTotal: 0,
    ...overrides,
  };
}

function worker(hosts: readonly HostCounts[]): WorkerOperations {
  return { hostCounts: async () => hosts } as Partial<WorkerOperations> as WorkerOperations;
}

function breakers(info = clusterInfo()): CircuitBreakerStats {
  return new CircuitBreakerStats(info, new SharedArrayBuffer(RESOURCE_COUNTS_BYTES), new RecordedStats().root);
}

test("retries are limited by what a budget gives at the moment", async () => {
  const info = clusterInfo({ defaultLimits: limits({ retryBudget: { percent: 20, minConcurrency: 4 } }) });
  const { defaultLimits, highLimits } = await clusterStatus(info, [], null, breakers(info));
  assert.deepEqual([defaultLimits.maxRetries, highLimits.maxRetries], [4, 3]);
});

test("hosts of one address stay apart by priority, locality and place in the list; workers are added up", async () => {
  const elsewhere = { region: "eu", zone: "", subZone: "" };
  const hosts = (each: number): HostCounts[] => [
    counts(1, { priority: 1, rqTotal: each }),
    counts(1, { rqTotal: 10 * each }),
    counts(1, { locality: elsewhere, rqTotal: 100 * each }),
    counts(1, { rqTotal: 1_000 * each }),
  ];
  const status = await clusterStatus(clusterInfo(), [worker(hosts(1)), worker(hosts(2))], null, breakers());
  const shown = status.hosts.map(({ priority, locality, stats }) => {
    const total = stats.find(({ name }) => name === "rq_total")?.value;
    return `${priority} ${locality.region} ${total}`;
  });
  assert.deepEqual(shown, ["0  30", "0 eu 300", "0  3000", "1  3"]);
});
