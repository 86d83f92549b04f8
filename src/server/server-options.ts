import type { LogLevel } from "../common/logger.js";
import type { ConfigLookup } from "../config/config-lookup.js";
import type { DrainOptions } from "./drain-manager.js";
import type { FlowSelection } from "./worker-snapshot.js";

/** How a server runs, apart from its configuration: Envoy's command line. */
export interface ServerOptions {
  /** Worker threads; 1 runs on the calling thread. */
  readonly concurrency: number;
  readonly logLevel: LogLevel;
  /** Which listeners' connections are recorded step by step. */
  readonly flow: FlowSelection;
  /** Shows a finished stream's timeline; null prints none. */
  readonly printTimeline: ((text: string) => void) | null;
  /** Milliseconds that lines for log files may wait in memory (`--file-flush-interval-msec`). */
  readonly fileFlushIntervalMs: number;
  /** How a graceful drain takes hold (`--drain-time-s`, `--drain-strategy`). */
  readonly drain: DrainOptions;
  /** Milliseconds that requests in flight may take to finish once the server is told to end. */
  readonly shutdownTimeoutMs: number;
  /** As `/server_info` shows it. */
  readonly commandLineOptions: object;
  /** The whole configuration, for the admin's `/config_dump`; null when there is none. */
  readonly configDump: (() => object) | null;
  /** The way back to the lines of the configuration, for the admin's `/explain`; null when there are none. */
  readonly lookup: ConfigLookup | null;
}

export const DEFAULT_SERVER_OPTIONS: ServerOptions = {
  concurrency: 1,
  logLevel: "info",
  flow: "none",
  printTimeline: null,
  fileFlushIntervalMs: 10_000,
  drain: { drainTimeMs: 600_000, strategy: "gradual" },
  shutdownTimeoutMs: 25_000,
  commandLineOptions: {},
  lookup: null,
  configDump: null,
};
