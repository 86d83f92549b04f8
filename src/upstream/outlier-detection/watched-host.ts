import { HealthFlags } from "../host-health.js";
import type { OutlierBoard } from "../outlier/outlier-board.js";
import type { EjectionPeriod } from "./ejection-period.js";

/** What outlier detection finds out about a host. */
export const WATCHED_FLAGS = HealthFlags.failedOutlierCheck | HealthFlags.degradedOutlierDetection;

/** What the main thread knows of one host: whether it is ejected, how often it was, and its rates of the last interval. */
export class WatchedHost {
  readonly addressText: string;
  readonly ejection: EjectionPeriod;
  /** Healthy hosts go before it (`detect_degraded_hosts`). */
  readonly degradation: EjectionPeriod;
  /** Of the host's last ejection or return, milliseconds on the dispatcher's clock. */
  lastActionMs: number | null = null;
  /** How many ejections it has had. */
  ejections = 0;
  /** Percent; -1 when there were too few requests, or hosts, to say. */
  successRate = -1;
  localOriginSuccessRate = -1;
  /** Of the interval that has just ended. */
  requests = 0;
  localRequests = 0;
  private successes = 0;
  private localSuccesses = 0;
  private readonly board: OutlierBoard;
  private row: number;

  constructor(addressText: string, board: OutlierBoard, ejection: EjectionPeriod, degradation: EjectionPeriod) {
    this.addressText = addressText;
    this.ejection = ejection;
    this.degradation = degradation;
    this.board = board;
    this.row = board.take(addressText);
  }

  get isEjected(): boolean {
    return this.ejection.isRunning;
  }

  /** Of `WATCHED_FLAGS`, those that hold. */
  get healthFlags(): number {
    const ejected = this.isEjected ? HealthFlags.failedOutlierCheck : 0;
    return ejected | (this.degradation.isRunning ? HealthFlags.degradedOutlierDetection : 0);
  }

  /** Ends an interval: the counts are those of it, and there are no rates yet. */
  takeCounts(): void {
    this.successRate = -1;
    this.localOriginSuccessRate = -1;
    if (this.row < 0) return;
    this.requests = this.board.takeCount(this.row, "requests");
    this.successes = this.board.takeCount(this.row, "successes");
    this.localRequests = this.board.takeCount(this.row, "localRequests");
    this.localSuccesses = this.board.takeCount(this.row, "localSuccesses");
  }

  /** Enough was counted to say how it did. */
  showRate(origin: "external" | "local"): void {
    if (origin === "external") this.successRate = rate(this.successes, this.requests);
    else this.localOriginSuccessRate = rate(this.localSuccesses, this.localRequests);
  }

  /** The host is gone. Idempotent. */
  release(): void {
    this.board.release(this.row);
    this.row = -1;
  }

  /** It comes back with a clean slate. */
  resetConsecutive(): void {
    if (this.row < 0) return;
    this.board.reset(this.row, "consecutive5xx");
    this.board.reset(this.row, "consecutiveGatewayFailure");
    this.board.reset(this.row, "consecutiveLocalOriginFailure");
  }
}

function rate(successes: number, requests: number): number {
  return requests === 0 ? -1 : (100 * Math.min(successes, requests)) / requests;
}
