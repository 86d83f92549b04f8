import type { RandomSource } from "../../../common/random.js";
import type { BackOffConfig, RateLimitedBackOffConfig } from "../../../route/retry-policy-config.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { wholeNumber } from "../../headers/whole-number.js";

/** Milliseconds, where neither policy nor runtime (`upstream.base_retry_backoff_ms`) say anything else. */
export const DEFAULT_BASE_INTERVAL_MS = 25;

/** The waits of policies that do not set their own. @param baseIntervalMs at least 1 */
export function standardBackOff(baseIntervalMs: number): BackOffConfig {
  return { baseIntervalMs, maxIntervalMs: 10 * baseIntervalMs };
}

/**
 * The waits before a request's further attempts: drawn from 0 to a window that doubles up to its limit (25, 50, 100,
 * 200, 250 ms by default), so that those who failed together do not come back together.
 */
export class BackOff {
  private readonly random: RandomSource;
  private readonly maxMs: number;
  private windowMs: number;

  constructor(config: BackOffConfig, random: RandomSource) {
    this.random = random;
    this.maxMs = config.maxIntervalMs;
    this.windowMs = config.baseIntervalMs;
  }

  /** Milliseconds to the next attempt. */
  next(): number {
    const window = this.windowMs;
    this.windowMs = window < Math.floor(this.maxMs / 2) ? window * 2 : this.maxMs;
    return this.random.below(window);
  }
}

/** What a response may say, as a whole number: seconds to wait, or a time in seconds since 1970. */
const MAX_DIGITS = 15;

/**
 * The wait that a response asks for, as it is and up to half as long again, so that not all come at once. -1 when it
 * asks for none, for one that is over, or for a longer one than the policy allows.
 */
export function rateLimitedBackOffMs(
  config: RateLimitedBackOffConfig,
  headers: HeaderMap,
  wallClockMs: number,
  random: RandomSource,
): number {
  for (const { name, format } of config.resetHeaders) {
    const seconds = wholeNumber(headers.get(name), MAX_DIGITS);
    if (seconds === null) continue;
    const waitMs = format === "seconds" ? seconds * 1000 : (seconds - Math.floor(wallClockMs / 1000)) * 1000;
    if (waitMs < 0 || waitMs > config.maxIntervalMs) continue;
    return waitMs === 0 ? -1 : waitMs + random.below(Math.floor(waitMs / 2));
  }
  return -1;
}
