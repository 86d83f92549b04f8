import type { Histogram, StatsScope } from "../stats/stat.js";

/** What of a cluster's requests is measured beyond what always is (`track_cluster_stats`). */
export interface TrackedStatsConfig {
  readonly timeoutBudgets: boolean;
  readonly messageSizes: boolean;
  /** Stats show each of its endpoints. */
  readonly perEndpoint: boolean;
}

export const NOTHING_TRACKED: TrackedStatsConfig = Object.freeze({
  timeoutBudgets: false,
  messageSizes: false,
  perEndpoint: false,
});

/** How much of their time requests use, percent. */
export class TimeoutBudgetStats {
  private readonly ofRequest: Histogram;
  private readonly ofTry: Histogram;

  constructor(scope: StatsScope) {
    this.ofRequest = scope.histogram("upstream_rq_timeout_budget_percent_used");
    this.ofTry = scope.histogram("upstream_rq_timeout_budget_per_try_percent_used");
  }

  /** @param limitMs 0 for no limit, of which nothing is used */
  onRequest(durationMs: number, limitMs: number): void {
    this.ofRequest.record(percentOf(durationMs, limitMs));
  }

  onTry(durationMs: number, limitMs: number): void {
    this.ofTry.record(percentOf(durationMs, limitMs));
  }
}

function percentOf(durationMs: number, limitMs: number): number {
  return limitMs === 0 ? 0 : Math.floor((100 * durationMs) / limitMs);
}

/** How large the heads and bodies are that go over in an attempt, bytes, and how many fields the heads have. */
export class MessageSizeStats {
  private readonly requestHead: Histogram;
  private readonly requestFields: Histogram;
  private readonly requestBody: Histogram;
  private readonly responseHead: Histogram;
  private readonly responseFields: Histogram;
  private readonly responseBody: Histogram;

  constructor(scope: StatsScope) {
    this.requestHead = scope.histogram("upstream_rq_headers_size");
    this.requestFields = scope.histogram("upstream_rq_headers_count");
    this.requestBody = scope.histogram("upstream_rq_body_size");
    this.responseHead = scope.histogram("upstream_rs_headers_size");
    this.responseFields = scope.histogram("upstream_rs_headers_count");
    this.responseBody = scope.histogram("upstream_rs_body_size");
  }

  onRequest(headBytes: number, fields: number, bodyBytes: number): void {
    this.requestHead.record(headBytes);
    this.requestFields.record(fields);
    this.requestBody.record(bodyBytes);
  }

  onResponse(headBytes: number, fields: number, bodyBytes: number): void {
    this.responseHead.record(headBytes);
    this.responseFields.record(fields);
    this.responseBody.record(bodyBytes);
  }
}
