import type { ComparisonConfig } from "../../stream-info/access-log-config.js";
import type { LogContext } from "../formatter/log-context.js";
import { elapsedMs } from "../formatter/time-points.js";

/** Compares the response code; 0 when no response was started. */
export class StatusCodeFilter {
  private readonly comparison: ComparisonConfig;

  constructor(comparison: ComparisonConfig) {
    this.comparison = comparison;
  }

  evaluate(context: LogContext): boolean {
    return compare(this.comparison, context.streamInfo.responseCode);
  }
}

/** Compares the whole milliseconds that the stream lasted. */
export class DurationFilter {
  private readonly comparison: ComparisonConfig;

  constructor(comparison: ComparisonConfig) {
    this.comparison = comparison;
  }

  evaluate(context: LogContext): boolean {
    return compare(this.comparison, Math.trunc(elapsedMs(context)));
  }
}

function compare(comparison: ComparisonConfig, value: number): boolean {
  switch (comparison.op) {
    case "eq":
      return value === comparison.value;
    case "ge":
      return value >= comparison.value;
    case "le":
      return value <= comparison.value;
    case "ne":
      return value !== comparison.value;
  }
}
