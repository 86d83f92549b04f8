// control plane: runs when configuration arrives, files are reopened, or the process ends

import type { Dispatcher } from "../../event/dispatcher.js";
import type { StatsScope } from "../../stats/stat.js";
import type { AccessLogSinkConfig } from "../../stream-info/access-log-config.js";
import { AccessLogFileSink, type LogFile, openLogFile } from "./access-log-file-sink.js";
import type { AccessLogSinkSource } from "./access-logger.js";
import { FileSinkStats } from "./file-sink-stats.js";

const STDOUT: LogFile = { fd: 1, path: null };
const STDERR: LogFile = { fd: 2, path: null };

/** Someone may be reading along: lines for the process's own streams wait for the turn's end only. */
const NO_WAIT_MS = 0;

/**
 * The files that a process logs to, each opened once however many loggers write to it. Lives on the main thread, as
 * long as the process: a file that no logger names any more stays open.
 */
export class AccessLogSinks implements AccessLogSinkSource {
  private readonly dispatcher: Dispatcher;
  private readonly stats: FileSinkStats;
  private readonly flushIntervalMs: number;
  /** By `sinkKey`. */
  private readonly sinks = new Map<string, AccessLogFileSink>();

  /** @param flushIntervalMs how long lines for files may wait in memory; Envoy's default is 10 s. */
  constructor(dispatcher: Dispatcher, stats: StatsScope, flushIntervalMs: number) {
    this.dispatcher = dispatcher;
    this.stats = new FileSinkStats(stats);
    this.flushIntervalMs = flushIntervalMs;
  }

  get(config: AccessLogSinkConfig): AccessLogFileSink {
    const key = sinkKey(config);
    const known = this.sinks.get(key);
    if (known !== undefined) return known;
    const sink = this.create(key);
    this.sinks.set(key, sink);
    return sink;
  }

  /** Opens all files anew, after log rotation has renamed them (SIGUSR1, `/reopen_logs`). */
  reopen(): void {
    for (const sink of this.sinks.values()) sink.reopen();
  }

  /** Writes what is buffered and closes the files. */
  async close(): Promise<void> {
    await Promise.all([...this.sinks.values()].map((sink) => sink.close()));
  }

  private create(key: string): AccessLogFileSink {
    if (key === STDOUT_KEY) return new AccessLogFileSink(STDOUT, this.dispatcher, this.stats, NO_WAIT_MS);
    if (key === STDERR_KEY) return new AccessLogFileSink(STDERR, this.dispatcher, this.stats, NO_WAIT_MS);
    return new AccessLogFileSink(openLogFile(key), this.dispatcher, this.stats, this.flushIntervalMs);
  }
}

const STDOUT_KEY = "/dev/stdout";
const STDERR_KEY = "/dev/stderr";

/**
 * The path that stands for a sink, the same for the same sink: threads name sinks by it. A path of `/dev/stdout` is the
 * stream itself: opening it fails where it is a socket.
 */
export function sinkKey(config: AccessLogSinkConfig): string {
  switch (config.kind) {
    case "stdout":
      return STDOUT_KEY;
    case "stderr":
      return STDERR_KEY;
    case "file":
      return config.path;
  }
}
