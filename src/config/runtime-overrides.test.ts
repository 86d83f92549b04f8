import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { clusterText, configOf } from "./config-text.test.support.js";

const CHECK = "timeout: 1s, interval: 1s, healthy_threshold: 1, unhealthy_threshold: 1";
const CLUSTER = `
outlier_detection: {}
health_checks: [{ ${CHECK}, http_health_check: { path: / } }]
`;

function cluster(runtime: Readonly<Record<string, unknown>>, text = CLUSTER): ClusterInfo {
  const layers = [{ name: "a", static_layer: runtime }];
  const [info] = configOf(`layered_runtime: { layers: ${JSON.stringify(layers)} }\n${clusterText(text)}`).clusters;
  assert.ok(info !== undefined);
  return info;
}

test("numbers of outlier detection may be the runtime's", () => {
  const standard = cluster({}).outlierDetection;
  const runtime = {
    interval_ms: 1,
    base_ejection_time_ms: 2,
    max_ejection_time_ms: 3,
    max_ejection_time_jitter_ms: 4,
    max_ejection_percent: 5,
    consecutive_5xx: 6,
    consecutive_gateway_failure: 7,
    consecutive_local_origin_failure: 8,
    success_rate_minimum_hosts: 9,
    success_rate_request_volume: 10,
    success_rate_stdev_factor: 11,
    failure_percentage_threshold: 12,
    failure_percentage_minimum_hosts: 13,
    failure_percentage_request_volume: 14,
    enforcing_consecutive_5xx: 15,
    enforcing_consecutive_gateway_failure: 16,
    enforcing_consecutive_local_origin_failure: 17,
    enforcing_success_rate: 18,
    enforcing_local_origin_success_rate: 19,
    enforcing_failure_percentage: 20,
    enforcing_failure_percentage_local_origin: 21,
  };
  assert.deepEqual(cluster({ outlier_detection: runtime }).outlierDetection, {
    ...standard,
    intervalMs: 1,
    baseEjectionTimeMs: 2,
    maxEjectionTimeMs: 3,
    maxEjectionTimeJitterMs: 4,
    maxEjectionPercent: 5,
    consecutive5xx: 6,
    consecutiveGatewayFailure: 7,
    consecutiveLocalOriginFailure: 8,
    successRate: { minimumHosts: 9, requestVolume: 10, stdevFactor: 11 },
    failurePercentage: { threshold: 12, minimumHosts: 13, requestVolume: 14 },
    enforcing: {
      consecutive_5xx: 15,
      consecutive_gateway_failure: 16,
      consecutive_local_origin_failure: 17,
      success_rate: 18,
      local_origin_success_rate: 19,
      failure_percentage: 20,
      failure_percentage_local_origin: 21,
    },
  });
  assert.equal(cluster({ "outlier_detection.max_ejection_percent": 500 }).outlierDetection?.maxEjectionPercent, 100);
  assert.equal(cluster({ "outlier_detection.interval_ms": 0 }).outlierDetection?.intervalMs, 1);
});

test("limits of the intervals of health checks, and how many verify the service", () => {
  const { healthCheck } = cluster({ health_check: { min_interval: 100, max_interval: 200, verify_cluster: 30 } });
  assert.deepEqual([healthCheck?.intervals.minMs, healthCheck?.intervals.maxMs], [100, 200]);
  assert.equal(healthCheck?.check.kind === "http" && healthCheck.check.verifyPercent, 30);
  const tcp = `health_checks: [{ ${CHECK}, tcp_health_check: {} }]`;
  assert.equal(cluster({ "health_check.min_interval": 100 }, tcp).healthCheck?.intervals.minMs, 100);
});

test("the threshold of panic", () => {
  assert.equal(cluster({ "upstream.healthy_panic_threshold": 0 }, "").healthyPanicThreshold, 0);
  assert.equal(cluster({ "upstream.healthy_panic_threshold": 101 }, "").healthyPanicThreshold, 100);
  assert.equal(cluster({}, "").healthyPanicThreshold, 50);
});
