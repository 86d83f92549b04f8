import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import type { HealthCheckIntervals } from "../health-check-config.js";
import { nextCheckMs } from "./check-interval.js";

const INTERVALS: HealthCheckIntervals = {
  normalMs: 1_000,
  initialJitterMs: 0,
  jitterMs: 0,
  jitterPercent: 0,
  noTrafficMs: 60_000,
  noTrafficHealthyMs: 70_000,
  unhealthyMs: 2_000,
  unhealthyEdgeMs: 3_000,
  healthyEdgeMs: 4_000,
  minMs: 0,
  maxMs: Number.POSITIVE_INFINITY,
};

const HEALTHY = { healthy: true, pending: false };

function intervalsOf(overrides: Partial<HealthCheckIntervals>, hasTraffic = true, outcome = HEALTHY): Set<number> {
  const random = new SeededRandom(1);
  const intervals = { ...INTERVALS, ...overrides };
  return new Set(Array.from({ length: 300 }, () => nextCheckMs(intervals, outcome, hasTraffic, random)));
}

describe("the time to the next check", () => {
  test("is that of the state, of the way to another one, or of a cluster without traffic", () => {
    for (const [healthy, pending, hasTraffic, expected] of [
      [true, false, true, 1_000],
      [false, false, true, 2_000],
      [false, true, true, 3_000],
      [true, true, true, 4_000],
      [true, false, false, 70_000],
      [true, true, false, 60_000],
      [false, false, false, 60_000],
      [false, true, false, 60_000],
    ] as const) {
      assert.deepEqual([...intervalsOf({}, hasTraffic, { healthy, pending })], [expected]);
    }
  });

  test("has jitter on top, less than its limit: a share of the time, an own time, or both", () => {
    for (const [jitter, below] of [
      [{ jitterPercent: 1 }, 1_010],
      [{ jitterMs: 20 }, 1_020],
      [{ jitterPercent: 1, jitterMs: 20 }, 1_030],
    ] as const) {
      const times = intervalsOf(jitter);
      assert.ok(times.size > 5 && Math.min(...times) >= 1_000 && Math.max(...times) < below, JSON.stringify(jitter));
    }
    assert.deepEqual([...intervalsOf({ normalMs: 50, jitterPercent: 1 })], [50], "less than a millisecond is none");
  });

  test("is within the runtime's limits, and never none", () => {
    assert.deepEqual([...intervalsOf({ minMs: 1_500 })], [1_500]);
    assert.deepEqual([...intervalsOf({ maxMs: 500, jitterMs: 20 })], [500]);
    assert.deepEqual([...intervalsOf({ maxMs: 500, minMs: 600 })], [600]);
    assert.deepEqual([...intervalsOf({ maxMs: 0 })], [1]);
  });
});
