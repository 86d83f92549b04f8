import assert from "node:assert/strict";
import { test } from "node:test";
import type { CircuitBreakerLimits } from "../upstream/cluster-info.js";
import { configOf } from "./config-text.test.support.js";

function limitsUnder(layer: string): { defaultLimits: CircuitBreakerLimits; highLimits: CircuitBreakerLimits } {
  const [cluster] = configOf(`
static_resources:
  clusters:
  - name: a.b
    load_assignment: { cluster_name: a.b }
    circuit_breakers:
      thresholds:
      - { max_connections: 10, max_requests: 20 }
      - { priority: HIGH, retry_budget: { budget_percent: { value: 50 } } }
layered_runtime:
  layers:
  - name: static
    static_layer: ${layer}
`).clusters;
  assert.ok(cluster !== undefined);
  return cluster;
}

test("the runtime overrides limits by the name of the cluster, its priority and the setting", () => {
  const { defaultLimits, highLimits } = limitsUnder(
    "{ circuit_breakers.a.b.default: { max_connections: 1, max_pending_requests: 2, max_retries: 4, max_connection_pools: 5 }, circuit_breakers.a.b.high.max_requests: 6, circuit_breakers.other.default.max_requests: 7 }",
  );
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries, maxConnectionPools } = defaultLimits;
  assert.deepEqual([maxConnections, maxPendingRequests, maxRequests, maxRetries, maxConnectionPools], [1, 2, 20, 4, 5]);
  assert.deepEqual([highLimits.maxRequests, highLimits.maxConnections], [6, 1024]);
});

test("a budget for retries comes by one of its keys, and keeps what they do not say", () => {
  const { defaultLimits, highLimits } = limitsUnder(
    "{ circuit_breakers.a.b.default.retry_budget.min_retry_concurrency: 7, circuit_breakers.a.b.high.retry_budget: { budget_percent: 12.5 } }",
  );
  assert.deepEqual(defaultLimits.retryBudget, { percent: 20, minConcurrency: 7 });
  assert.deepEqual(highLimits.retryBudget, { percent: 12.5, minConcurrency: 3 });
  assert.equal(limitsUnder("{ a: 1 }").defaultLimits.retryBudget, null);
});
