import type {
  HedgePolicy,
  RetryPolicy,
  RetryPolicy_RateLimitedRetryBackOff,
  RetryPolicy_ResetHeader,
  RetryPolicy_RetryBackOff,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import { parseRetryOn, RETRY_CONDITION_NAMES, type RetryConditions, retryConditionOf } from "../route/retry-on.js";
import type { BackOffConfig, RateLimitedBackOffConfig, RetryPolicyConfig } from "../route/retry-policy-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { closestName } from "./decode/closest-name.js";
import { didYouMean } from "./decode/fault.js";
import { convertHeaderMatchers, HEADER_MATCHER_FIELDS } from "./header-matcher.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertRetryHosts, HOST_PREDICATE_FIELDS, RETRY_PRIORITY_FIELDS } from "./retry-hosts.js";

export const RETRY_POLICY_FIELDS: MessageTable = implemented<RetryPolicy>("envoy.config.route.v3.RetryPolicy", {
  retry_on: true,
  num_retries: true,
  per_try_timeout: true,
  per_try_idle_timeout: true,
  retriable_status_codes: true,
  retry_back_off: implemented<RetryPolicy_RetryBackOff>("envoy.config.route.v3.RetryPolicy.RetryBackOff", {
    base_interval: true,
    max_interval: true,
  }),
  rate_limited_retry_back_off: implemented<RetryPolicy_RateLimitedRetryBackOff>(
    "envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff",
    {
      reset_headers: implemented<RetryPolicy_ResetHeader>("envoy.config.route.v3.RetryPolicy.ResetHeader", {
        name: true,
        format: true,
      }),
      max_interval: true,
    },
  ),
  retry_host_predicate: HOST_PREDICATE_FIELDS,
  host_selection_retry_max_attempts: true,
  retry_priority: RETRY_PRIORITY_FIELDS,
  retriable_headers: HEADER_MATCHER_FIELDS,
  retriable_request_headers: HEADER_MATCHER_FIELDS,
});

export const HEDGE_POLICY_FIELDS: MessageTable = implemented<HedgePolicy>("envoy.config.route.v3.HedgePolicy", {
  hedge_on_per_try_timeout: true,
});

const DEFAULT_RETRIES = 1;
/** The longest window, as a multiple of the first. */
const DEFAULT_MAX_INTERVAL_FACTOR = 10;
const DEFAULT_RATE_LIMITED_MAX_MS = 300_000;

/** `envoy.config.route.v3.RetryPolicy`. A policy with errors is converted as far as it goes: it will not be used. */
export function convertRetryPolicy(message: RetryPolicy, context: ConversionContext): RetryPolicyConfig {
  return {
    retryOn: convertRetryOn(message, context),
    numRetries: message.numRetries ?? DEFAULT_RETRIES,
    retriableStatusCodes: message.retriableStatusCodes,
    retriableHeaders: convertHeaderMatchers(message.retriableHeaders, context) ?? [],
    retriableRequestHeaders: convertHeaderMatchers(message.retriableRequestHeaders, context) ?? [],
    hosts: convertRetryHosts(message, context),
    perTryTimeoutMs: context.milliseconds(message, "perTryTimeout", message.perTryTimeout, 0),
    perTryIdleTimeoutMs: context.milliseconds(message, "perTryIdleTimeout", message.perTryIdleTimeout, 0),
    backOff: convertBackOff(message.retryBackOff, context),
    rateLimitedBackOff: convertRateLimitedBackOff(message.rateLimitedRetryBackOff, context),
  };
}

/** Envoy passes over names that it does not know; a person who misspells one wants to hear of it. */
function convertRetryOn(message: RetryPolicy, context: ConversionContext): RetryConditions {
  for (const item of message.retryOn.split(",")) {
    const name = item.trim();
    if (name === "" || retryConditionOf(name) !== 0) continue;
    const hint = didYouMean(closestName(name, RETRY_CONDITION_NAMES));
    context.noEffect(message, "retryOn", `there is no retry condition "${name}"${hint === "" ? "" : `; ${hint}`}`);
  }
  return parseRetryOn(message.retryOn);
}

function convertBackOff(
  message: RetryPolicy_RetryBackOff | undefined,
  context: ConversionContext,
): BackOffConfig | null {
  if (message === undefined) return null;
  // Required.
  const baseIntervalMs = context.milliseconds(message, "baseInterval", message.baseInterval, 1);
  const standardMs = baseIntervalMs * DEFAULT_MAX_INTERVAL_FACTOR;
  const maxIntervalMs = context.milliseconds(message, "maxInterval", message.maxInterval, standardMs);
  return { baseIntervalMs, maxIntervalMs };
}

function convertRateLimitedBackOff(
  message: RetryPolicy_RateLimitedRetryBackOff | undefined,
  context: ConversionContext,
): RateLimitedBackOffConfig | null {
  if (message === undefined) return null;
  return {
    resetHeaders: message.resetHeaders.map((header) => ({
      name: header.name.toLowerCase(),
      format: context.enumName(header, "format") === "UNIX_TIMESTAMP" ? "unixTimestamp" : "seconds",
    })),
    maxIntervalMs: context.milliseconds(message, "maxInterval", message.maxInterval, DEFAULT_RATE_LIMITED_MAX_MS),
  };
}
