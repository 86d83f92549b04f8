import type { AccessLogFilterConfig, ComparisonConfig } from "../../stream-info/access-log-config.js";
import { isResponseFlag, type ResponseFlags, responseFlagBit } from "../../stream-info/response-flag.js";
import type { LogContext } from "../formatter/log-context.js";
import { elapsedMs } from "../formatter/time-points.js";

/** Says of a stream whether it is logged. Compiled from configuration; keeps nothing of a stream. */
export interface AccessLogFilter {
  evaluate(context: LogContext): boolean;
}

/** Throws `RangeError` on a flag that does not exist: configuration checks the names first. */
export function compileFilter(config: AccessLogFilterConfig): AccessLogFilter {
  switch (config.kind) {
    case "statusCode":
      return new StatusCodeFilter(config.comparison);
    case "duration":
      return new DurationFilter(config.comparison);
    case "notHealthCheck":
      return new NotHealthCheckFilter();
    case "responseFlag":
      return new ResponseFlagFilter(config.flags);
    case "and":
      return new AndFilter(config.filters.map(compileFilter));
    case "or":
      return new OrFilter(config.filters.map(compileFilter));
  }
}

/** Compares the response code; 0 when no response was started. */
class StatusCodeFilter implements AccessLogFilter {
  private readonly comparison: ComparisonConfig;

  constructor(comparison: ComparisonConfig) {
    this.comparison = comparison;
  }

  evaluate(context: LogContext): boolean {
    return compare(this.comparison, context.streamInfo.responseCode);
  }
}

/** Compares the whole milliseconds that the stream lasted. */
class DurationFilter implements AccessLogFilter {
  private readonly comparison: ComparisonConfig;

  constructor(comparison: ComparisonConfig) {
    this.comparison = comparison;
  }

  evaluate(context: LogContext): boolean {
    return compare(this.comparison, Math.trunc(elapsedMs(context)));
  }
}

class NotHealthCheckFilter implements AccessLogFilter {
  evaluate(context: LogContext): boolean {
    return !context.isHealthCheck;
  }
}

/** Any of the given flags is set; without given ones, any flag at all. */
class ResponseFlagFilter implements AccessLogFilter {
  private readonly mask: ResponseFlags;

  // control plane: runs when configuration arrives
  constructor(flags: readonly string[]) {
    let mask = 0;
    for (const flag of flags) {
      if (!isResponseFlag(flag)) throw new RangeError(`${JSON.stringify(flag)} is not a response flag`);
      mask |= responseFlagBit(flag);
    }
    this.mask = flags.length === 0 ? -1 : mask;
  }

  evaluate(context: LogContext): boolean {
    return (context.streamInfo.responseFlags & this.mask) !== 0;
  }
}

class AndFilter implements AccessLogFilter {
  private readonly filters: readonly AccessLogFilter[];

  constructor(filters: readonly AccessLogFilter[]) {
    this.filters = filters;
  }

  evaluate(context: LogContext): boolean {
    for (const filter of this.filters) if (!filter.evaluate(context)) return false;
    return true;
  }
}

class OrFilter implements AccessLogFilter {
  private readonly filters: readonly AccessLogFilter[];

  constructor(filters: readonly AccessLogFilter[]) {
    this.filters = filters;
  }

  evaluate(context: LogContext): boolean {
    for (const filter of this.filters) if (filter.evaluate(context)) return true;
    return false;
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
