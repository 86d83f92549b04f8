import { isIP } from "node:net";
import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type {
  Endpoint,
  LbEndpoint,
  LocalityLbEndpoints,
} from "../gen/envoy/config/endpoint/v3/endpoint_components_pb.js";
import type { ClusterLoadAssignment } from "../gen/envoy/config/endpoint/v3/endpoint_pb.js";
import type { DiscoveryType, EndpointConfig } from "../upstream/cluster-info.js";
import { ADDRESS_FIELDS, convertAddress } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable, refused } from "./implemented-fields.js";

const ENDPOINT_FIELDS = implemented<Endpoint>("envoy.config.endpoint.v3.Endpoint", {
  address: ADDRESS_FIELDS,
  hostname: true,
});

const LB_ENDPOINT_FIELDS = implemented<LbEndpoint>("envoy.config.endpoint.v3.LbEndpoint", {
  endpoint: ENDPOINT_FIELDS,
  // The converter refuses it.
  endpoint_name: true,
  load_balancing_weight: true,
  health_status: refused("the host would get requests all the same"),
});

export const LOAD_ASSIGNMENT_FIELDS: MessageTable = implemented<ClusterLoadAssignment>(
  "envoy.config.endpoint.v3.ClusterLoadAssignment",
  {
    cluster_name: true,
    endpoints: implemented<LocalityLbEndpoints>("envoy.config.endpoint.v3.LocalityLbEndpoints", {
      lb_endpoints: LB_ENDPOINT_FIELDS,
      load_balancer_endpoints: refused("its endpoints would be missing"),
      leds_cluster_locality_config: refused("its endpoints would be missing"),
      priority: refused("hosts that are kept in reserve would get requests"),
    }),
  },
);

const USE_DNS = "use `type: STRICT_DNS` for a cluster whose hosts are names";

/** The endpoints of a cluster's `load_assignment`, of all localities. */
export function convertEndpoints(
  cluster: Cluster,
  discovery: DiscoveryType,
  context: ConversionContext,
): EndpointConfig[] {
  const messages = cluster.loadAssignment?.endpoints.flatMap((locality) => locality.lbEndpoints) ?? [];
  if (discovery === "logicalDns" && messages.length !== 1) {
    const text = `a LOGICAL_DNS cluster has exactly one endpoint, not ${messages.length}`;
    context.error(cluster.loadAssignment ?? cluster, null, text, "STRICT_DNS takes any number");
  }
  return messages
    .map((message) => convertEndpoint(message, discovery, context))
    .filter((endpoint) => endpoint !== null);
}

function convertEndpoint(
  message: LbEndpoint,
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
    const holder = endpoint ?? message;
    context.error(holder, null, "an endpoint needs an address");
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
  return { address, hostname, weight: message.loadBalancingWeight ?? 1 };
}
