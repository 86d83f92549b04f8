import type { MetadataStruct } from "../common/metadata.js";
import type { HeaderMatcherConfig } from "../matching/string-matcher-config.js";
import type { RetryConditions } from "./retry-on.js";

/** `envoy.config.route.v3.RetryPolicy` as plain data. */
export interface RetryPolicyConfig {
  readonly retryOn: RetryConditions;
  /** Attempts after the first; 1 by default. */
  readonly numRetries: number;
  readonly retriableStatusCodes: readonly number[];
  /** A response that one of them matches is tried again. */
  readonly retriableHeaders: readonly HeaderMatcherConfig[];
  /** Only requests that one of them matches are tried again; all when there is none. */
  readonly retriableRequestHeaders: readonly HeaderMatcherConfig[];
  /** Which hosts a retry keeps away from; null for none. */
  readonly hosts: RetryHostsConfig | null;
  /** Milliseconds that one attempt may take; 0 is no limit but the route's. */
  readonly perTryTimeoutMs: number;
  /** Milliseconds in which an attempt's response must go on; 0 is no limit. */
  readonly perTryIdleTimeoutMs: number;
  /** Null leaves it to the runtime. */
  readonly backOff: BackOffConfig | null;
  /** Waits that the upstream asks for; null to ask nobody. */
  readonly rateLimitedBackOff: RateLimitedBackOffConfig | null;
}

/** `retry_host_predicate`, `host_selection_retry_max_attempts` and `retry_priority`. */
export interface RetryHostsConfig {
  /** Those that an attempt went to already. */
  readonly omitPreviousHosts: boolean;
  readonly omitCanaryHosts: boolean;
  /** Those whose `envoy.lb` metadata holds all of this; null for none. */
  readonly omitMetadata: MetadataStruct | null;
  /** Draws of another host before one that should be omitted is taken all the same. */
  readonly maxSelections: number;
  /** Attempts after which the priorities they went to get no more load; 0 for never. */
  readonly priorityUpdateFrequency: number;
}

/** `RetryBackOff` */
export interface BackOffConfig {
  /** At least 1. */
  readonly baseIntervalMs: number;
  /** Not below `baseIntervalMs`. */
  readonly maxIntervalMs: number;
}

/** `RateLimitedRetryBackOff` */
export interface RateLimitedBackOffConfig {
  readonly resetHeaders: readonly ResetHeaderConfig[];
  /** A longer wait than this is not kept to; 300,000 by default. */
  readonly maxIntervalMs: number;
}

/** A response header that says when the upstream takes requests again. */
export interface ResetHeaderConfig {
  /** Lower case. */
  readonly name: string;
  readonly format: "seconds" | "unixTimestamp";
}
