import type { RandomSource } from "../../common/random.js";
import type { AccessLogConfig, AccessLogSinkConfig } from "../../stream-info/access-log-config.js";
import type { LogContext } from "../formatter/log-context.js";
import { compileFormat, type SubstitutionFormat } from "../formatter/substitution-format.js";
import { type AccessLogFilter, compileFilter } from "./access-log-filter.js";

/*
 * Access logs: a stream hands itself to each logger of its connection manager when it ends; a logger asks its filter,
 * makes the line and gives it to a sink. What lives here knows neither codecs nor sockets. Sinks gather lines and write
 * them later: logging never waits and never fails towards the stream.
 */

/** Told of each stream that is to be logged. */
export interface AccessLogger {
  log(context: LogContext): void;
}

/** Takes whole lines, with their line breaks, as strings of bytes. */
export interface AccessLogSink {
  write(line: string): void;
}

/** Where loggers get their sinks: `AccessLogSinks` on the main thread, forwarding ones in workers. */
export interface AccessLogSinkSource {
  /** The same sink for the same destination. Throws when a file cannot be opened. */
  get(config: AccessLogSinkConfig): AccessLogSink;
}

/** Makes lines of a format for the streams that a filter lets through. */
export class FormatAccessLogger implements AccessLogger {
  private readonly filter: AccessLogFilter | null;
  private readonly format: SubstitutionFormat;
  private readonly sink: AccessLogSink;

  constructor(filter: AccessLogFilter | null, format: SubstitutionFormat, sink: AccessLogSink) {
    this.filter = filter;
    this.format = format;
    this.sink = sink;
  }

  log(context: LogContext): void {
    if (this.filter !== null && !this.filter.evaluate(context)) return;
    this.sink.write(this.format.formatText(context));
  }
}

/** Builds the loggers of a connection manager. Throws `FormatError`, or when a file cannot be opened. */
export function buildAccessLoggers(
  configs: readonly AccessLogConfig[],
  sinks: AccessLogSinkSource,
  random: RandomSource,
): readonly AccessLogger[] {
  return configs.map((config) => {
    const filter = config.filter === null ? null : compileFilter(config.filter, random);
    return new FormatAccessLogger(filter, compileFormat(config.format), sinks.get(config.sink));
  });
}
