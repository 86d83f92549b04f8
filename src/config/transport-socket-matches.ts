import { isDeepStrictEqual } from "node:util";
import type { Cluster, Cluster_TransportSocketMatch } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Metadata as MetadataMessage, TransportSocket } from "../gen/envoy/config/core/v3/base_pb.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { checkTransportSocket, TRANSPORT_SOCKET_FIELDS } from "./transport-socket.js";

/** The filter whose metadata of an endpoint, or of its locality, says which of the sockets it takes. */
const MATCH_METADATA = "envoy.transport_socket_match";

export const TRANSPORT_SOCKET_MATCH_FIELDS: MessageTable = implemented<Cluster_TransportSocketMatch>(
  "envoy.config.cluster.v3.Cluster.TransportSocketMatch",
  { name: true, match: true, transport_socket: TRANSPORT_SOCKET_FIELDS },
);

type Labels = Readonly<Record<string, unknown>>;

/**
 * Reports the transport sockets that connections of this cluster would use and Sluice does not have. Endpoints stand in
 * the configuration, so which of `transport_socket_matches` they take is known before a connection is made; a socket
 * that nobody takes does no harm.
 */
export function checkTransportSockets(cluster: Cluster, context: ConversionContext): void {
  for (const socket of socketsInUse(cluster)) checkTransportSocket(socket, context);
}

function socketsInUse(cluster: Cluster): ReadonlySet<TransportSocket | undefined> {
  if (cluster.transportSocketMatches.length === 0) return new Set([cluster.transportSocket]);
  const used = new Set<TransportSocket | undefined>();
  for (const { metadata: ofLocality, lbEndpoints } of cluster.loadAssignment?.endpoints ?? []) {
    for (const { metadata: ofEndpoint } of lbEndpoints) {
      used.add(socketFor(cluster, labelsOf(ofEndpoint), labelsOf(ofLocality)));
    }
  }
  // Hosts that requests bring with them (ORIGINAL_DST) have no metadata.
  if (used.size === 0) used.add(socketFor(cluster, {}, {}));
  for (const { transportSocketMatchCriteria } of cluster.healthChecks) {
    if (transportSocketMatchCriteria !== undefined) used.add(socketFor(cluster, transportSocketMatchCriteria, {}));
  }
  return used;
}

/** The first match that the endpoint's metadata has all labels of, else the first of its locality's. */
function socketFor(cluster: Cluster, ofEndpoint: Labels, ofLocality: Labels): TransportSocket | undefined {
  const { transportSocketMatches: matches } = cluster;
  const match =
    matches.find((candidate) => hasLabels(ofEndpoint, candidate)) ??
    matches.find((candidate) => hasLabels(ofLocality, candidate));
  return match === undefined ? cluster.transportSocket : match.transportSocket;
}

function hasLabels(labels: Labels, { match = {} }: Cluster_TransportSocketMatch): boolean {
  return Object.entries(match).every(([name, value]) => isDeepStrictEqual(labels[name], value));
}

function labelsOf(metadata: MetadataMessage | undefined): Labels {
  return metadata?.filterMetadata[MATCH_METADATA] ?? {};
}
