import type { Filter, FilterChain } from "../gen/envoy/config/listener/v3/listener_components_pb.js";
import type { FilterChainConfig, NetworkFilterConfig } from "../network/listener-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { resolveExtension } from "./extension.js";
import { convertFilterChainMatch, FILTER_CHAIN_MATCH_FIELDS } from "./filter-chain-match.js";
import { extensions, implemented, type MessageTable, refused, refusedByConverter } from "./implemented-fields.js";
import { convertMetadata, METADATA_FIELDS } from "./metadata-config.js";
import { NETWORK_FILTERS, type NetworkFilterExtension } from "./network-filter-registry.js";
import { checkTransportSocket, TRANSPORT_SOCKET_FIELDS } from "./transport-socket.js";

export const FILTER_CHAIN_FIELDS: MessageTable = implemented<FilterChain>("envoy.config.listener.v3.FilterChain", {
  filter_chain_match: FILTER_CHAIN_MATCH_FIELDS,
  filters: implemented<Filter>("envoy.config.listener.v3.Filter", {
    name: true,
    typed_config: extensions(() => NETWORK_FILTERS.map((filter) => filter.table)),
    config_discovery: refusedByConverter("the filter would be missing"),
  }),
  use_proxy_proto: refused("the client's address would be taken for a part of the request"),
  transport_socket: TRANSPORT_SOCKET_FIELDS,
  name: true,
  metadata: METADATA_FIELDS,
});

export function convertFilterChain(message: FilterChain, context: ConversionContext): FilterChainConfig {
  checkTransportSocket(message.transportSocket, context);
  return {
    name: message.name,
    match: message.filterChainMatch === undefined ? null : convertFilterChainMatch(message.filterChainMatch, context),
    metadata: convertMetadata(message.metadata),
    filters: convertFilters(message, context),
  };
}

/** An empty list is allowed: it closes connections. */
function convertFilters(message: FilterChain, context: ConversionContext): NetworkFilterConfig[] {
  const filters: NetworkFilterConfig[] = [];
  for (const filter of message.filters) {
    const found = resolveExtension(context, filter, "network filter", NETWORK_FILTERS);
    if (found === null) continue;
    const { isTerminal, table } = found.extension as NetworkFilterExtension;
    const isLast = filter === message.filters.at(-1);
    if (isTerminal && !isLast) {
      context.error(filter, null, `the filter "${filter.name}" ends the chain and must be the last one`);
    }
    if (!isTerminal && isLast) {
      context.error(filter, null, `the last network filter must be one that ends the chain, not "${filter.name}"`);
    }
    const config = found.extension.convert(found.message, context);
    if (config !== null) filters.push({ name: filter.name, typeName: table.typeName, config });
  }
  return filters;
}
