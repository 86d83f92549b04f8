import { isIP } from "node:net";
import type { Address as AddressMessage } from "../gen/envoy/config/core/v3/address_pb.js";
import type { TypedExtensionConfig } from "../gen/envoy/config/core/v3/extension_pb.js";
import type { DnsResolverOptions } from "../gen/envoy/config/core/v3/resolver_pb.js";
import type { CaresDnsResolverConfig } from "../gen/envoy/extensions/network/dns_resolver/cares/v3/cares_dns_resolver_pb.js";
import type { GetAddrInfoDnsResolverConfig } from "../gen/envoy/extensions/network/dns_resolver/getaddrinfo/v3/getaddrinfo_dns_resolver_pb.js";
import { ADDRESS_FIELDS, convertAddress } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension } from "./extension.js";
import { extensions, ignored, implemented, type MessageTable } from "./implemented-fields.js";

export const RESOLVER_OPTIONS: MessageTable = implemented<DnsResolverOptions>(
  "envoy.config.core.v3.DnsResolverOptions",
  {
    use_tcp_for_dns_lookups: ignored("names are asked for over UDP, and over TCP where an answer is too long for that"),
    no_default_search_domain: ignored("name servers are asked for names as they are; the system's resolver searches"),
  },
);

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

/** `typed_dns_resolver_config`, wherever one stands. */
export const TYPED_RESOLVER_FIELDS: MessageTable = implemented<TypedExtensionConfig>(
  "envoy.config.core.v3.TypedExtensionConfig",
  { name: true, typed_config: extensions(() => DNS_RESOLVERS.map((resolver) => resolver.table)) },
);

const DNS_PORT = 53;

/** The name servers of a resolver, none for the system's; null with an error when they cannot be used. */
export function convertTypedResolver(
  typed: TypedExtensionConfig,
  context: ConversionContext,
): readonly string[] | null {
  const unpacked = typed.typedConfig === undefined ? null : context.unpack(typed.typedConfig);
  const found = DNS_RESOLVERS.find((candidate) => candidate.table.typeName === unpacked?.desc.typeName);
  if (found !== undefined && unpacked !== null) return found.convert(unpacked.message, context);
  context.noEffect(
    typed,
    "name",
    `the DNS resolver "${typed.name}" is not implemented by Sluice; the system's is used`,
  );
  return [];
}

export function convertResolvers(messages: readonly AddressMessage[], context: ConversionContext): readonly string[] {
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
