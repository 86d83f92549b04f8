import type {
  Cluster,
  Cluster_CommonLbConfig,
  Cluster_RoundRobinLbConfig,
} from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { HealthStatusSet } from "../gen/envoy/config/core/v3/health_check_pb.js";
import type { EndpointHealth } from "../upstream/host-health.js";
import type { LbPolicyConfig } from "../upstream/load-balancing-config.js";
import type { ConversionContext } from "./conversion-context.js";
import {
  CLUSTER_MAGLEV_FIELDS,
  CLUSTER_RING_HASH_FIELDS,
  COMMON_HASHING_FIELDS,
  convertClusterMaglev,
  convertClusterRingHash,
} from "./hash-lb-config.js";
import { ignored, implemented, type MessageTable } from "./implemented-fields.js";
import { CLUSTER_LEAST_REQUEST_FIELDS, convertClusterLeastRequest } from "./least-request-config.js";
import { convertPolicyList, LOAD_BALANCING_POLICY_FIELDS } from "./load-balancing-policies.js";
import {
  COMMON_LOCALITY_WEIGHTED_FIELDS,
  COMMON_ZONE_AWARE_FIELDS,
  convertLocalityLb,
  PERCENT_FIELDS,
} from "./locality-lb-config.js";
import { CLUSTER_SLOW_START_FIELDS, convertSlowStart } from "./slow-start-config.js";
import { CLUSTER_SUBSET_FIELDS, convertSubset } from "./subset-lb-config.js";

/** The fields of a cluster that say how its hosts are balanced. */
export const LOAD_BALANCING_FIELDS = {
  lb_policy: true,
  load_balancing_policy: LOAD_BALANCING_POLICY_FIELDS,
  lb_subset_config: CLUSTER_SUBSET_FIELDS,
  ring_hash_lb_config: CLUSTER_RING_HASH_FIELDS,
  maglev_lb_config: CLUSTER_MAGLEV_FIELDS,
  least_request_lb_config: CLUSTER_LEAST_REQUEST_FIELDS,
  round_robin_lb_config: implemented<Cluster_RoundRobinLbConfig>("envoy.config.cluster.v3.Cluster.RoundRobinLbConfig", {
    slow_start_config: CLUSTER_SLOW_START_FIELDS,
  }),
  common_lb_config: implemented<Cluster_CommonLbConfig>("envoy.config.cluster.v3.Cluster.CommonLbConfig", {
    healthy_panic_threshold: PERCENT_FIELDS,
    zone_aware_lb_config: COMMON_ZONE_AWARE_FIELDS,
    locality_weighted_lb_config: COMMON_LOCALITY_WEIGHTED_FIELDS,
    update_merge_window: ignored("updates are applied at once"),
    ignore_new_hosts_until_first_hc: true,
    close_connections_on_host_set_change: true,
    consistent_hashing_lb_config: COMMON_HASHING_FIELDS,
    override_host_status: implemented<HealthStatusSet>("envoy.config.core.v3.HealthStatusSet", { statuses: true }),
  }),
} as const satisfies Record<string, MessageTable["fields"][string]>;

/** What of a `ClusterInfo` is about balancing. */
export interface LoadBalancingConfig {
  readonly lbPolicy: LbPolicyConfig;
  readonly healthyPanicThreshold: number;
  readonly overrideHostHealths: readonly EndpointHealth[];
  readonly closeConnectionsOnHostSetChange: boolean;
}

/** Percent */
const DEFAULT_PANIC_THRESHOLD = 50;

/** Null with an error when the policy cannot be had. */
export function convertLoadBalancing(cluster: Cluster, context: ConversionContext): LoadBalancingConfig | null {
  const lbPolicy = convertPolicy(cluster, context);
  const common = cluster.commonLbConfig;
  const overrideHostHealths = convertOverrideHealths(common?.overrideHostStatus);
  if (lbPolicy === null) return null;
  return {
    lbPolicy,
    healthyPanicThreshold: Math.round(common?.healthyPanicThreshold?.value ?? DEFAULT_PANIC_THRESHOLD),
    overrideHostHealths,
    closeConnectionsOnHostSetChange: common?.closeConnectionsOnHostSetChange ?? false,
  };
}

/** `load_balancing_policy` when it is set, which leaves the older fields without effect; else `lb_policy`. */
function convertPolicy(cluster: Cluster, context: ConversionContext): LbPolicyConfig | null {
  const name = context.enumName(cluster, "lbPolicy");
  if (cluster.loadBalancingPolicy !== undefined) {
    return convertPolicyList(cluster, "loadBalancingPolicy", cluster.loadBalancingPolicy, context);
  }
  if (name === "LOAD_BALANCING_POLICY_CONFIG") {
    context.error(cluster, "lbPolicy", `${name} needs a \`load_balancing_policy\``);
    return null;
  }
  checkLbConfig(cluster, name, context);
  const policy = convertNamedPolicy(cluster, name, context);
  // A subset selector list that is empty divides nothing, as in Envoy.
  const { lbSubsetConfig } = cluster;
  if (policy === null || lbSubsetConfig === undefined || lbSubsetConfig.subsetSelectors.length === 0) return policy;
  if (policy.kind !== "clusterProvided") return convertSubset(lbSubsetConfig, policy, context);
  context.error(cluster, "lbSubsetConfig", "CLUSTER_PROVIDED cannot be divided into subsets");
  return null;
}

function convertNamedPolicy(cluster: Cluster, name: string, context: ConversionContext): LbPolicyConfig | null {
  const locality = convertLocalityLb(cluster.commonLbConfig?.localityConfigSpecifier);
  switch (name) {
    case "ROUND_ROBIN": {
      const config = cluster.lbConfig.case === "roundRobinLbConfig" ? cluster.lbConfig.value : undefined;
      return { kind: "roundRobin", slowStart: convertSlowStart(config?.slowStartConfig, context), locality };
    }
    case "LEAST_REQUEST":
      return convertClusterLeastRequest(cluster, locality, context);
    case "RANDOM":
      return { kind: "random", locality };
    case "RING_HASH":
      return convertClusterRingHash(cluster, context);
    case "MAGLEV":
      return convertClusterMaglev(cluster, context);
    case "CLUSTER_PROVIDED":
      return { kind: "clusterProvided" };
    default:
      // A number that the enum does not define has been reported.
      return null;
  }
}

/** The policy that each settings message is for; another one leaves it without effect. */
const LB_CONFIGS: Readonly<Record<string, string>> = {
  ringHashLbConfig: "RING_HASH",
  maglevLbConfig: "MAGLEV",
  leastRequestLbConfig: "LEAST_REQUEST",
  roundRobinLbConfig: "ROUND_ROBIN",
  originalDstLbConfig: "CLUSTER_PROVIDED",
};

function checkLbConfig(cluster: Cluster, name: string, context: ConversionContext): void {
  const { case: given } = cluster.lbConfig;
  const policy = LB_CONFIGS[given ?? ""];
  if (policy === undefined || policy === name || given === undefined) return;
  context.noEffect(cluster, given, `has no effect with \`lb_policy: ${name}\`: it is for ${policy}`);
}

/** By number, as in the enum `HealthStatus`. */
const HEALTHS: readonly EndpointHealth[] = ["unknown", "healthy", "unhealthy", "draining", "timeout", "degraded"];

/** An empty set is one: then no host can be overridden. */
function convertOverrideHealths(message: HealthStatusSet | undefined): EndpointHealth[] {
  if (message === undefined) return ["unknown", "healthy", "degraded"];
  return message.statuses.map((status) => HEALTHS[status]).filter((health) => health !== undefined);
}
