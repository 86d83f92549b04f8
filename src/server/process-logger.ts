import pino, { type Logger as PinoLogger } from "pino";
import type { Logger, LogLevel } from "../common/logger.js";

/** Envoy's levels in pino's words. */
const PINO_LEVELS: { readonly [level in LogLevel]: string } = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
  critical: "fatal",
  off: "silent",
};

const LEVEL_LETTERS = new Map<number, string>([
  [10, "trace"],
  [20, "debug"],
  [30, "info"],
  [40, "warning"],
  [50, "error"],
  [60, "critical"],
]);

interface LogLine {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
}

/** One line for a person, laid out as Envoy's: `[time][level] message`. */
function humanLine(json: string): string {
  const line = JSON.parse(json) as LogLine;
  const time = new Date(line.time).toISOString();
  const cause = line.err === undefined ? "" : `\n${line.err.stack ?? line.err.message ?? ""}`;
  return `[${time}][${LEVEL_LETTERS.get(line.level) ?? line.level}] ${line.msg}${cause}\n`;
}

/** The process's log on stderr, through pino. Every thread has one; a line is one write, so lines stay whole. */
export class ProcessLogger implements Logger {
  private readonly pino: PinoLogger;

  /** @param format `json` prints pino's own lines, for machines */
  constructor(level: LogLevel, format: "text" | "json" = "text") {
    const stderr = pino.destination({ fd: 2, sync: true });
    const destination = format === "json" ? stderr : { write: (json: string) => stderr.write(humanLine(json)) };
    this.pino = pino({ level: PINO_LEVELS[level], base: null }, destination);
  }

  get debugEnabled(): boolean {
    return this.pino.isLevelEnabled("debug");
  }

  setLevel(level: LogLevel): void {
    this.pino.level = PINO_LEVELS[level];
  }

  debug(message: string): void {
    this.pino.debug(message);
  }

  info(message: string): void {
    this.pino.info(message);
  }

  warn(message: string): void {
    this.pino.warn(message);
  }

  error(message: string, error?: unknown): void {
    if (error === undefined) this.pino.error(message);
    else this.pino.error({ err: error }, message);
  }
}
