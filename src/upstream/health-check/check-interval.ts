import type { RandomSource } from "../../common/random.js";
import type { HealthCheckIntervals } from "../health-check-config.js";

/** What a check found, and whether the host is on its way to another state. */
export interface CheckOutcome {
  readonly healthy: boolean;
  /** It differs from the host's state, and the threshold is not reached yet. */
  readonly pending: boolean;
}

/** Milliseconds to the next check. */
export function nextCheckMs(
  intervals: HealthCheckIntervals,
  { healthy, pending }: CheckOutcome,
  hasTraffic: boolean,
  random: RandomSource,
): number {
  const baseMs = hasTraffic ? trafficMs(intervals, healthy, pending) : quietMs(intervals, healthy, pending);
  const jitterMs = upTo((baseMs * intervals.jitterPercent) / 100, random) + upTo(intervals.jitterMs, random);
  // Never at once, which would be without end.
  return Math.max(1, intervals.minMs, Math.min(intervals.maxMs, baseMs + jitterMs));
}

function trafficMs(intervals: HealthCheckIntervals, healthy: boolean, pending: boolean): number {
  if (healthy) return pending ? intervals.healthyEdgeMs : intervals.normalMs;
  return pending ? intervals.unhealthyEdgeMs : intervals.unhealthyMs;
}

function quietMs(intervals: HealthCheckIntervals, healthy: boolean, pending: boolean): number {
  return healthy && !pending ? intervals.noTrafficHealthyMs : intervals.noTrafficMs;
}

/** A random time up to a limit. */
export function upTo(limitMs: number, random: RandomSource): number {
  const whole = Math.floor(limitMs);
  return whole <= 0 ? 0 : random.below(whole);
}
