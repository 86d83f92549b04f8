import type { Cluster, Cluster_CustomClusterType } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ClusterConfig } from "../gen/envoy/extensions/clusters/aggregate/v3/cluster_pb.js";
import type { DiscoveryType } from "../upstream/cluster-info.js";
import type { LbPolicyConfig } from "../upstream/load-balancing-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { DNS_CLUSTER_FIELDS, dnsClusterOf } from "./dns-cluster-config.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";

const AGGREGATE_FIELDS = implemented<ClusterConfig>("envoy.extensions.clusters.aggregate.v3.ClusterConfig", {
  clusters: true,
});

export const CLUSTER_TYPE_FIELDS: MessageTable = implemented<Cluster_CustomClusterType>(
  "envoy.config.cluster.v3.Cluster.CustomClusterType",
  { name: true, typed_config: extensions(() => [AGGREGATE_FIELDS, DNS_CLUSTER_FIELDS]) },
);

/** The older types have names as extensions too, without a message of their own. */
const NAMED_TYPES: Readonly<Record<string, DiscoveryType>> = {
  "envoy.cluster.static": "static",
  "envoy.cluster.strict_dns": "strictDns",
  "envoy.cluster.logical_dns": "logicalDns",
  "envoy.cluster.original_dst": "originalDst",
};

/** `cluster_type`, found by the type of its message, or by its name where there is none. */
export function convertClusterType(
  cluster: Cluster,
  message: Cluster_CustomClusterType,
  context: ConversionContext,
): DiscoveryType | null {
  if (aggregateOf(message, context) !== null) return "aggregate";
  const dns = dnsClusterOf(cluster, context);
  if (dns !== null) return dns.allAddressesInSingleEndpoint ? "logicalDns" : "strictDns";
  const named = message.typedConfig === undefined ? NAMED_TYPES[message.name] : undefined;
  if (named !== undefined) return named;
  if (message.name === "envoy.clusters.aggregate" && message.typedConfig === undefined) {
    const hint = `add \`typed_config: { "@type": type.googleapis.com/${AGGREGATE_FIELDS.typeName}, clusters: [...] }\``;
    context.error(cluster, "clusterType", "an aggregate needs a `typed_config` with its clusters", hint);
    return null;
  }
  context.notImplemented(cluster, "clusterType", `the cluster type "${message.name}"`);
  return null;
}

/** Of an aggregate, the clusters whose priorities it lines up. */
export function convertMembers(cluster: Cluster, discovery: DiscoveryType, context: ConversionContext): string[] {
  const { clusterDiscoveryType } = cluster;
  if (discovery !== "aggregate" || clusterDiscoveryType.case !== "clusterType") return [];
  const aggregate = aggregateOf(clusterDiscoveryType.value, context);
  if (aggregate === null) return [];
  for (const [index, name] of aggregate.clusters.entries()) {
    if (name === cluster.name) {
      context.itemError(aggregate, "clusters", index, `the aggregate "${name}" cannot be a part of itself`);
    } else if (context.clusterNames?.has(name) === false) {
      // Envoy waits for it: a management server may bring it.
      const text = `there is no static cluster "${name}": the aggregate goes without it`;
      context.itemNoEffect(aggregate, "clusters", index, text);
    }
  }
  return [...aggregate.clusters];
}

/** An aggregate leaves the choice to its members, ORIGINAL_DST to the requests; nothing else does. */
export function checkPolicy(
  cluster: Cluster,
  discovery: DiscoveryType,
  policy: LbPolicyConfig | null,
  context: ConversionContext,
): void {
  if (policy === null) return;
  const provides = discovery === "aggregate" || discovery === "originalDst";
  const field = cluster.loadBalancingPolicy === undefined ? "lbPolicy" : "loadBalancingPolicy";
  if (provides && policy.kind !== "clusterProvided") {
    context.error(
      cluster,
      field,
      discovery === "aggregate"
        ? "an aggregate leaves the choice to its clusters"
        : "an ORIGINAL_DST cluster sends requests where they say",
      "use `lb_policy: CLUSTER_PROVIDED`",
    );
  } else if (!provides && policy.kind === "clusterProvided") {
    context.error(
      cluster,
      field,
      "CLUSTER_PROVIDED is for types of clusters that choose the host themselves: aggregates and ORIGINAL_DST",
    );
  }
}

function aggregateOf(message: Cluster_CustomClusterType, context: ConversionContext): ClusterConfig | null {
  const unpacked = message.typedConfig === undefined ? null : context.unpack(message.typedConfig);
  return unpacked?.desc.typeName === AGGREGATE_FIELDS.typeName ? (unpacked.message as ClusterConfig) : null;
}
