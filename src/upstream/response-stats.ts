import type { Histogram, StatsScope } from "../stats/stat.js";
import type { ResponseRecord } from "../stream-info/stream-info.js";
import { ResponseCodeStats } from "./response-code-stats.js";

/** Responses of one origin: by status and class, and how long they took. */
export class ResponseStats implements ResponseRecord {
  private readonly codes: ResponseCodeStats;
  private readonly time: Histogram;

  constructor(scope: StatsScope) {
    this.codes = new ResponseCodeStats(scope);
    this.time = scope.histogram("upstream_rq_time");
  }

  onResponse(status: number): void {
    this.codes.count(status);
  }

  onComplete(durationMs: number): void {
    this.time.record(durationMs);
  }
}
