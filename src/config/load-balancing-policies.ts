import type { Message } from "@bufbuild/protobuf";
import type { LoadBalancingPolicy, LoadBalancingPolicy_Policy } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { TypedExtensionConfig } from "../gen/envoy/config/core/v3/extension_pb.js";
import type { RouteAction_HashPolicy } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { ClusterProvided } from "../gen/envoy/extensions/load_balancing_policies/cluster_provided/v3/cluster_provided_pb.js";
import type { LeastRequest } from "../gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js";
import type { Maglev } from "../gen/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js";
import type {
  OverrideHost,
  OverrideHost_OverrideHostSource,
} from "../gen/envoy/extensions/load_balancing_policies/override_host/v3/override_host_pb.js";
import type { Random } from "../gen/envoy/extensions/load_balancing_policies/random/v3/random_pb.js";
import type { RingHash } from "../gen/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js";
import type { RoundRobin } from "../gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js";
import type { Subset } from "../gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js";
import type { WrrLocality } from "../gen/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality_pb.js";
import type { LbPolicyConfig } from "../upstream/load-balancing-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension } from "./extension.js";
import type { FieldName } from "./field-name.js";
import { convertMaglev, convertRingHash, MAGLEV_FIELDS, RING_HASH_FIELDS } from "./hash-lb-config.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";
import { convertLeastRequest, LEAST_REQUEST_FIELDS } from "./least-request-config.js";
import { convertLocalityLb, LOCALITY_LB_FIELDS } from "./locality-lb-config.js";
import { convertMetadataKey, METADATA_KEY_FIELDS } from "./original-dst-config.js";
import { convertSlowStart, SLOW_START_FIELDS } from "./slow-start-config.js";
import { convertSubset, subsetFields } from "./subset-lb-config.js";

const POLICIES = "envoy.extensions.load_balancing_policies";
const NAMES = "envoy.load_balancing_policies";

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

const OVERRIDE_HOST_FIELDS = implemented<OverrideHost>(`${POLICIES}.override_host.v3.OverrideHost`, {
  override_host_sources: implemented<OverrideHost_OverrideHostSource>(
    `${POLICIES}.override_host.v3.OverrideHost.OverrideHostSource`,
    { header: true, metadata: METADATA_KEY_FIELDS },
  ),
  fallback_policy: () => LOAD_BALANCING_POLICY_FIELDS,
});

/** The load balancing policies that exist as extensions. A new one is added here. */
const LB_POLICIES: readonly Extension<LbPolicyConfig>[] = [
  extension<RoundRobin, LbPolicyConfig>(
    `${NAMES}.round_robin`,
    implemented<RoundRobin>(`${POLICIES}.round_robin.v3.RoundRobin`, {
      slow_start_config: SLOW_START_FIELDS,
      locality_lb_config: LOCALITY_LB_FIELDS,
    }),
    (message, context) => ({
      kind: "roundRobin",
      slowStart: convertSlowStart(message.slowStartConfig, context),
      locality: convertLocalityLb(message.localityLbConfig?.localityConfigSpecifier),
    }),
  ),
  extension<LeastRequest, LbPolicyConfig>(`${NAMES}.least_request`, LEAST_REQUEST_FIELDS, convertLeastRequest),
  extension<Random, LbPolicyConfig>(
    `${NAMES}.random`,
    implemented<Random>(`${POLICIES}.random.v3.Random`, { locality_lb_config: LOCALITY_LB_FIELDS }),
    (message) => ({ kind: "random", locality: convertLocalityLb(message.localityLbConfig?.localityConfigSpecifier) }),
  ),
  extension<RingHash, LbPolicyConfig>(`${NAMES}.ring_hash`, RING_HASH_FIELDS, convertRingHash),
  extension<Maglev, LbPolicyConfig>(`${NAMES}.maglev`, MAGLEV_FIELDS, convertMaglev),
  extension<Subset, LbPolicyConfig>(
    `${NAMES}.subset`,
    subsetFields(() => LOAD_BALANCING_POLICY_FIELDS),
    (message, context) => {
      const policy = convertPolicyList(message, "subsetLbPolicy", message.subsetLbPolicy, context);
      return policy === null ? null : convertSubset(message, policy, context);
    },
  ),
  extension<WrrLocality, LbPolicyConfig>(
    `${NAMES}.wrr_locality`,
    implemented<WrrLocality>(`${POLICIES}.wrr_locality.v3.WrrLocality`, {
      endpoint_picking_policy: () => LOAD_BALANCING_POLICY_FIELDS,
    }),
    (message, context) => {
      const policy = convertPolicyList(message, "endpointPickingPolicy", message.endpointPickingPolicy, context);
      return policy === null ? null : byLocalityWeights(policy);
    },
  ),
  extension<OverrideHost, LbPolicyConfig>(`${NAMES}.override_host`, OVERRIDE_HOST_FIELDS, convertOverrideHost),
  extension<ClusterProvided, LbPolicyConfig>(
    `${NAMES}.cluster_provided`,
    implemented<ClusterProvided>(`${POLICIES}.cluster_provided.v3.ClusterProvided`, {}),
    () => ({ kind: "clusterProvided" }),
  ),
];

function convertOverrideHost(message: OverrideHost, context: ConversionContext): LbPolicyConfig | null {
  const sources = message.overrideHostSources.map(({ header, metadata }, index) => {
    if ((header === "") === (metadata === undefined)) {
      context.itemError(message, "overrideHostSources", index, "is a `header` or `metadata`, one of them");
    }
    return { headerName: header.toLowerCase(), metadataKey: convertMetadataKey(metadata) };
  });
  const policy = convertPolicyList(message, "fallbackPolicy", message.fallbackPolicy, context);
  if (policy?.kind === "clusterProvided") {
    context.error(message, "fallbackPolicy", "requests that name no host need a policy of their own");
    return null;
  }
  return policy === null ? null : { kind: "overrideHost", sources, policy };
}

/**
 * The list is an order of preference: the first policy that is known counts. Null with an error when none is; those before
 * it that are not implemented are warnings.
 */
export function convertPolicyList<M extends Message>(
  owner: M,
  field: FieldName<M>,
  list: LoadBalancingPolicy | undefined,
  context: ConversionContext,
): LbPolicyConfig | null {
  const policies = list?.policies ?? [];
  const preferred = preferredPolicy(policies, context);
  const passedOver = policies.slice(0, preferred?.index);
  // Which one was meant cannot be told.
  if (passedOver.some((policy) => context.isBroken(policy, "typedExtensionConfig"))) return null;
  if (preferred === null) {
    const wanted = policies.map(({ typedExtensionConfig }) => typedExtensionConfig?.name ?? "").join(", ");
    const names = LB_POLICIES.map((policy) => policy.name).join(", ");
    const text = `none of these load balancing policies is implemented by Sluice yet: ${wanted}`;
    context.error(owner, field, text, `implemented: ${names}`);
    return null;
  }
  const { extension: chosen, message } = preferred;
  for (const { typedExtensionConfig } of passedOver) {
    if (typedExtensionConfig === undefined) continue;
    const text = `the load balancing policy "${typedExtensionConfig.name}" is not implemented by Sluice; ${chosen.name} takes its place`;
    context.noEffect(typedExtensionConfig, "name", text);
  }
  return chosen.convert(message, context);
}

interface PreferredPolicy {
  readonly extension: Extension<LbPolicyConfig>;
  readonly message: Message;
  /** Its place in the list. */
  readonly index: number;
}

function preferredPolicy(
  policies: readonly LoadBalancingPolicy_Policy[],
  context: ConversionContext,
): PreferredPolicy | null {
  for (const [index, { typedExtensionConfig }] of policies.entries()) {
    const any = typedExtensionConfig?.typedConfig;
    const unpacked = any === undefined ? null : context.unpack(any);
    const found = LB_POLICIES.find((candidate) => candidate.table.typeName === unpacked?.desc.typeName);
    if (found !== undefined && unpacked !== null) return { extension: found, message: unpacked.message, index };
  }
  return null;
}

/** Hash policies that the balancer has itself, in place of those of clusters and routes. */
export function balancerHashPolicies(
  list: LoadBalancingPolicy | undefined,
  context: ConversionContext,
): readonly RouteAction_HashPolicy[] {
  const message = preferredPolicy(list?.policies ?? [], context)?.message;
  switch (message?.$typeName) {
    case RING_HASH_FIELDS.typeName:
    case MAGLEV_FIELDS.typeName:
      return (message as RingHash | Maglev).consistentHashingLbConfig?.hashPolicy ?? [];
    case `${POLICIES}.subset.v3.Subset`:
      return balancerHashPolicies((message as Subset).subsetLbPolicy, context);
    case OVERRIDE_HOST_FIELDS.typeName:
      return balancerHashPolicies((message as OverrideHost).fallbackPolicy, context);
    case `${POLICIES}.wrr_locality.v3.WrrLocality`:
      return balancerHashPolicies((message as WrrLocality).endpointPickingPolicy, context);
    default:
      return [];
  }
}

/** `wrr_locality` picks the locality by its weight and leaves the endpoint to another policy. */
function byLocalityWeights(policy: LbPolicyConfig): LbPolicyConfig {
  switch (policy.kind) {
    case "roundRobin":
    case "leastRequest":
    case "random":
      return { ...policy, locality: { ...policy.locality, weighted: true } };
    case "ringHash":
    case "maglev":
      return { ...policy, hashing: { ...policy.hashing, localityWeighted: true } };
    case "subset":
    case "overrideHost":
      return { ...policy, policy: byLocalityWeights(policy.policy) };
    case "clusterProvided":
      return policy;
  }
}
