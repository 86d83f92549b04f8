import type { FilterChainMatch as MatchMessage } from "../gen/envoy/config/listener/v3/listener_components_pb.js";
import type { FilterChainMatch } from "../network/listener-config.js";
import { CIDR_RANGE_FIELDS, convertCidrRanges } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable, refused } from "./implemented-fields.js";

const MORE_MATCHES = "the chain would take connections that are not meant for it";

export const FILTER_CHAIN_MATCH_FIELDS: MessageTable = implemented<MatchMessage>(
  "envoy.config.listener.v3.FilterChainMatch",
  {
    destination_port: true,
    prefix_ranges: CIDR_RANGE_FIELDS,
    address_suffix: refused(MORE_MATCHES),
    suffix_len: refused(MORE_MATCHES),
    direct_source_prefix_ranges: CIDR_RANGE_FIELDS,
    source_type: true,
    source_prefix_ranges: CIDR_RANGE_FIELDS,
    source_ports: true,
    server_names: true,
    transport_protocol: true,
    application_protocols: true,
  },
);

const SOURCE_TYPES: Readonly<Record<string, FilterChainMatch["sourceType"]>> = {
  ANY: "any",
  SAME_IP_OR_LOOPBACK: "sameIpOrLoopback",
  EXTERNAL: "external",
};

export function convertFilterChainMatch(message: MatchMessage, context: ConversionContext): FilterChainMatch {
  for (const [index, name] of message.serverNames.entries()) {
    // `*.example.com` is the only form; `*` alone is no restriction and Envoy refuses it.
    if (!name.includes("*") || /^\*\.[^*]+$/.test(name)) continue;
    const hint = name === "*" ? "leave `server_names` out to take every name" : "";
    const text = `"${name}": a server name is exact or begins with "*."`;
    context.itemError(message, "serverNames", index, text, hint);
  }
  return {
    destinationPort: message.destinationPort ?? null,
    prefixRanges: convertCidrRanges(message.prefixRanges, context),
    serverNames: message.serverNames.map((name) => name.toLowerCase()),
    transportProtocol: message.transportProtocol,
    applicationProtocols: [...message.applicationProtocols],
    directSourcePrefixRanges: convertCidrRanges(message.directSourcePrefixRanges, context),
    sourceType: SOURCE_TYPES[context.enumName(message, "sourceType")] ?? "any",
    sourcePrefixRanges: convertCidrRanges(message.sourcePrefixRanges, context),
    sourcePorts: [...message.sourcePorts],
  };
}
