import type { Runtime } from "../common/runtime.js";
import type {
  CircuitBreakers,
  CircuitBreakers_Thresholds,
  CircuitBreakers_Thresholds_RetryBudget,
} from "../gen/envoy/config/cluster/v3/circuit_breaker_pb.js";
import type { Percent } from "../gen/envoy/type/v3/percent_pb.js";
import { type CircuitBreakerLimits, NO_LIMIT, type RetryBudget } from "../upstream/cluster-info.js";
import type { ResourcePriority } from "../upstream/resource-manager.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const CIRCUIT_BREAKER_FIELDS: MessageTable = implemented<CircuitBreakers>(
  "envoy.config.cluster.v3.CircuitBreakers",
  {
    thresholds: implemented<CircuitBreakers_Thresholds>("envoy.config.cluster.v3.CircuitBreakers.Thresholds", {
      priority: true,
      max_connections: true,
      max_pending_requests: true,
      max_requests: true,
      max_retries: true,
      retry_budget: implemented<CircuitBreakers_Thresholds_RetryBudget>(
        "envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget",
        {
          budget_percent: implemented<Percent>("envoy.type.v3.Percent", { value: true }),
          min_retry_concurrency: true,
        },
      ),
      track_remaining: true,
      max_connection_pools: true,
    }),
    per_host_thresholds: implemented<CircuitBreakers_Thresholds>("envoy.config.cluster.v3.CircuitBreakers.Thresholds", {
      priority: true,
      max_connections: true,
    }),
  },
);

const DEFAULT_LIMIT = 1024;
const DEFAULT_MAX_RETRIES = 3;
const DEFAULT_BUDGET_PERCENT = 20;
const DEFAULT_MIN_RETRY_CONCURRENCY = 3;

/** The limits of one priority: of its first entry, as in Envoy; Envoy's defaults where none are set. */
export function convertLimits(
  message: CircuitBreakers | undefined,
  priority: "DEFAULT" | "HIGH",
  context: ConversionContext,
): CircuitBreakerLimits {
  const limits = message?.thresholds.find((candidate) => context.enumName(candidate, "priority") === priority);
  const perHost = message?.perHostThresholds.find((candidate) => context.enumName(candidate, "priority") === priority);
  return {
    maxConnections: limits?.maxConnections ?? DEFAULT_LIMIT,
    maxPendingRequests: limits?.maxPendingRequests ?? DEFAULT_LIMIT,
    maxRequests: limits?.maxRequests ?? DEFAULT_LIMIT,
    maxRetries: limits?.maxRetries ?? DEFAULT_MAX_RETRIES,
    maxConnectionPools: limits?.maxConnectionPools ?? NO_LIMIT,
    maxConnectionsPerHost: perHost?.maxConnections ?? NO_LIMIT,
    retryBudget: limits?.retryBudget === undefined ? null : convertRetryBudget(limits.retryBudget),
    trackRemaining: limits?.trackRemaining ?? false,
  };
}

function convertRetryBudget(message: CircuitBreakers_Thresholds_RetryBudget): RetryBudget {
  return {
    percent: message.budgetPercent?.value ?? DEFAULT_BUDGET_PERCENT,
    minConcurrency: message.minRetryConcurrency ?? DEFAULT_MIN_RETRY_CONCURRENCY,
  };
}

/** The same limits with those in place that the runtime overrides (`circuit_breakers.<cluster>.<priority>.<setting>`). */
export function overriddenLimits(
  limits: CircuitBreakerLimits,
  clusterName: string,
  priority: ResourcePriority,
  runtime: Runtime,
): CircuitBreakerLimits {
  const prefix = `circuit_breakers.${clusterName}.${priority}`;
  const integer = (setting: string, standard: number) => runtime.integer(`${prefix}.${setting}`, standard);
  return {
    ...limits,
    maxConnections: integer("max_connections", limits.maxConnections),
    maxPendingRequests: integer("max_pending_requests", limits.maxPendingRequests),
    maxRequests: integer("max_requests", limits.maxRequests),
    maxRetries: integer("max_retries", limits.maxRetries),
    maxConnectionPools: integer("max_connection_pools", limits.maxConnectionPools),
    retryBudget: overriddenBudget(limits.retryBudget, `${prefix}.retry_budget`, runtime),
  };
}

/** One of its two keys is enough for there to be a budget. */
function overriddenBudget(budget: RetryBudget | null, prefix: string, runtime: Runtime): RetryBudget | null {
  const percent = runtime.number(`${prefix}.budget_percent`);
  const minConcurrency = runtime.number(`${prefix}.min_retry_concurrency`);
  if (percent === null && minConcurrency === null) return budget;
  return {
    percent: percent ?? budget?.percent ?? DEFAULT_BUDGET_PERCENT,
    minConcurrency: Math.floor(minConcurrency ?? budget?.minConcurrency ?? DEFAULT_MIN_RETRY_CONCURRENCY),
  };
}
