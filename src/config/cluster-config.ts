import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ClusterInfo, DiscoveryType, DnsLookupFamily } from "../upstream/cluster-info.js";
import { CIRCUIT_BREAKER_FIELDS, convertLimits } from "./circuit-breakers.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertEndpoints, LOAD_ASSIGNMENT_FIELDS } from "./endpoint-config.js";
import { convertHealthCheck, HEALTH_CHECK_FIELDS } from "./health-check.js";
import { extensions, implemented, type MessageTable, refused } from "./implemented-fields.js";
import { convertLbPolicy, LOAD_BALANCING_POLICY_FIELDS } from "./load-balancing-config.js";
import { convertOutlierDetection, OUTLIER_DETECTION_FIELDS } from "./outlier-detection.js";
import { BIND_FIELDS, CONNECTION_OPTIONS_FIELDS, PRECONNECT_FIELDS } from "./pool-policy-config.js";
import { checkTransportSocket, TRANSPORT_SOCKET_FIELDS } from "./transport-socket.js";
import {
  convertUpstreamHttpOptions,
  UPSTREAM_COMMON_FIELDS,
  UPSTREAM_HTTP1_FIELDS,
  UPSTREAM_OPTIONS_FIELDS,
} from "./upstream-http-options.js";

const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_DNS_REFRESH_RATE_MS = 5_000;
/** Percent */
const DEFAULT_OVERPROVISIONING_FACTOR = 140;
/** `per_connection_buffer_limit_bytes` of listeners and clusters. */
export const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

const DISCOVERY_TYPES: Readonly<Record<string, DiscoveryType>> = {
  STATIC: "static",
  STRICT_DNS: "strictDns",
  LOGICAL_DNS: "logicalDns",
};
const DNS_FAMILIES: Readonly<Record<string, DnsLookupFamily>> = {
  AUTO: "auto",
  V4_ONLY: "v4Only",
  V6_ONLY: "v6Only",
  V4_PREFERRED: "v4Preferred",
  ALL: "all",
};

export const CLUSTER_FIELDS: MessageTable = implemented<Cluster>("envoy.config.cluster.v3.Cluster", {
  name: true,
  alt_stat_name: true,
  type: true,
  // The converter refuses it.
  cluster_type: true,
  load_assignment: LOAD_ASSIGNMENT_FIELDS,
  lb_policy: true,
  load_balancing_policy: LOAD_BALANCING_POLICY_FIELDS,
  connect_timeout: true,
  per_connection_buffer_limit_bytes: true,
  circuit_breakers: CIRCUIT_BREAKER_FIELDS,
  health_checks: HEALTH_CHECK_FIELDS,
  outlier_detection: OUTLIER_DETECTION_FIELDS,
  max_requests_per_connection: true,
  preconnect_policy: PRECONNECT_FIELDS,
  upstream_bind_config: BIND_FIELDS,
  upstream_connection_options: CONNECTION_OPTIONS_FIELDS,
  typed_extension_protocol_options: extensions(() => [UPSTREAM_OPTIONS_FIELDS]),
  common_http_protocol_options: UPSTREAM_COMMON_FIELDS,
  http_protocol_options: UPSTREAM_HTTP1_FIELDS,
  // The converter refuses it.
  http2_protocol_options: true,
  dns_refresh_rate: true,
  dns_lookup_family: true,
  respect_dns_ttl: true,
  transport_socket: TRANSPORT_SOCKET_FIELDS,
  transport_socket_matches: refused("connections would not be secured as configured"),
  lb_subset_config: refused("requests would go to hosts outside of their subset"),
});

/** A cluster with Envoy's defaults. */
export function convertCluster(message: Cluster, context: ConversionContext): ClusterInfo | null {
  const discovery = convertDiscovery(message, context);
  const lbPolicy = convertLbPolicy(message, context);
  const dnsLookupFamily = DNS_FAMILIES[context.enumName(message, "dnsLookupFamily")];
  const options = convertUpstreamHttpOptions(message, context);
  const connectTimeoutMs = context.milliseconds(
    message,
    "connectTimeout",
    message.connectTimeout,
    DEFAULT_CONNECT_TIMEOUT_MS,
  );
  const dnsRefreshRateMs = context.milliseconds(
    message,
    "dnsRefreshRate",
    message.dnsRefreshRate,
    DEFAULT_DNS_REFRESH_RATE_MS,
  );
  checkTransportSocket(message.transportSocket, context);
  if (discovery === null) return null;
  const endpoints = convertEndpoints(message, discovery, context);
  if (lbPolicy === null || dnsLookupFamily === undefined) return null;
  return {
    name: message.name,
    statName: (message.altStatName === "" ? message.name : message.altStatName).replaceAll(":", "_"),
    discovery,
    endpoints,
    overprovisioningFactor: message.loadAssignment?.policy?.overprovisioningFactor ?? DEFAULT_OVERPROVISIONING_FACTOR,
    weightedPriorityHealth: message.loadAssignment?.policy?.weightedPriorityHealth ?? false,
    lbPolicy,
    connectTimeoutMs,
    perConnectionBufferLimitBytes: message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES,
    defaultLimits: convertLimits(message.circuitBreakers, "DEFAULT", context),
    highLimits: convertLimits(message.circuitBreakers, "HIGH", context),
    healthChecks: message.healthChecks
      .map((check) => convertHealthCheck(check, context))
      .filter((config) => config !== null),
    outlierDetection:
      message.outlierDetection === undefined ? null : convertOutlierDetection(message.outlierDetection, context),
    ...options,
    dnsRefreshRateMs,
    dnsLookupFamily,
    respectDnsTtl: message.respectDnsTtl,
  };
}

/** STATIC when nothing is said, which is the enum's zero. */
function convertDiscovery(message: Cluster, context: ConversionContext): DiscoveryType | null {
  if (message.clusterDiscoveryType.case === "clusterType") {
    const { name } = message.clusterDiscoveryType.value;
    context.notImplemented(message, "clusterType", `the cluster type "${name}"`);
    return null;
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
