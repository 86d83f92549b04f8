import { isIP } from "node:net";
import type {
  Cluster,
  Cluster_PreconnectPolicy,
  UpstreamConnectionOptions,
} from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type {
  BindConfig,
  ExtraSourceAddress,
  SocketAddress,
  TcpKeepalive as TcpKeepaliveMessage,
} from "../gen/envoy/config/core/v3/address_pb.js";
import type { IpAddress } from "../network/address.js";
import type { TcpKeepalive } from "../network/stream-socket.js";
import { canSetKeepaliveProbes } from "../network/tcp-keepalive.js";
import { DEFAULT_POOL_POLICY, type PoolPolicy } from "../upstream/pool/pool-policy.js";
import { convertSocketAddress, SOCKET_ADDRESS_FIELDS } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const PRECONNECT_FIELDS: MessageTable = implemented<Cluster_PreconnectPolicy>(
  "envoy.config.cluster.v3.Cluster.PreconnectPolicy",
  {
    per_upstream_preconnect_ratio: true,
    predictive_preconnect_ratio: true,
  },
);

export const BIND_FIELDS: MessageTable = implemented<BindConfig>("envoy.config.core.v3.BindConfig", {
  source_address: SOCKET_ADDRESS_FIELDS,
  extra_source_addresses: implemented<ExtraSourceAddress>("envoy.config.core.v3.ExtraSourceAddress", {
    address: SOCKET_ADDRESS_FIELDS,
  }),
  additional_source_addresses: SOCKET_ADDRESS_FIELDS,
});

export const CONNECTION_OPTIONS_FIELDS: MessageTable = implemented<UpstreamConnectionOptions>(
  "envoy.config.cluster.v3.UpstreamConnectionOptions",
  {
    tcp_keepalive: implemented<TcpKeepaliveMessage>("envoy.config.core.v3.TcpKeepalive", {
      keepalive_time: true,
      keepalive_probes: true,
      keepalive_interval: true,
    }),
  },
);

/** What Linux does by default: Node has defaults of its own otherwise. */
const DEFAULT_KEEPALIVE = { timeS: 7_200, intervalS: 75, probes: 9 };

/** How the cluster's connections are opened and kept, but for `max_connection_duration`. */
export function convertPoolPolicy(
  cluster: Cluster,
  context: ConversionContext,
): Omit<PoolPolicy, "maxConnectionDurationMs"> {
  const keepAlive = cluster.upstreamConnectionOptions?.tcpKeepalive;
  const preconnect = cluster.preconnectPolicy;
  return {
    preconnectRatio: preconnect?.perUpstreamPreconnectRatio ?? DEFAULT_POOL_POLICY.preconnectRatio,
    predictivePreconnectRatio: preconnect?.predictivePreconnectRatio ?? DEFAULT_POOL_POLICY.predictivePreconnectRatio,
    perDownstreamConnection: cluster.connectionPoolPerDownstreamConnection,
    connect: {
      sources: convertSources(cluster.upstreamBindConfig, context),
      keepalive: keepAlive === undefined ? null : convertKeepalive(keepAlive, context),
    },
  };
}

function convertKeepalive(message: TcpKeepaliveMessage, context: ConversionContext): TcpKeepalive {
  if (!canSetKeepaliveProbes()) {
    for (const field of ["keepaliveProbes", "keepaliveInterval"] as const) {
      if (message[field] === undefined) continue;
      context.noEffect(
        message,
        field,
        `Node ${process.versions.node} sends 10 probes, one a second; newer ones can be told`,
      );
    }
  }
  return {
    timeMs: (message.keepaliveTime ?? DEFAULT_KEEPALIVE.timeS) * 1_000,
    intervalMs: (message.keepaliveInterval ?? DEFAULT_KEEPALIVE.intervalS) * 1_000,
    probes: message.keepaliveProbes ?? DEFAULT_KEEPALIVE.probes,
  };
}

/** Where connections come from, one address for each family; none for wherever the operating system lets them. */
export function convertSources(bind: BindConfig | undefined, context: ConversionContext): readonly IpAddress[] {
  if (bind === undefined) return [];
  const { sourceAddress, extraSourceAddresses, additionalSourceAddresses } = bind;
  const field = extraSourceAddresses.length > 0 ? "extraSourceAddresses" : "additionalSourceAddresses";
  const extra = [...extraSourceAddresses.map(({ address }) => address), ...additionalSourceAddresses];
  if (sourceAddress === undefined) {
    if (extra.length > 0) context.error(bind, field, "needs a `source_address` that it adds to");
    return [];
  }
  if (extraSourceAddresses.length > 0 && additionalSourceAddresses.length > 0) {
    context.error(bind, "additionalSourceAddresses", "stands beside `extra_source_addresses`, which takes its place");
  }
  const addresses = [sourceAddress, ...extra].map((address) => convertSourceAddress(address, context));
  const sources = addresses.filter((address) => address !== null);
  const families = new Set(sources.map(({ host }) => isIP(host)));
  if (families.size < sources.length)
    context.error(bind, field, "one address is for IPv4 and one for IPv6, as in Envoy");
  return sources;
}

function convertSourceAddress(message: SocketAddress | undefined, context: ConversionContext): IpAddress | null {
  const address = message === undefined ? null : convertSocketAddress(message, context, "ipOnly", "");
  return address?.kind === "ip" ? address : null;
}
