import type { CircuitBreakers, CircuitBreakers_Thresholds } from "../gen/envoy/config/cluster/v3/circuit_breaker_pb.js";
import type { CircuitBreakerLimits } from "../upstream/cluster-info.js";
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
    }),
  },
);

const DEFAULT_LIMIT = 1024;
const DEFAULT_MAX_RETRIES = 3;

/** The limits of one priority: of its first entry, as in Envoy; Envoy's defaults where none are set. */
export function convertLimits(
  message: CircuitBreakers | undefined,
  priority: "DEFAULT" | "HIGH",
  context: ConversionContext,
): CircuitBreakerLimits {
  const limits = message?.thresholds.find((candidate) => context.enumName(candidate, "priority") === priority);
  return {
    maxConnections: limits?.maxConnections ?? DEFAULT_LIMIT,
    maxPendingRequests: limits?.maxPendingRequests ?? DEFAULT_LIMIT,
    maxRequests: limits?.maxRequests ?? DEFAULT_LIMIT,
    maxRetries: limits?.maxRetries ?? DEFAULT_MAX_RETRIES,
  };
}
