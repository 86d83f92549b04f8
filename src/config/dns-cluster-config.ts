import type { Cluster, Cluster_RefreshRate } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { DnsCluster, DnsCluster_RefreshRate } from "../gen/envoy/extensions/clusters/dns/v3/dns_cluster_pb.js";
import type { DnsConfig, DnsLookupFamily } from "../upstream/dns-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedResolver, TYPED_RESOLVER_FIELDS } from "./dns-resolver-config.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

/** The newer form of clusters that resolve names: a `cluster_type` with everything that belongs to it. */
export const DNS_CLUSTER_FIELDS: MessageTable = implemented<DnsCluster>("envoy.extensions.clusters.dns.v3.DnsCluster", {
  dns_refresh_rate: true,
  dns_failure_refresh_rate: implemented<DnsCluster_RefreshRate>(
    "envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate",
    { base_interval: true, max_interval: true },
  ),
  dns_jitter: true,
  respect_dns_ttl: true,
  typed_dns_resolver_config: TYPED_RESOLVER_FIELDS,
  dns_lookup_family: true,
  all_addresses_in_single_endpoint: true,
});

/** `UNSPECIFIED` is a value of the newer enum only. */
export const LOOKUP_FAMILIES: Readonly<Record<string, DnsLookupFamily>> = {
  UNSPECIFIED: "auto",
  AUTO: "auto",
  V4_ONLY: "v4Only",
  V6_ONLY: "v6Only",
  V4_PREFERRED: "v4Preferred",
  ALL: "all",
};

const DEFAULT_REFRESH_RATE_MS = 5_000;
/** `max_interval` without a value, times `base_interval`. */
const DEFAULT_BACK_OFF_FACTOR = 10;

/** The `DnsCluster` in the `cluster_type` of a cluster, null when it is of another type. */
export function dnsClusterOf(cluster: Cluster, context: ConversionContext): DnsCluster | null {
  const { clusterDiscoveryType: type } = cluster;
  if (type.case !== "clusterType" || type.value.typedConfig === undefined) return null;
  const unpacked = context.unpack(type.value.typedConfig);
  return unpacked?.desc.typeName === DNS_CLUSTER_FIELDS.typeName ? (unpacked.message as DnsCluster) : null;
}

export function convertDnsCluster(
  message: DnsCluster,
  waitForWarm: boolean,
  context: ConversionContext,
): DnsConfig | null {
  const { typedDnsResolverConfig: resolver } = message;
  const lookupFamily = LOOKUP_FAMILIES[context.enumName(message, "dnsLookupFamily")];
  const refreshRateMs = convertRefreshRate(message, context);
  const failureRefresh = convertFailureRefresh(message.dnsFailureRefreshRate, context);
  const resolvers = resolver === undefined ? [] : convertTypedResolver(resolver, context);
  if (lookupFamily === undefined || resolvers === null) return null;
  const jitterMs = context.milliseconds(message, "dnsJitter", message.dnsJitter, 0);
  const { respectDnsTtl: respectTtl } = message;
  return { lookupFamily, refreshRateMs, jitterMs, failureRefresh, respectTtl, resolvers, waitForWarm };
}

export function convertRefreshRate(message: Cluster | DnsCluster, context: ConversionContext): number {
  return context.milliseconds<Cluster | DnsCluster>(
    message,
    "dnsRefreshRate",
    message.dnsRefreshRate,
    DEFAULT_REFRESH_RATE_MS,
  );
}

export function convertFailureRefresh(
  message: Cluster_RefreshRate | DnsCluster_RefreshRate | undefined,
  context: ConversionContext,
): DnsConfig["failureRefresh"] {
  if (message === undefined) return null;
  const { baseInterval, maxInterval } = message;
  const baseMs = context.milliseconds<typeof message>(message, "baseInterval", baseInterval, DEFAULT_REFRESH_RATE_MS);
  const standardMs = baseMs * DEFAULT_BACK_OFF_FACTOR;
  const maxMs = context.milliseconds<typeof message>(message, "maxInterval", maxInterval, standardMs);
  return { baseMs, maxMs };
}
