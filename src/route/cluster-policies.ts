import type { HashPolicyConfig } from "./hash-policy-config.js";
import type { MirrorPolicyConfig } from "./mirror-policy-config.js";
import type { RetryPolicyConfig } from "./retry-policy-config.js";
import type { ForwardActionConfig } from "./route-action-config.js";

/**
 * What a cluster's HTTP options say of all requests that go there, in place of their routes
 * (`envoy.extensions.upstreams.http.v3.HttpProtocolOptions`); of hash policies, first what its balancer says
 * (`ConsistentHashingLbConfig.hash_policy`). Plain frozen data.
 */
export interface ClusterPoliciesConfig {
  readonly clusterName: string;
  /** Null leaves it to the route; so do empty lists. */
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly hashPolicies: readonly HashPolicyConfig[];
  readonly mirrorPolicies: readonly MirrorPolicyConfig[];
}

/** By the name of the cluster; null when no cluster has any. */
export type ClusterPolicies = ReadonlyMap<string, ClusterPoliciesConfig>;

// control plane: when configuration arrives
export function clusterPoliciesByName(configs: readonly ClusterPoliciesConfig[]): ClusterPolicies | null {
  return configs.length === 0 ? null : new Map(configs.map((config) => [config.clusterName, config]));
}

/** An action as it is for requests to that cluster. */
// control plane: once for an action and a cluster
export function underPolicies(action: ForwardActionConfig, policies: ClusterPoliciesConfig): ForwardActionConfig {
  const { retryPolicy, hashPolicies, mirrorPolicies } = policies;
  return {
    ...action,
    retryPolicy: retryPolicy ?? action.retryPolicy,
    hashPolicies: hashPolicies.length === 0 ? action.hashPolicies : hashPolicies,
    mirrorPolicies: mirrorPolicies.length === 0 ? action.mirrorPolicies : mirrorPolicies,
  };
}
