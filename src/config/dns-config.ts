import type { Cluster, Cluster_RefreshRate } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { DnsResolutionConfig } from "../gen/envoy/config/core/v3/resolver_pb.js";
import type { DnsConfig } from "../upstream/dns-config.js";
import { ADDRESS_FIELDS } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import {
  convertDnsCluster,
  convertFailureRefresh,
  convertRefreshRate,
  dnsClusterOf,
  LOOKUP_FAMILIES,
} from "./dns-cluster-config.js";
import {
  convertResolvers,
  convertTypedResolver,
  RESOLVER_OPTIONS,
  TYPED_RESOLVER_FIELDS,
} from "./dns-resolver-config.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

/** The fields of a cluster that say how names are resolved. */
export const DNS_FIELDS = {
  dns_refresh_rate: true,
  dns_failure_refresh_rate: implemented<Cluster_RefreshRate>("envoy.config.cluster.v3.Cluster.RefreshRate", {
    base_interval: true,
    max_interval: true,
  }),
  dns_lookup_family: true,
  dns_jitter: true,
  respect_dns_ttl: true,
  dns_resolvers: ADDRESS_FIELDS,
  dns_resolution_config: implemented<DnsResolutionConfig>("envoy.config.core.v3.DnsResolutionConfig", {
    resolvers: ADDRESS_FIELDS,
    dns_resolver_options: RESOLVER_OPTIONS,
  }),
  typed_dns_resolver_config: TYPED_RESOLVER_FIELDS,
  wait_for_warm_on_init: true,
} as const satisfies Record<string, MessageTable["fields"][string]>;

export function convertDns(cluster: Cluster, context: ConversionContext): DnsConfig | null {
  const waitForWarm = cluster.waitForWarmOnInit ?? true;
  const typed = dnsClusterOf(cluster, context);
  if (typed !== null) return convertDnsCluster(typed, waitForWarm, context);
  const lookupFamily = LOOKUP_FAMILIES[context.enumName(cluster, "dnsLookupFamily")];
  const refreshRateMs = convertRefreshRate(cluster, context);
  const failureRefresh = convertFailureRefresh(cluster.dnsFailureRefreshRate, context);
  const resolvers = convertDnsResolvers(cluster, context);
  if (lookupFamily === undefined || resolvers === null) return null;
  return {
    lookupFamily,
    refreshRateMs,
    jitterMs: context.milliseconds(cluster, "dnsJitter", cluster.dnsJitter, 0),
    failureRefresh,
    respectTtl: cluster.respectDnsTtl,
    resolvers,
    waitForWarm,
  };
}

/** The newer field takes the place of the older ones. */
function convertDnsResolvers(cluster: Cluster, context: ConversionContext): readonly string[] | null {
  const { typedDnsResolverConfig: typed, dnsResolutionConfig, dnsResolvers } = cluster;
  if (typed !== undefined) return convertTypedResolver(typed, context);
  return convertResolvers(dnsResolutionConfig?.resolvers ?? dnsResolvers, context);
}
