/*
 * When a request is tried again, as a set of conditions in one integer. The names are those of
 * `RetryPolicy.retry_on`, `x-envoy-retry-on` and `x-envoy-retry-grpc-on`.
 */

/** A set of conditions: bit n is the n-th name. */
export type RetryConditions = number;

const HTTP_NAMES = [
  "5xx",
  "gateway-error",
  "reset",
  "reset-before-request",
  "connect-failure",
  "envoy-ratelimited",
  "retriable-4xx",
  "refused-stream",
  "retriable-status-codes",
  "retriable-headers",
  // HTTP/3 only: known, and nothing here meets it.
  "http3-post-connect-failure",
] as const;

/** Of gRPC, in the response's head, with the `grpc-status` that each stands for. */
const GRPC_STATUSES = {
  cancelled: 1,
  "deadline-exceeded": 4,
  internal: 13,
  "resource-exhausted": 8,
  unavailable: 14,
} as const;

const GRPC_NAMES = Object.keys(GRPC_STATUSES) as (keyof typeof GRPC_STATUSES)[];

export type RetryConditionName = (typeof HTTP_NAMES)[number] | keyof typeof GRPC_STATUSES;

const BITS = new Map<string, number>([...HTTP_NAMES, ...GRPC_NAMES].map((name, index) => [name, 1 << index]));

/** The conditions that `x-envoy-retry-on` can name; those of gRPC have `x-envoy-retry-grpc-on`. */
export const HTTP_CONDITIONS: RetryConditions = (1 << HTTP_NAMES.length) - 1;

/** All names, for suggestions. */
export const RETRY_CONDITION_NAMES: readonly string[] = [...BITS.keys()];

/** The bit of one condition. */
export function retryConditionBit(name: RetryConditionName): RetryConditions {
  return BITS.get(name) as number;
}

/** The bit of a name as it stands in a list; 0 for a name that there is not. */
export function retryConditionOf(name: string): RetryConditions {
  return BITS.get(name) ?? 0;
}

/** All conditions of a comma-separated list; names that there are not count for nothing, as in Envoy. */
export function parseRetryOn(list: string): RetryConditions {
  let conditions = 0;
  for (const name of list.split(",")) conditions |= retryConditionOf(name.trim());
  return conditions;
}

/** The condition that a `grpc-status` meets; 0 for none. */
export function grpcStatusCondition(status: string): RetryConditions {
  return GRPC_CONDITIONS.get(status) ?? 0;
}

const GRPC_CONDITIONS = new Map(
  Object.entries(GRPC_STATUSES).map(([name, status]) => [String(status), retryConditionOf(name)]),
);
