import type { Counter, Histogram, StatsScope } from "../stats/stat.js";
import type { RequestGroupRecord, RetryOutcome } from "../stream-info/stream-info.js";
import { ResponseCodeStats } from "../upstream/response-code-stats.js";

/**
 * Counts what became of the requests of a virtual cluster (`vhost.<host>.vcluster.<name>.`) or of a route with a
 * `stat_prefix` (`vhost.<host>.route.<prefix>.`).
 */
export class RequestGroup implements RequestGroupRecord {
  private readonly rqTotal: Counter;
  private readonly rqTimeout: Counter;
  private readonly rqTime: Histogram;
  private readonly rqCompleted: Counter;
  private readonly retries: { readonly [outcome in RetryOutcome]: Counter };
  private readonly responses: ResponseCodeStats;

  constructor(scope: StatsScope) {
    this.rqTotal = scope.counter("upstream_rq_total");
    this.rqTimeout = scope.counter("upstream_rq_timeout");
    this.rqTime = scope.histogram("upstream_rq_time");
    this.rqCompleted = scope.counter("upstream_rq_completed");
    this.retries = {
      retry: scope.counter("upstream_rq_retry"),
      success: scope.counter("upstream_rq_retry_success"),
      overflow: scope.counter("upstream_rq_retry_overflow"),
      limitExceeded: scope.counter("upstream_rq_retry_limit_exceeded"),
    };
    this.responses = new ResponseCodeStats(scope);
  }

  onAttempt(): void {
    this.rqTotal.inc();
  }

  onTimeout(): void {
    this.rqTimeout.inc();
  }

  onRetry(outcome: RetryOutcome): void {
    this.retries[outcome].inc();
  }

  onResponse(status: number): void {
    this.rqCompleted.inc();
    this.responses.count(status);
  }

  onComplete(durationMs: number): void {
    this.rqTime.record(durationMs);
  }
}

/** Envoy's stats have no colons in their names. */
export function statName(text: string): string {
  return text.replaceAll(":", "_");
}
