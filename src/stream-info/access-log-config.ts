import type { HeaderMatcherConfig } from "../matching/string-matcher-config.js";
import type { ValueMatcherConfig } from "../matching/value-matcher-config.js";

/** A value of a JSON access log: a format string, a nested object or list, or a constant. */
export type JsonLogFormat =
  | string
  | number
  | boolean
  | null
  | readonly JsonLogFormat[]
  | { readonly [key: string]: JsonLogFormat };

/** How a line is built (`envoy.config.core.v3.SubstitutionFormatString`). */
export interface LogFormatConfig {
  readonly kind: "text" | "json";
  /** Format string with command operators, when `kind` is `text`. */
  readonly text: string;
  /** Template, when `kind` is `json`. */
  readonly json: JsonLogFormat;
  /** `omit_empty_values`: absent values print nothing instead of `-`, and leave JSON keys out. */
  readonly omitEmptyValues: boolean;
}

/** Where lines go: a file that is appended to, or one of the process's own streams. */
export type AccessLogSinkConfig =
  | { readonly kind: "stdout" }
  | { readonly kind: "stderr" }
  | { readonly kind: "file"; readonly path: string };

/** Comparison of `envoy.config.accesslog.v3.ComparisonFilter`; the runtime key is not consulted. */
export interface ComparisonConfig {
  readonly op: "eq" | "ge" | "le" | "ne";
  readonly value: number;
}

/** A share of the streams (`envoy.config.accesslog.v3.RuntimeFilter`). */
export interface SamplingFilterConfig {
  readonly kind: "runtime";
  readonly numerator: number;
  /** 100, 10,000 or 1,000,000. */
  readonly denominator: number;
  /** Chance decides for each stream, not the request id. */
  readonly independentRandomness: boolean;
}

/** What filters have left for the stream (`envoy.config.accesslog.v3.MetadataFilter`). */
export interface MetadataFilterConfig {
  readonly kind: "metadata";
  readonly namespace: string;
  readonly path: readonly string[];
  readonly value: ValueMatcherConfig;
  readonly invert: boolean;
  /** The answer where nothing was left. */
  readonly matchIfNotFound: boolean;
}

/** Which streams are logged (`envoy.config.accesslog.v3.AccessLogFilter`). */
export type AccessLogFilterConfig =
  | { readonly kind: "statusCode"; readonly comparison: ComparisonConfig }
  | { readonly kind: "duration"; readonly comparison: ComparisonConfig }
  | { readonly kind: "notHealthCheck" }
  | { readonly kind: "traceable" }
  | SamplingFilterConfig
  | MetadataFilterConfig
  | { readonly kind: "header"; readonly matcher: HeaderMatcherConfig }
  | { readonly kind: "responseFlag"; readonly flags: readonly string[] }
  /** gRPC's numbers. */
  | { readonly kind: "grpcStatus"; readonly statuses: readonly number[]; readonly exclude: boolean }
  /** Names as `%ACCESS_LOG_TYPE%` prints them. */
  | { readonly kind: "logType"; readonly types: readonly string[]; readonly exclude: boolean }
  | { readonly kind: "and"; readonly filters: readonly AccessLogFilterConfig[] }
  | { readonly kind: "or"; readonly filters: readonly AccessLogFilterConfig[] };

/** One entry of `access_log` (`envoy.config.accesslog.v3.AccessLog`). */
export interface AccessLogConfig {
  readonly sink: AccessLogSinkConfig;
  readonly format: LogFormatConfig;
  readonly filter: AccessLogFilterConfig | null;
}
