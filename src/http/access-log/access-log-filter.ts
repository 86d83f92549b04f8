import type { RandomSource } from "../../common/random.js";
import { compileValueMatcher, type ValueMatcher } from "../../matching/value-matcher.js";
import type { AccessLogFilterConfig, MetadataFilterConfig } from "../../stream-info/access-log-config.js";
import { isResponseFlag, type ResponseFlags, responseFlagBit } from "../../stream-info/response-flag.js";
import { grpcStatusOf } from "../formatter/grpc-status-operator.js";
import type { LogContext } from "../formatter/log-context.js";
import { HeaderMatcher } from "../headers/header-matcher.js";
import { DurationFilter, StatusCodeFilter } from "./comparison-filter.js";
import { SamplingFilter } from "./sampling-filter.js";

/** Says of a stream whether it is logged. Compiled from configuration; keeps nothing of a stream. */
export interface AccessLogFilter {
  evaluate(context: LogContext): boolean;
}

/** Throws `RangeError` on a flag that does not exist, and on a bad pattern: configuration checks both first. */
// control plane: runs when configuration arrives
export function compileFilter(config: AccessLogFilterConfig, random: RandomSource): AccessLogFilter {
  switch (config.kind) {
    case "statusCode":
      return new StatusCodeFilter(config.comparison);
    case "duration":
      return new DurationFilter(config.comparison);
    case "notHealthCheck":
      return new NotHealthCheckFilter();
    case "traceable":
      return new TraceableFilter();
    case "runtime":
      return new SamplingFilter(config, random);
    case "metadata":
      return new MetadataFilter(config);
    case "header":
      return new HeaderFilter(new HeaderMatcher(config.matcher));
    case "responseFlag":
      return new ResponseFlagFilter(config.flags);
    case "grpcStatus":
      return new GrpcStatusFilter(config.statuses, config.exclude);
    case "logType":
      return new LogTypeFilter(config.types, config.exclude);
    case "and":
      return new AndFilter(config.filters.map((inner) => compileFilter(inner, random)));
    case "or":
      return new OrFilter(config.filters.map((inner) => compileFilter(inner, random)));
  }
}

class NotHealthCheckFilter implements AccessLogFilter {
  evaluate(context: LogContext): boolean {
    return !context.isHealthCheck;
  }
}

/** Nothing is traced yet, so nothing is worth a trace's line. */
class TraceableFilter implements AccessLogFilter {
  evaluate(): boolean {
    return false;
  }
}

/** What filters have left for the stream is as it should be. */
class MetadataFilter implements AccessLogFilter {
  private readonly config: MetadataFilterConfig;
  private readonly matcher: ValueMatcher;

  constructor(config: MetadataFilterConfig) {
    this.config = config;
    this.matcher = compileValueMatcher(config.value);
  }

  evaluate(context: LogContext): boolean {
    const { namespace, path, invert, matchIfNotFound } = this.config;
    const value = context.streamInfo.dynamicMetadata?.get(namespace, path);
    return value === undefined ? matchIfNotFound : this.matcher.matches(value) !== invert;
  }
}

/** The request has a header that is as it should be. */
class HeaderFilter implements AccessLogFilter {
  private readonly matcher: HeaderMatcher;

  constructor(matcher: HeaderMatcher) {
    this.matcher = matcher;
  }

  evaluate(context: LogContext): boolean {
    return this.matcher.matches(context.requestHeaders);
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

/** What a response without any status counts as. */
const GRPC_UNKNOWN = 2;

/** The status of gRPC that a response has, or that its HTTP status means. */
class GrpcStatusFilter implements AccessLogFilter {
  private readonly statuses: readonly number[];
  private readonly exclude: boolean;

  constructor(statuses: readonly number[], exclude: boolean) {
    this.statuses = statuses;
    this.exclude = exclude;
  }

  evaluate(context: LogContext): boolean {
    return this.statuses.includes(grpcStatusOf(context) ?? GRPC_UNKNOWN) !== this.exclude;
  }
}

/** The occasion of the line is one of these. */
class LogTypeFilter implements AccessLogFilter {
  private readonly types: readonly string[];
  private readonly exclude: boolean;

  constructor(types: readonly string[], exclude: boolean) {
    this.types = types;
    this.exclude = exclude;
  }

  evaluate(context: LogContext): boolean {
    return this.types.includes(context.logType) !== this.exclude;
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
