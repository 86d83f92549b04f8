import type { Counter, StatsScope } from "../stats/stat.js";
import type { RequestGroupRecord, RetryOutcome } from "../stream-info/stream-info.js";
import { ResponseStats } from "../upstream/response-stats.js";

/**
 * Counts what became of the requests of a virtual cluster (`vhost.<host>.vcluster.<name>.`) or of a route with a
 * `stat_prefix` (`vhost.<host>.route.<prefix>.`).
 */
export class RequestGroup implements RequestGroupRecord {
  readonly name: string;
  private readonly rqTotal: Counter;
  private readonly rqTimeout: Counter;
  private readonly retries: { readonly [outcome in RetryOutcome]: Counter };
  private readonly responses: ResponseStats;

  /** @param name of a virtual cluster */
  constructor(scope: StatsScope, name = "") {
    this.name = name;
    this.rqTotal = scope.counter("upstream_rq_total");
    this.rqTimeout = scope.counter("upstream_rq_timeout");
    this.retries = {
      retry: scope.counter("upstream_rq_retry"),
      success: scope.counter("upstream_rq_retry_success"),
      overflow: scope.counter("upstream_rq_retry_overflow"),
      limitExceeded: scope.counter("upstream_rq_retry_limit_exceeded"),
    };
    this.responses = new ResponseStats(scope);
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
    this.responses.onResponse(status);
  }

  onComplete(durationMs: number): void {
    this.responses.onComplete(durationMs);
  }
}

/** Envoy's stats have no colons in their names. */
export function statName(text: string): string {
  return text.replaceAll(":", "_");
}
