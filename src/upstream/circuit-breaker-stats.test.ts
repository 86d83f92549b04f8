import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordedStats } from "../../test/support/recorded-stats.js";
import { CircuitBreakerStats } from "./circuit-breaker-stats.js";
import { clusterInfo, limits } from "./cluster.test.support.js";
import { RESOURCE_COUNTS_BYTES, ResourceManager } from "./resource-manager.js";

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
