import type { HeaderMap } from "../http/headers/header-map.js";
import { wholeNumber } from "../http/headers/whole-number.js";
import type { GrpcTimeoutConfig, MaxStreamDurationConfig } from "./route-action-config.js";

/** Milliseconds in a unit of `grpc-timeout`. */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000_001 };
const MAX_DIGITS = 8;

/** The header `grpc-timeout` in milliseconds, a part of one counted as a whole; null when it is missing or malformed. */
export function grpcTimeoutMs(headers: HeaderMap): number | null {
  const text = headers.get("grpc-timeout");
  if (text === null || text === "") return null;
  const unit = UNITS[text[text.length - 1] as string];
  const value = wholeNumber(text.slice(0, -1), MAX_DIGITS);
  return unit === undefined || value === null ? null : Math.ceil(value * unit);
}

/** `grpc-timeout` of so many milliseconds, in the finest unit that has room for it. */
export function grpcTimeoutText(timeoutMs: number): string {
  if (timeoutMs < 100_000_000) return `${timeoutMs}m`;
  const seconds = Math.floor(timeoutMs / 1_000);
  if (seconds < 100_000_000) return `${seconds}S`;
  return `${Math.min(Math.floor(seconds / 60), 99_999_999)}M`;
}

/** The route timeout of a gRPC request under `max_grpc_timeout`; 0 is no limit. */
export function cappedGrpcTimeoutMs(config: GrpcTimeoutConfig, headers: HeaderMap): number {
  let timeoutMs = grpcTimeoutMs(headers) ?? 0;
  // An offset never makes a timeout infinite.
  if (config.offsetMs < timeoutMs) timeoutMs -= config.offsetMs;
  return config.maxMs !== 0 && (timeoutMs === 0 || timeoutMs > config.maxMs) ? config.maxMs : timeoutMs;
}

/**
 * How long a stream on a route may last, by the route and the request's `grpc-timeout`: null leaves it to the
 * connection manager, 0 is no limit.
 */
export function streamDurationMs(config: MaxStreamDurationConfig, headers: HeaderMap): number | null {
  if (config.grpcHeaderMaxMs === null) return config.durationMs;
  const askedMs = grpcTimeoutMs(headers);
  if (askedMs === null) return config.durationMs;
  const isCapped = config.grpcHeaderMaxMs !== 0 && askedMs > config.grpcHeaderMaxMs;
  const cappedMs = isCapped ? config.grpcHeaderMaxMs : askedMs;
  // A deadline that is over is no missing one.
  return Math.max(cappedMs - (config.grpcHeaderOffsetMs ?? 0), 1);
}
