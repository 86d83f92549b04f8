/** Envoy's levels, in rising order. */
export const LOG_LEVELS = ["trace", "debug", "info", "warning", "error", "critical", "off"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The process's own log. Code of the data plane asks `debugEnabled` before it builds a message, so that a log that is
 * off costs a test.
 */
export interface Logger {
  readonly debugEnabled: boolean;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, error?: unknown): void;
}
