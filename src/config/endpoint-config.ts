import { isIP } from "node:net";
import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type {
  Endpoint,
  Endpoint_AdditionalAddress,
  LbEndpoint,
  LocalityLbEndpoints,
} from "../gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import type {
  ClusterLoadAssignment,
  ClusterLoadAssignment_Policy,
  ClusterLoadAssignment_Policy_DropOverload,
} from "../gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { Address } from "../network/address.js";
import type { DiscoveryType, EndpointConfig } from "../upstream/cluster-info.js";
import type { EndpointHealth } from "../upstream/host-health.js";
import type { Locality } from "../upstream/locality.js";
import { ADDRESS_FIELDS, convertAddress } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertEndpointHealthCheck, ENDPOINT_HEALTH_CHECK_FIELDS } from "./health-check.js";
import { implemented, type MessageTable, refused, refusedByConverter } from "./implemented-fields.js";
import { convertLocality, LOCALITY_FIELDS } from "./locality-config.js";
import { convertMetadata, METADATA_FIELDS } from "./metadata-config.js";
import { FRACTIONAL_PERCENT_FIELDS } from "./runtime-fraction.js";

const ENDPOINT_FIELDS = implemented<Endpoint>("envoy.config.endpoint.v3.Endpoint", {
  address: ADDRESS_FIELDS,
  hostname: true,
  health_check_config: ENDPOINT_HEALTH_CHECK_FIELDS,
  additional_addresses: implemented<Endpoint_AdditionalAddress>("envoy.config.endpoint.v3.Endpoint.AdditionalAddress", {
    address: ADDRESS_FIELDS,
  }),
});

const LB_ENDPOINT_FIELDS = implemented<LbEndpoint>("envoy.config.endpoint.v3.LbEndpoint", {
  endpoint: ENDPOINT_FIELDS,
  endpoint_name: refusedByConverter("endpoints stand where they are used"),
  load_balancing_weight: true,
  health_status: true,
  metadata: METADATA_FIELDS,
});

export const LOAD_ASSIGNMENT_FIELDS: MessageTable = implemented<ClusterLoadAssignment>(
  "envoy.config.endpoint.v3.ClusterLoadAssignment",
  {
    cluster_name: true,
    endpoints: implemented<LocalityLbEndpoints>("envoy.config.endpoint.v3.LocalityLbEndpoints", {
      locality: LOCALITY_FIELDS,
      load_balancing_weight: true,
      priority: true,
      metadata: METADATA_FIELDS,
      lb_endpoints: LB_ENDPOINT_FIELDS,
      load_balancer_endpoints: refused("its endpoints would be missing"),
      leds_cluster_locality_config: refused("its endpoints would be missing"),
    }),
    policy: implemented<ClusterLoadAssignment_Policy>("envoy.config.endpoint.v3.ClusterLoadAssignment.Policy", {
      overprovisioning_factor: true,
      weighted_priority_health: true,
      drop_overloads: implemented<ClusterLoadAssignment_Policy_DropOverload>(
        "envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload",
        { category: true, drop_percentage: FRACTIONAL_PERCENT_FIELDS },
      ),
    }),
  },
);

const USE_DNS = "use `type: STRICT_DNS` for a cluster whose hosts are names";

const HEALTHS: Readonly<Record<string, EndpointHealth>> = {
  UNKNOWN: "unknown",
  HEALTHY: "healthy",
  UNHEALTHY: "unhealthy",
  DRAINING: "draining",
  TIMEOUT: "timeout",
  DEGRADED: "degraded",
};

/** The endpoints of a cluster's `load_assignment`, of all localities and priorities. */
export function convertEndpoints(
  cluster: Cluster,
  discovery: DiscoveryType,
  context: ConversionContext,
): EndpointConfig[] {
  const groups = cluster.loadAssignment?.endpoints ?? [];
  const count = groups.reduce((sum, { lbEndpoints }) => sum + lbEndpoints.length, 0);
  if (discovery === "logicalDns" && count !== 1) {
    const text = `a LOGICAL_DNS cluster has exactly one endpoint, not ${count}`;
    context.error(cluster.loadAssignment ?? cluster, null, text, "STRICT_DNS takes any number");
  }
  checkWeights(groups, context);
  const endpoints = groups.flatMap((group) => convertGroup(group, discovery, context));
  // The only host of a cluster is of the first priority, whatever the number.
  if (discovery === "logicalDns") return endpoints.map((endpoint) => ({ ...endpoint, priority: 0 }));
  checkPriorities(groups, context);
  return endpoints;
}

/**
 * Priorities are counted from 0 without a gap (`LocalityLbEndpoints.priority`). Envoy takes a gap for a priority without
 * hosts, so it is seldom meant and does no harm.
 */
function checkPriorities(groups: readonly LocalityLbEndpoints[], context: ConversionContext): void {
  const used = new Set(groups.map(({ priority }) => priority));
  for (const group of groups) {
    const { priority } = group;
    if (priority === 0 || used.has(priority - 1)) continue;
    const text = `there is no priority ${priority - 1}: it is taken for one without hosts, as Envoy does`;
    context.noEffect(group, "priority", text);
  }
}

/** Balancers add the weights of a locality, and of a priority's localities, up in 32 bits. */
function checkWeights(groups: readonly LocalityLbEndpoints[], context: ConversionContext): void {
  const ofPriority = new Map<number, number>();
  for (const group of groups) {
    let weight = 0;
    for (const { loadBalancingWeight } of group.lbEndpoints) weight += loadBalancingWeight ?? 1;
    if (weight > MAX_WEIGHT_SUM) {
      context.error(
        group,
        "lbEndpoints",
        `the weights of a locality's endpoints sum up to ${weight}, more than 2^32 - 1`,
      );
    }
    const sum = (ofPriority.get(group.priority) ?? 0) + (group.loadBalancingWeight ?? 0);
    ofPriority.set(group.priority, sum);
    if (sum > MAX_WEIGHT_SUM) {
      const text = `the weights of the localities of priority ${group.priority} sum up to ${sum}, more than 2^32 - 1`;
      context.error(group, "loadBalancingWeight", text);
    }
  }
}

const MAX_WEIGHT_SUM = 0xffff_ffff;

/** What an endpoint has from the locality that it is listed in. */
interface GroupConfig {
  readonly priority: number;
  readonly locality: Locality;
  readonly localityWeight: number;
}

function convertGroup(
  group: LocalityLbEndpoints,
  discovery: DiscoveryType,
  context: ConversionContext,
): EndpointConfig[] {
  const ofGroup: GroupConfig = {
    priority: group.priority,
    locality: convertLocality(group.locality),
    localityWeight: group.loadBalancingWeight ?? 0,
  };
  return group.lbEndpoints
    .map((message) => convertEndpoint(message, ofGroup, discovery, context))
    .filter((endpoint) => endpoint !== null);
}

function convertEndpoint(
  message: LbEndpoint,
  ofGroup: GroupConfig,
  discovery: DiscoveryType,
  context: ConversionContext,
): EndpointConfig | null {
  const { hostIdentifier } = message;
  if (hostIdentifier.case === "endpointName") {
    context.error(message, "endpointName", "endpoints by name are for discovery only", "use `endpoint`");
    return null;
  }
  const endpoint = hostIdentifier.value;
  if (endpoint?.address === undefined) {
    const broken = endpoint !== undefined && context.isBroken(endpoint, "address");
    if (!broken) context.error(endpoint ?? message, null, "an endpoint needs an address");
    return null;
  }
  const isStatic = discovery === "static";
  const address = convertAddress(endpoint.address, context, isStatic ? "ipOnly" : "ipOrName", USE_DNS);
  if (address === null) return null;
  if (address.kind === "pipe" && !isStatic) {
    context.error(endpoint.address, "pipe", "a cluster that resolves names has no pipes", "use `type: STATIC`");
    return null;
  }
  if (address.kind === "ip" && address.port === 0) {
    context.error(endpoint.address, "socketAddress", "an endpoint needs a port; 0 is none");
    return null;
  }
  const name = address.kind === "ip" && isIP(address.host) === 0 ? address.host : "";
  const hostname = endpoint.hostname === "" ? name : endpoint.hostname;
  const health = HEALTHS[context.enumName(message, "healthStatus")];
  // A number that the enum does not define has been reported.
  if (health === undefined) return null;
  const metadata = convertMetadata(message.metadata);
  const { healthCheckConfig } = endpoint;
  const reachable = withOtherHosts(address, endpoint, isStatic, context);
  const checked =
    healthCheckConfig === undefined
      ? {}
      : { healthCheck: convertEndpointHealthCheck(healthCheckConfig, address, context) };
  return {
    address: reachable,
    hostname,
    weight: message.loadBalancingWeight ?? 1,
    ...ofGroup,
    health,
    metadata,
    ...checked,
  };
}

/** Where else the endpoint may be reached. Node tries addresses of one port only. */
function withOtherHosts(address: Address, endpoint: Endpoint, isStatic: boolean, context: ConversionContext): Address {
  const { additionalAddresses } = endpoint;
  if (additionalAddresses.length === 0) return address;
  if (address.kind === "pipe" || !isStatic) {
    context.noEffect(
      endpoint,
      "additionalAddresses",
      "only an endpoint of a STATIC cluster that has a port has further addresses",
    );
    return address;
  }
  const otherHosts: string[] = [];
  for (const message of additionalAddresses) {
    const other = message.address === undefined ? null : convertAddress(message.address, context, "ipOnly");
    if (other === null) continue;
    if (other.kind === "ip" && other.port === address.port) otherHosts.push(other.host);
    else context.noEffect(message, "address", `only addresses at the endpoint's own port, ${address.port}, are tried`);
  }
  return otherHosts.length === 0 ? address : { ...address, otherHosts };
}
