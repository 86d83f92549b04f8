import { isIP } from "node:net";
import type { Cluster, Cluster_RefreshRate } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Address as AddressMessage } from "../gen/envoy/config/core/v3/address_pb.js";
import type { TypedExtensionConfig } from "../gen/envoy/config/core/v3/extension_pb.js";
import type { DnsResolutionConfig, DnsResolverOptions } from "../gen/envoy/config/core/v3/resolver_pb.js";
import type { CaresDnsResolverConfig } from "../gen/envoy/extensions/network/dns_resolver/cares/v3/cares_dns_resolver_pb.js";
import type { GetAddrInfoDnsResolverConfig } from "../gen/envoy/extensions/network/dns_resolver/getaddrinfo/v3/getaddrinfo_dns_resolver_pb.js";
import type { DnsConfig, DnsLookupFamily } from "../upstream/dns-config.js";
import { ADDRESS_FIELDS, convertAddress } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension } from "./extension.js";
import { extensions, ignored, implemented, type MessageTable } from "./implemented-fields.js";

const RESOLVER_OPTIONS: MessageTable = implemented<DnsResolverOptions>("envoy.config.core.v3.DnsResolverOptions", {
  use_tcp_for_dns_lookups: ignored("names are asked for over UDP, and over TCP where an answer is too long for that"),
  no_default_search_domain: ignored("name servers are asked for names as they are; the system's resolver searches"),
});

const DNS_RESOLVERS: readonly Extension<readonly string[]>[] = [
  extension<CaresDnsResolverConfig, readonly string[]>(
    "envoy.network.dns_resolver.cares",
    implemented<CaresDnsResolverConfig>("envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig", {
      resolvers: ADDRESS_FIELDS,
      use_resolvers_as_fallback: true,
      dns_resolver_options: RESOLVER_OPTIONS,
    }),
    // As a fallback they are for systems without a name server.
    (message, context) => (message.useResolversAsFallback ? [] : convertResolvers(message.resolvers, context)),
  ),
  extension<GetAddrInfoDnsResolverConfig, readonly string[]>(
    "envoy.network.dns_resolver.getaddrinfo",
    implemented<GetAddrInfoDnsResolverConfig>(
      "envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig",
      {},
    ),
    () => [],
  ),
];

/** The fields of a cluster that say how names are resolved. */
export const DNS_FIELDS = {
  dns_refresh_rate: true,
  dns_failure_refresh_rate: implemented<Cluster_RefreshRate>("envoy.config.cluster.v3.Cluster.RefreshRate", {
    base_interval: true,
    max_interval: true,
  }),
  dns_lookup_family: true,
  respect_dns_ttl: true,
  dns_resolvers: ADDRESS_FIELDS,
  dns_resolution_config: implemented<DnsResolutionConfig>("envoy.config.core.v3.DnsResolutionConfig", {
    resolvers: ADDRESS_FIELDS,
    dns_resolver_options: RESOLVER_OPTIONS,
  }),
  typed_dns_resolver_config: implemented<TypedExtensionConfig>("envoy.config.core.v3.TypedExtensionConfig", {
    name: true,
    typed_config: extensions(() => DNS_RESOLVERS.map((resolver) => resolver.table)),
  }),
  wait_for_warm_on_init: true,
} as const satisfies Record<string, MessageTable["fields"][string]>;

const FAMILIES: Readonly<Record<string, DnsLookupFamily>> = {
  AUTO: "auto",
  V4_ONLY: "v4Only",
  V6_ONLY: "v6Only",
  V4_PREFERRED: "v4Preferred",
  ALL: "all",
};

const DEFAULT_REFRESH_RATE_MS = 5_000;
/** `max_interval` without a value, times `base_interval`. */
const DEFAULT_BACK_OFF_FACTOR = 10;
const DNS_PORT = 53;

export function convertDns(cluster: Cluster, context: ConversionContext): DnsConfig | null {
  const lookupFamily = FAMILIES[context.enumName(cluster, "dnsLookupFamily")];
  const refreshRateMs = context.milliseconds(
    cluster,
    "dnsRefreshRate",
    cluster.dnsRefreshRate,
    DEFAULT_REFRESH_RATE_MS,
  );
  const failureRefresh = convertFailureRefresh(cluster.dnsFailureRefreshRate, context);
  const resolvers = convertDnsResolvers(cluster, context);
  if (lookupFamily === undefined || resolvers === null) return null;
  return {
    lookupFamily,
    refreshRateMs,
    failureRefresh,
    respectTtl: cluster.respectDnsTtl,
    resolvers,
    waitForWarm: cluster.waitForWarmOnInit ?? true,
  };
}

function convertFailureRefresh(
  message: Cluster_RefreshRate | undefined,
  context: ConversionContext,
): DnsConfig["failureRefresh"] {
  if (message === undefined) return null;
  const baseMs = context.milliseconds(message, "baseInterval", message.baseInterval, DEFAULT_REFRESH_RATE_MS);
  const maxMs = context.milliseconds(message, "maxInterval", message.maxInterval, baseMs * DEFAULT_BACK_OFF_FACTOR);
  if (maxMs < baseMs) {
    context.error(message, "maxInterval", `must not be below \`base_interval\` (${baseMs} ms)`);
    return null;
  }
  return { baseMs, maxMs };
}

/** The newer field takes the place of the older ones. */
function convertDnsResolvers(cluster: Cluster, context: ConversionContext): readonly string[] | null {
  const { typedDnsResolverConfig: typed, dnsResolutionConfig, dnsResolvers } = cluster;
  if (typed === undefined) return convertResolvers(dnsResolutionConfig?.resolvers ?? dnsResolvers, context);
  const unpacked = typed.typedConfig === undefined ? null : context.unpack(typed.typedConfig);
  const found = DNS_RESOLVERS.find((candidate) => candidate.table.typeName === unpacked?.desc.typeName);
  if (found !== undefined && unpacked !== null) return found.convert(unpacked.message, context);
  const text = `the DNS resolver "${typed.name}" is not implemented by Sluice; the system's is used`;
  context.noEffect(cluster, "typedDnsResolverConfig", text);
  return [];
}

function convertResolvers(messages: readonly AddressMessage[], context: ConversionContext): readonly string[] {
  return messages.map((message) => convertServer(message, context)).filter((server) => server !== null);
}

/** In Node's form: IPv6 in brackets, and the port. */
function convertServer(message: AddressMessage, context: ConversionContext): string | null {
  if (message.address.case === "socketAddress" && context.enumName(message.address.value, "protocol") === "UDP") {
    const { address, portSpecifier } = message.address.value;
    const port = portSpecifier.case === "portValue" ? portSpecifier.value : DNS_PORT;
    return serverText(address, port, message, context);
  }
  const address = convertAddress(message, context, "ipOnly");
  if (address === null) return null;
  if (address.kind === "ip") return serverText(address.host, address.port, message, context);
  context.error(message, "pipe", "a name server has an IP address");
  return null;
}

function serverText(host: string, port: number, message: AddressMessage, context: ConversionContext): string | null {
  const family = isIP(host);
  if (family === 0) {
    context.error(message, "socketAddress", `"${host}" is not an IP address`);
    return null;
  }
  return `${family === 6 ? `[${host}]` : host}:${port === 0 ? DNS_PORT : port}`;
}
