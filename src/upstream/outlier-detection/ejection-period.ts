import type { RandomSource } from "../../common/random.js";
import type { OutlierDetectionConfig } from "../outlier/outlier-config.js";

/**
 * How long a host is ejected, or held to be degraded: so many base times as it was lately, and some jitter. Times are
 * milliseconds on the dispatcher's clock.
 */
export class EjectionPeriod {
  private readonly config: OutlierDetectionConfig;
  private readonly random: RandomSource;
  /** Null while there is none. */
  private beganAtMs: number | null = null;
  /** Of the last one; null when there was none. */
  private endedAtMs: number | null = null;
  /** Up by one with each period, down with each interval without one. */
  private multiplier = 0;
  private jitterMs = 0;

  constructor(config: OutlierDetectionConfig, random: RandomSource) {
    this.config = config;
    this.random = random;
  }

  get isRunning(): boolean {
    return this.beganAtMs !== null;
  }

  begin(nowMs: number): void {
    const { baseEjectionTimeMs, maxEjectionTimeMs, maxEjectionTimeJitterMs } = this.config;
    if (this.multiplier * baseEjectionTimeMs < maxEjectionTimeMs + baseEjectionTimeMs) this.multiplier++;
    this.jitterMs = maxEjectionTimeJitterMs === 0 ? 0 : this.random.below(maxEjectionTimeJitterMs + 1);
    this.beganAtMs = nowMs;
  }

  /** It runs, and has done so for its time. */
  isOver(nowMs: number): boolean {
    if (this.beganAtMs === null) return false;
    const { baseEjectionTimeMs, maxEjectionTimeMs } = this.config;
    const timeMs = Math.min(baseEjectionTimeMs * this.multiplier, maxEjectionTimeMs) + this.jitterMs;
    return nowMs - this.beganAtMs >= timeMs;
  }

  end(nowMs: number): void {
    this.beganAtMs = null;
    this.endedAtMs = nowMs;
  }

  /** At the end of an interval: a host that has been back for one, and was not found out again, gets less next time. */
  forgive(nowMs: number): void {
    if (this.isRunning || this.endedAtMs === null || this.multiplier === 0) return;
    if (nowMs - this.endedAtMs >= this.config.intervalMs) this.multiplier--;
  }
}
