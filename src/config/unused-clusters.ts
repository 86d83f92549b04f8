import type { DescField, Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { Bootstrap } from "../gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import { getField, isMessageValue } from "./decode/message-access.js";
import type { SourceMap } from "./decode/source-map.js";
import { isAny } from "./implemented-fields.js";

/** Fields by which a request itself, or code, names the cluster: then it can be any. */
const ANY_CLUSTER = new Set(["cluster_header", "cluster_specifier_plugin", "inline_cluster_specifier_plugin"]);
/** What no request of a client goes through: the ways to management servers, tracers and other gRPC services. */
const CONTROL_PLANE = new Set([
  "envoy.config.core.v3.ConfigSource",
  "envoy.config.core.v3.GrpcService",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing",
]);
const WEIGHTED = "envoy.config.route.v3.WeightedCluster.ClusterWeight";

/**
 * The static clusters that nothing in the listeners names: those that only a management server, a tracer or a secret
 * service would use. They cannot take a request, so what Sluice cannot do of them is no reason to refuse the rest.
 */
export function unusedClusters(bootstrap: Bootstrap, sourceMap: SourceMap): ReadonlySet<Message> {
  const clusters = bootstrap.staticResources?.clusters ?? [];
  const listeners = bootstrap.staticResources?.listeners ?? [];
  // Clusters alone are somebody's first steps, or a test: then they are what it is about.
  if (listeners.length === 0 && bootstrap.dynamicResources === undefined) return new Set();
  const named = new NamedClusters(sourceMap);
  for (const listener of listeners) named.visit(listener);
  // Clusters can be made of others (aggregate clusters).
  for (const cluster of clusters) if (clusterTypeOf(cluster) !== null) named.visit(clusterTypeOf(cluster) as Message);
  return new Set(named.any ? [] : clusters.filter((cluster) => !named.names.has(cluster.name)));
}

function clusterTypeOf({ clusterDiscoveryType }: Cluster): Message | null {
  return clusterDiscoveryType.case === "clusterType" ? clusterDiscoveryType.value : null;
}

/** Collects what stands in any field that names a cluster. */
class NamedClusters {
  readonly names = new Set<string>();
  any = false;
  private readonly sourceMap: SourceMap;

  constructor(sourceMap: SourceMap) {
    this.sourceMap = sourceMap;
  }

  visit(message: Message): void {
    const source = this.sourceMap.source(message);
    if (source === null || CONTROL_PLANE.has(message.$typeName)) return;
    if (isAny(message)) {
      const unpacked = this.sourceMap.unpacked(message as Any);
      if (unpacked !== null) this.visit(unpacked.message);
      return;
    }
    for (const localName of source.fields.keys()) {
      const field = source.desc.field[localName];
      if (field !== undefined) this.visitField(message, field);
    }
  }

  private visitField(message: Message, field: DescField): void {
    if (ANY_CLUSTER.has(field.name)) this.any = true;
    const value = getField(message, field);
    const values =
      typeof value === "object" && value !== null && !isMessageValue(value) ? Object.values(value) : [value];
    const namesCluster = field.name.includes("cluster") || (field.name === "name" && message.$typeName === WEIGHTED);
    for (const item of values) {
      if (typeof item === "string" && namesCluster) this.names.add(item);
      else if (isMessageValue(item)) this.visit(item);
    }
  }
}
