import type {
  Cluster,
  LoadBalancingPolicy,
  LoadBalancingPolicy_Policy,
} from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { TypedExtensionConfig } from "../gen/envoy/config/core/v3/extension_pb.js";
import type { LeastRequest } from "../gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js";
import type { Random } from "../gen/envoy/extensions/load_balancing_policies/random/v3/random_pb.js";
import type { RoundRobin } from "../gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js";
import type { LbPolicy } from "../upstream/cluster-info.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension } from "./extension.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";

const POLICIES = "envoy.extensions.load_balancing_policies";

/** The load balancing policies that exist as extensions. A new one is added here. */
const LB_POLICIES: readonly Extension<LbPolicy>[] = [
  extension<RoundRobin, LbPolicy>(
    "envoy.load_balancing_policies.round_robin",
    implemented<RoundRobin>(`${POLICIES}.round_robin.v3.RoundRobin`, {}),
    () => "roundRobin",
  ),
  extension<LeastRequest, LbPolicy>(
    "envoy.load_balancing_policies.least_request",
    implemented<LeastRequest>(`${POLICIES}.least_request.v3.LeastRequest`, {}),
    () => "leastRequest",
  ),
  extension<Random, LbPolicy>(
    "envoy.load_balancing_policies.random",
    implemented<Random>(`${POLICIES}.random.v3.Random`, {}),
    () => "random",
  ),
];

/** Values of `Cluster.lb_policy`. */
const LB_POLICY_NAMES: Readonly<Record<string, LbPolicy>> = {
  ROUND_ROBIN: "roundRobin",
  LEAST_REQUEST: "leastRequest",
  RANDOM: "random",
};

export const LOAD_BALANCING_POLICY_FIELDS: MessageTable = implemented<LoadBalancingPolicy>(
  "envoy.config.cluster.v3.LoadBalancingPolicy",
  {
    policies: implemented<LoadBalancingPolicy_Policy>("envoy.config.cluster.v3.LoadBalancingPolicy.Policy", {
      typed_extension_config: implemented<TypedExtensionConfig>("envoy.config.core.v3.TypedExtensionConfig", {
        name: true,
        typed_config: extensions(() => LB_POLICIES.map((policy) => policy.table)),
      }),
    }),
  },
);

/** `load_balancing_policy` when it is set, else `lb_policy`. Null with an error when there is no such policy. */
export function convertLbPolicy(cluster: Cluster, context: ConversionContext): LbPolicy | null {
  if (cluster.loadBalancingPolicy !== undefined) return firstKnown(cluster, cluster.loadBalancingPolicy, context);
  const name = context.enumName(cluster, "lbPolicy");
  const policy = LB_POLICY_NAMES[name];
  if (policy !== undefined) return policy;
  context.notImplemented(cluster, "lbPolicy", `the load balancing policy ${name}`);
  return null;
}

/** The list is an order of preference: the first policy that is known counts. */
function firstKnown(cluster: Cluster, list: LoadBalancingPolicy, context: ConversionContext): LbPolicy | null {
  for (const { typedExtensionConfig } of list.policies) {
    const any = typedExtensionConfig?.typedConfig;
    const unpacked = any === undefined ? null : context.unpack(any);
    const found = LB_POLICIES.find((candidate) => candidate.table.typeName === unpacked?.desc.typeName);
    if (found !== undefined && unpacked !== null) return found.convert(unpacked.message, context);
  }
  const names = LB_POLICIES.map((policy) => policy.name).join(", ");
  const text = "none of these load balancing policies is implemented by Sluice yet";
  context.error(cluster, "loadBalancingPolicy", text, `implemented: ${names}`);
  return null;
}
