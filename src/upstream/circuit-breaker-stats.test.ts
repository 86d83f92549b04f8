import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordedStats } from "../../test/support/recorded-stats.js";
import { CircuitBreakerStats } from "./circuit-breaker-stats.js";
import { clusterInfo, limits } from "./cluster.test.support.js";
import { RESOURCE_COUNTS_BYTES, ResourceManager } from "./resource-manager.js";

test("how many retries there may be follows a budget", () => {
  const retryBudget = { percent: 50, minConcurrency: 2 };
  const info = clusterInfo({ defaultLimits: limits({ retryBudget }), highLimits: limits({ maxRetries: 7 }) });
  const memory = new SharedArrayBuffer(RESOURCE_COUNTS_BYTES);
  const breakers = new CircuitBreakerStats(info, memory, new RecordedStats().root);
  assert.deepEqual([breakers.maxRetries("default"), breakers.maxRetries("high")], [2, 7]);
  const { requests } = new ResourceManager(memory, "default", info.defaultLimits);
  for (let active = 0; active < 10; active++) requests.inc();
  assert.equal(breakers.maxRetries("default"), 5);
});

test("open breakers and what is left, as the workers' counts stand", () => {
  const info = clusterInfo({
    defaultLimits: limits({ maxConnections: 2, maxRetries: 0 }),
    highLimits: limits({ maxRequests: 5, trackRemaining: true }),
  });
  const memory = new SharedArrayBuffer(RESOURCE_COUNTS_BYTES);
  const stats = new RecordedStats();
  const breakers = new CircuitBreakerStats(info, memory, stats.root);
  const worker = new ResourceManager(memory, "default", info.defaultLimits);
  worker.connections.inc();
  worker.connections.inc();
  new ResourceManager(memory, "high", info.highLimits).requests.inc();
  breakers.refresh();
  const value = (name: string): number => stats.value(`cluster.${info.statName}.circuit_breakers.${name}`);
  assert.deepEqual([value("default.cx_open"), value("default.rq_retry_open"), value("default.rq_open")], [1, 1, 0]);
  assert.deepEqual([value("high.cx_open"), value("high.remaining_rq")], [0, 4]);
  assert.equal(value("default.remaining_cx"), 0, "not asked for");
  worker.connections.dec();
  breakers.refresh();
  assert.equal(value("default.cx_open"), 0);
});

test("what is left of a retry budget is not tracked", () => {
  const retryBudget = { percent: 50, minConcurrency: 2 };
  const info = clusterInfo({ defaultLimits: limits({ retryBudget, trackRemaining: true }) });
  const stats = new RecordedStats();
  new CircuitBreakerStats(info, new SharedArrayBuffer(RESOURCE_COUNTS_BYTES), stats.root).refresh();
  const value = (name: string): number => stats.value(`cluster.${info.statName}.circuit_breakers.default.${name}`);
  assert.deepEqual([value("remaining_retries"), value("remaining_rq")], [0, 1024]);
});
