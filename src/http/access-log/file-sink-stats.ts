import type { Counter, Gauge, StatsScope } from "../../stats/stat.js";

/** `filesystem.*`: shared by all files. */
export class FileSinkStats {
  /** Lines, or batches of lines, that were taken. */
  readonly writeBuffered: Counter;
  readonly writeCompleted: Counter;
  readonly writeFailed: Counter;
  /** Lines, or batches of lines, that were dropped because the file is too slow; not in Envoy, which buffers without end. */
  readonly writeDropped: Counter;
  readonly flushedByTimer: Counter;
  readonly reopenFailed: Counter;
  /** Bytes that are not in the files yet. */
  readonly writeTotalBuffered: Gauge;

  constructor(stats: StatsScope) {
    const scope = stats.scope("filesystem");
    this.writeBuffered = scope.counter("write_buffered");
    this.writeCompleted = scope.counter("write_completed");
    this.writeFailed = scope.counter("write_failed");
    this.writeDropped = scope.counter("write_dropped");
    this.flushedByTimer = scope.counter("flushed_by_timer");
    this.reopenFailed = scope.counter("reopen_failed");
    this.writeTotalBuffered = scope.gauge("write_total_buffered");
  }
}
