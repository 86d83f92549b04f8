import type { FractionalPercent } from "../common/runtime.js";
import type { Cluster, TrackClusterStats } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ClusterInfo, DiscoveryType } from "../upstream/cluster-info.js";
import type { HealthCheckConfig } from "../upstream/health-check-config.js";
import { CIRCUIT_BREAKER_FIELDS, convertLimits } from "./circuit-breakers.js";
import { CLUSTER_TYPE_FIELDS, checkPolicy, convertClusterType, convertMembers } from "./cluster-type.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertDns, DNS_FIELDS } from "./dns-config.js";
import { convertEndpoints, LOAD_ASSIGNMENT_FIELDS } from "./endpoint-config.js";
import { convertHealthCheck, HEALTH_CHECK_FIELDS } from "./health-check.js";
import { extensions, implemented, type MessageTable, refused, refusedByConverter } from "./implemented-fields.js";
import { convertLoadBalancing, LOAD_BALANCING_FIELDS } from "./load-balancing-config.js";
import { convertMetadata, METADATA_FIELDS } from "./metadata-config.js";
import { convertOriginalDst, ORIGINAL_DST_FIELDS } from "./original-dst-config.js";
import { convertOutlierDetection, OUTLIER_DETECTION_FIELDS } from "./outlier-detection.js";
import { BIND_FIELDS, CONNECTION_OPTIONS_FIELDS, PRECONNECT_FIELDS } from "./pool-policy-config.js";
import { convertFractionalPercent } from "./runtime-fraction.js";
import { TRANSPORT_SOCKET_FIELDS } from "./transport-socket.js";
import { checkTransportSockets, TRANSPORT_SOCKET_MATCH_FIELDS } from "./transport-socket-matches.js";
import {
  convertUpstreamHttpOptions,
  UPSTREAM_COMMON_FIELDS,
  UPSTREAM_HTTP1_FIELDS,
  UPSTREAM_OPTIONS_FIELDS,
} from "./upstream-http-options.js";

const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
/** Percent */
const DEFAULT_OVERPROVISIONING_FACTOR = 140;
/** `per_connection_buffer_limit_bytes` of listeners and clusters. */
export const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

const DISCOVERY_TYPES: Readonly<Record<string, DiscoveryType>> = {
  STATIC: "static",
  STRICT_DNS: "strictDns",
  LOGICAL_DNS: "logicalDns",
  ORIGINAL_DST: "originalDst",
};

export const CLUSTER_FIELDS: MessageTable = implemented<Cluster>("envoy.config.cluster.v3.Cluster", {
  name: true,
  metadata: METADATA_FIELDS,
  alt_stat_name: true,
  type: true,
  cluster_type: CLUSTER_TYPE_FIELDS,
  load_assignment: LOAD_ASSIGNMENT_FIELDS,
  ...LOAD_BALANCING_FIELDS,
  connect_timeout: true,
  per_connection_buffer_limit_bytes: true,
  circuit_breakers: CIRCUIT_BREAKER_FIELDS,
  health_checks: HEALTH_CHECK_FIELDS,
  outlier_detection: OUTLIER_DETECTION_FIELDS,
  close_connections_on_host_health_failure: true,
  ignore_health_on_host_removal: true,
  max_requests_per_connection: true,
  preconnect_policy: PRECONNECT_FIELDS,
  connection_pool_per_downstream_connection: true,
  upstream_bind_config: BIND_FIELDS,
  upstream_connection_options: CONNECTION_OPTIONS_FIELDS,
  typed_extension_protocol_options: extensions(() => [UPSTREAM_OPTIONS_FIELDS]),
  common_http_protocol_options: UPSTREAM_COMMON_FIELDS,
  http_protocol_options: UPSTREAM_HTTP1_FIELDS,
  http2_protocol_options: refusedByConverter("HTTP/2 is not implemented"),
  protocol_selection: true,
  track_timeout_budgets: true,
  track_cluster_stats: implemented<TrackClusterStats>("envoy.config.cluster.v3.TrackClusterStats", {
    timeout_budgets: true,
    request_response_sizes: true,
    per_endpoint_stats: true,
  }),
  ...DNS_FIELDS,
  ...ORIGINAL_DST_FIELDS,
  transport_socket: TRANSPORT_SOCKET_FIELDS,
  transport_socket_matches: TRANSPORT_SOCKET_MATCH_FIELDS,
  transport_socket_matcher: refused("connections would not be secured as configured"),
});

/** A cluster with Envoy's defaults. */
export function convertCluster(message: Cluster, context: ConversionContext): ClusterInfo | null {
  const discovery = convertDiscovery(message, context);
  const loadBalancing = convertLoadBalancing(message, context);
  const dns = convertDns(message, context);
  const options = convertUpstreamHttpOptions(message, context);
  const connectTimeoutMs = context.milliseconds(
    message,
    "connectTimeout",
    message.connectTimeout,
    DEFAULT_CONNECT_TIMEOUT_MS,
  );
  checkTransportSockets(message, context);
  if (discovery === null) return null;
  checkPolicy(message, discovery, loadBalancing?.lbPolicy ?? null, context);
  const endpoints = convertEndpoints(message, discovery, context);
  if (loadBalancing === null || dns === null) return null;
  const observabilityName = message.altStatName === "" ? message.name : message.altStatName;
  return {
    name: message.name,
    observabilityName,
    statName: observabilityName.replaceAll(":", "_"),
    discovery,
    endpoints,
    originalDst: convertOriginalDst(message, discovery, context),
    members: convertMembers(message, discovery, context),
    overprovisioningFactor: message.loadAssignment?.policy?.overprovisioningFactor ?? DEFAULT_OVERPROVISIONING_FACTOR,
    dropOverload: convertDropOverload(message, context),
    weightedPriorityHealth: message.loadAssignment?.policy?.weightedPriorityHealth ?? false,
    ...loadBalancing,
    closeConnectionsOnHostHealthFailure: message.closeConnectionsOnHostHealthFailure,
    ignoreNewHostsUntilFirstCheck: message.commonLbConfig?.ignoreNewHostsUntilFirstHc ?? false,
    ignoreHealthOnHostRemoval: message.ignoreHealthOnHostRemoval,
    connectTimeoutMs,
    perConnectionBufferLimitBytes: message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES,
    defaultLimits: convertLimits(message.circuitBreakers, "DEFAULT", context),
    highLimits: convertLimits(message.circuitBreakers, "HIGH", context),
    healthCheck: convertOnlyHealthCheck(message, context),
    outlierDetection:
      message.outlierDetection === undefined ? null : convertOutlierDetection(message.outlierDetection, context),
    metadata: convertMetadata(message.metadata),
    trackedStats: {
      timeoutBudgets: message.trackClusterStats?.timeoutBudgets ?? message.trackTimeoutBudgets,
      messageSizes: message.trackClusterStats?.requestResponseSizes ?? false,
      perEndpoint: message.trackClusterStats?.perEndpointStats ?? false,
    },
    ...options,
    dns,
  };
}

/** One at most, as in Envoy: of two nobody would know which one a host's health is. */
function convertOnlyHealthCheck(message: Cluster, context: ConversionContext): HealthCheckConfig | null {
  const [check] = message.healthChecks;
  if (message.healthChecks.length > 1) {
    context.itemError(message, "healthChecks", 1, "a cluster has one health check at most");
  }
  return check === undefined ? null : convertHealthCheck(check, context);
}

/** STATIC when nothing is said, which is the enum's zero. */
function convertDiscovery(message: Cluster, context: ConversionContext): DiscoveryType | null {
  const isEds = message.clusterDiscoveryType.case === "type" && context.enumName(message, "type") === "EDS";
  if (message.edsClusterConfig !== undefined && !isEds && !context.isBroken(message, "type")) {
    context.error(message, "edsClusterConfig", "is for clusters of `type: EDS`");
  }
  if (message.clusterDiscoveryType.case === "clusterType") {
    return convertClusterType(message, message.clusterDiscoveryType.value, context);
  }
  // What follows from a default that nobody meant would mislead.
  if (context.isBroken(message, "type")) return null;
  const name = context.enumName(message, "type");
  if (name === "EDS") {
    // As with Envoy before the first answer of its management server.
    const text = "discovery of endpoints (EDS) is known but not implemented by Sluice yet";
    context.noEffect(message, "type", `${text}: the cluster has no hosts, and its requests get a 503`);
    return "static";
  }
  const discovery = DISCOVERY_TYPES[name];
  if (discovery !== undefined) return discovery;
  context.notImplemented(message, "type", `the cluster type ${name}`);
  return null;
}

/** Envoy knows one category. */
function convertDropOverload(message: Cluster, context: ConversionContext): FractionalPercent | null {
  const policy = message.loadAssignment?.policy;
  const [drop, another] = policy?.dropOverloads ?? [];
  if (policy !== undefined && another !== undefined) {
    context.error(policy, "dropOverloads", "only one category of requests to drop is possible, as in Envoy");
  }
  return drop?.dropPercentage === undefined ? null : convertFractionalPercent(drop.dropPercentage, context);
}
