import type { Message } from "@bufbuild/protobuf";
import { Runtime } from "../common/runtime.js";
import type {
  Admin,
  Bootstrap,
  Bootstrap_StaticResources,
  ClusterManager,
  ClusterManager_OutlierDetection,
} from "../gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Node } from "../gen/envoy/config/core/v3/base_pb.js";
import type { IpAddress } from "../network/address.js";
import type { AccessLogSinkConfig } from "../stream-info/access-log-config.js";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { ADDRESS_FIELDS, convertAddress } from "./address-config.js";
import { CLUSTER_FIELDS, convertCluster } from "./cluster-config.js";
import { convertClusterPolicies } from "./cluster-policies.js";
import type { ConversionContext } from "./conversion-context.js";
import { ignored, implemented, type MessageTable, sameAs } from "./implemented-fields.js";
import { convertLayeredRuntime, LAYERED_RUNTIME_FIELDS } from "./layered-runtime.js";
import { convertListener, LISTENER_FIELDS } from "./listener-config.js";
import { convertLocality, LOCALITY_FIELDS } from "./locality-config.js";
import { convertOverload, OVERLOAD_FIELDS } from "./overload-config.js";
import { BIND_FIELDS, convertSources } from "./pool-policy-config.js";
import type { AdminConfig, RuntimeConfig } from "./runtime-config.js";
import { overrideByRuntime } from "./runtime-overrides.js";
import { convertStringMatcher, STRING_MATCHER_FIELDS } from "./string-matcher.js";
import { checkUniqueAddresses, checkUniqueNames } from "./uniqueness.js";

const DEFAULT_STATS_FLUSH_INTERVAL_MS = 5_000;

/** The root of what is implemented: everything below `Bootstrap`. */
export const BOOTSTRAP_FIELDS: MessageTable = implemented<Bootstrap>("envoy.config.bootstrap.v3.Bootstrap", {
  node: implemented<Node>("envoy.config.core.v3.Node", {
    id: true,
    cluster: true,
    locality: LOCALITY_FIELDS,
  }),
  static_resources: implemented<Bootstrap_StaticResources>("envoy.config.bootstrap.v3.Bootstrap.StaticResources", {
    listeners: LISTENER_FIELDS,
    clusters: CLUSTER_FIELDS,
  }),
  dynamic_resources: ignored("the listeners and clusters of the management server will be missing"),
  layered_runtime: LAYERED_RUNTIME_FIELDS,
  cluster_manager: implemented<ClusterManager>("envoy.config.bootstrap.v3.ClusterManager", {
    local_cluster_name: true,
    upstream_bind_config: BIND_FIELDS,
    outlier_detection: implemented<ClusterManager_OutlierDetection>(
      "envoy.config.bootstrap.v3.ClusterManager.OutlierDetection",
      { event_log_path: true },
    ),
  }),
  stats_flush_interval: true,
  overload_manager: OVERLOAD_FIELDS,
  admin: implemented<Admin>("envoy.config.bootstrap.v3.Admin", {
    address: ADDRESS_FIELDS,
    allow_paths: STRING_MATCHER_FIELDS,
    access_log_path: sameAs("/dev/null"),
  }),
});

/** The runtime's view of a bootstrap. `unused` are the clusters that no request can reach. What is wrong goes to the context; then the result is not to be used. */
export function convertBootstrap(
  message: Bootstrap,
  context: ConversionContext,
  unused: ReadonlySet<Message>,
): RuntimeConfig {
  const { node } = message;
  context.nodeId = node?.id ?? "";
  const clusters = message.staticResources?.clusters ?? [];
  const listeners = message.staticResources?.listeners ?? [];
  checkUniqueNames(clusters, "cluster", context);
  checkUniqueNames(listeners, "listener", context);
  checkUniqueAddresses(listeningAddresses(message), context);
  const sources = convertSources(message.clusterManager?.upstreamBindConfig, context);
  const layers = convertLayeredRuntime(message.layeredRuntime, context);
  const runtime = new Runtime(layers.runtime);
  return {
    node: { id: node?.id ?? "", cluster: node?.cluster ?? "", locality: convertLocality(node?.locality) },
    localCluster: convertLocalCluster(message, context),
    listeners: listeners.map((listener) => convertListener(listener, context)).filter((config) => config !== null),
    clusterPolicies: clusters
      .filter((cluster) => !unused.has(cluster))
      .map((cluster) => convertClusterPolicies(cluster, context))
      .filter((policies) => policies !== null),
    clusters: clusters
      .map((cluster) => {
        const convert = () => withSources(convertCluster(cluster, context), cluster, sources);
        const info = unused.has(cluster) ? context.convertSpare(convert) : convert();
        return info === null ? null : overrideByRuntime(info, runtime);
      })
      .filter((config) => config !== null),
    ...layers,
    admin: message.admin === undefined ? null : convertAdmin(message.admin, context),
    overload: convertOverload(message.overloadManager, context),
    outlierEventLog: convertOutlierEventLog(message.clusterManager),
    statsFlushIntervalMs: context.milliseconds(
      message,
      "statsFlushInterval",
      message.statsFlushInterval,
      DEFAULT_STATS_FLUSH_INTERVAL_MS,
    ),
  };
}

function convertOutlierEventLog(message: ClusterManager | undefined): AccessLogSinkConfig | null {
  const path = message?.outlierDetection?.eventLogPath ?? "";
  return path === "" ? null : { kind: "file", path };
}

/** A cluster that says nothing of its own end of connections has that of `cluster_manager`. */
function withSources(info: ClusterInfo | null, cluster: Cluster, sources: readonly IpAddress[]): ClusterInfo | null {
  if (info === null || sources.length === 0 || cluster.upstreamBindConfig !== undefined) return info;
  const { poolPolicy } = info;
  return { ...info, poolPolicy: { ...poolPolicy, connect: { ...poolPolicy.connect, sources } } };
}

/** The cluster of this proxy and its equals; it may be one that a management server would bring. */
function convertLocalCluster(message: Bootstrap, context: ConversionContext): string {
  const { clusterManager } = message;
  if (clusterManager === undefined || clusterManager.localClusterName === "") return "";
  const { localClusterName: name } = clusterManager;
  if (context.clusterNames?.has(name) === false) {
    const text = `there is no static cluster "${name}": zones of hosts do not count`;
    context.noEffect(clusterManager, "localClusterName", text);
  }
  return name;
}

/** Without an address there is no admin server, as in Envoy. */
function convertAdmin(message: Admin, context: ConversionContext): AdminConfig | null {
  const address = message.address === undefined ? null : convertAddress(message.address, context, "ipOnly");
  const allowPaths = message.allowPaths.map((matcher) => convertStringMatcher(matcher, context));
  if (address === null) return null;
  // One that cannot be used has reported an error.
  return { address, allowPaths: allowPaths.filter((matcher) => matcher !== null) };
}

function listeningAddresses(message: Bootstrap): NonNullable<Admin["address"]>[] {
  const listeners = message.staticResources?.listeners ?? [];
  const addresses = listeners.flatMap((listener) => [
    listener.address,
    ...listener.additionalAddresses.map((extra) => extra.address),
  ]);
  return [...addresses, message.admin?.address].filter((address) => address !== undefined);
}
