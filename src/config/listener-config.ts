import type { ListenerFilter } from "../gen/envoy/config/listener/v3/listener_components_pb.js";
import type { AdditionalAddress, Listener } from "../gen/envoy/config/listener/v3/listener_pb.js";
import { type Address, addressText } from "../network/address.js";
import type { ListenerConfig } from "../network/listener-config.js";
import { ACCESS_LOG_FIELDS, convertAccessLogs } from "./access-log-config.js";
import { ADDRESS_FIELDS, convertAddress } from "./address-config.js";
import { DEFAULT_BUFFER_LIMIT_BYTES } from "./cluster-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, resolveExtension } from "./extension.js";
import { convertFilterChain, FILTER_CHAIN_FIELDS } from "./filter-chain-config.js";
import { checkFilterChainConflicts } from "./filter-chain-conflicts.js";
import { implemented, type MessageTable, refused, refusedByConverter, sameAs } from "./implemented-fields.js";
import { convertMetadata, METADATA_FIELDS } from "./metadata-config.js";

/** What is not seen without a listener filter that only looks, and changes nothing. */
const INSPECTORS: Readonly<Record<string, string>> = {
  "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector":
    "connections are taken as plaintext, and chains that match on TLS take none",
  "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector":
    "chains that match on `application_protocols` take no connection in the clear",
};

/** The listener filters that exist: none yet. */
const LISTENER_FILTERS: readonly Extension<unknown>[] = [];

export const LISTENER_FIELDS: MessageTable = implemented<Listener>("envoy.config.listener.v3.Listener", {
  name: true,
  address: ADDRESS_FIELDS,
  additional_addresses: implemented<AdditionalAddress>("envoy.config.listener.v3.AdditionalAddress", {
    address: ADDRESS_FIELDS,
  }),
  stat_prefix: true,
  filter_chains: FILTER_CHAIN_FIELDS,
  fcds_config: refused("its filter chains would be missing"),
  filter_chain_matcher: refused("connections would reach the wrong filter chain"),
  default_filter_chain: FILTER_CHAIN_FIELDS,
  per_connection_buffer_limit_bytes: true,
  listener_filters: implemented<ListenerFilter>("envoy.config.listener.v3.ListenerFilter", {
    name: true,
    typed_config: refusedByConverter("there are none yet; `tls_inspector` and `http_inspector` are a warning"),
    config_discovery: refusedByConverter("there are no listener filters yet"),
    // Belongs to a filter that has been reported.
    filter_disabled: true,
  }),
  use_original_dst: refused("connections would not reach the listener that they are meant for"),
  transparent: refused("the addresses of connections would be different ones"),
  udp_listener_config: refused("UDP"),
  api_listener: refused("a listener without a socket"),
  internal_listener: refused("a listener without a socket"),
  enable_reuse_port: sameAs(true),
  bind_to_port: sameAs(true),
  access_log: ACCESS_LOG_FIELDS,
  tcp_backlog_size: true,
  ignore_global_conn_limit: true,
  bypass_overload_manager: true,
  metadata: METADATA_FIELDS,
  drain_type: true,
  traffic_direction: true,
});

const DIRECTIONS: Readonly<Record<string, ListenerConfig["trafficDirection"]>> = {
  INBOUND: "inbound",
  OUTBOUND: "outbound",
};

const NAMES_ARE_FOR_CLUSTERS = "a listener's address is one of this machine; 0.0.0.0 and :: stand for all";

export function convertListener(message: Listener, context: ConversionContext): ListenerConfig | null {
  for (const filter of message.listenerFilters) checkListenerFilter(filter, context);
  const address = convertListenerAddress(message, context);
  const additionalAddresses = message.additionalAddresses
    .map((extra) =>
      extra.address === undefined ? null : convertAddress(extra.address, context, "ipOnly", NAMES_ARE_FOR_CLUSTERS),
    )
    .filter((extra) => extra !== null);
  const filterChains = message.filterChains.map((chain) => convertFilterChain(chain, context));
  const defaultFilterChain =
    message.defaultFilterChain === undefined ? null : convertFilterChain(message.defaultFilterChain, context);
  checkFilterChainConflicts(message, filterChains, context);
  const accessLogs = convertAccessLogs(message.accessLog, context);
  if (filterChains.length === 0 && defaultFilterChain === null) {
    context.error(message, "filterChains", "a listener needs at least one filter chain");
  }
  if (address === null) return null;
  return {
    // Envoy invents a UUID; the address says more and stays the same.
    name: message.name === "" ? addressText(address) : message.name,
    address,
    additionalAddresses,
    statPrefix: message.statPrefix === "" ? addressText(address).replaceAll(":", "_") : message.statPrefix,
    perConnectionBufferLimitBytes: message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES,
    tcpBacklogSize: message.tcpBacklogSize ?? 0,
    filterChains,
    defaultFilterChain,
    ignoreGlobalConnectionLimit: message.ignoreGlobalConnLimit,
    bypassOverloadManager: message.bypassOverloadManager,
    drainType: context.enumName(message, "drainType") === "MODIFY_ONLY" ? "modifyOnly" : "default",
    trafficDirection: DIRECTIONS[context.enumName(message, "trafficDirection")] ?? "unspecified",
    metadata: convertMetadata(message.metadata),
    accessLogs,
  };
}

function checkListenerFilter(filter: ListenerFilter, context: ConversionContext): void {
  const typed = filter.configType.case === "typedConfig" ? context.unpack(filter.configType.value) : null;
  const lost = typed === null ? undefined : INSPECTORS[typed.desc.typeName];
  if (lost === undefined) resolveExtension(context, filter, "listener filter", LISTENER_FILTERS);
  else
    context.noEffect(
      filter,
      null,
      `the listener filter "${filter.name}" is known but not implemented by Sluice yet: ${lost}`,
    );
}

function convertListenerAddress(message: Listener, context: ConversionContext): Address | null {
  if (message.address !== undefined) return convertAddress(message.address, context, "ipOnly", NAMES_ARE_FOR_CLUSTERS);
  context.error(message, "address", "a listener needs an `address`");
  return null;
}
