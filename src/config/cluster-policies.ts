import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { HttpProtocolOptions } from "../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import type { ClusterPoliciesConfig } from "../route/cluster-policies.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertHashPolicies, HASH_POLICY_FIELDS } from "./hash-policy.js";
import type { Implementation } from "./implemented-fields.js";
import { balancerHashPolicies } from "./load-balancing-policies.js";
import { convertMirrorPolicies, MIRROR_POLICY_FIELDS } from "./mirror-policy.js";
import { convertRetryPolicy, RETRY_POLICY_FIELDS } from "./retry-policy.js";
import { UPSTREAM_OPTIONS_TYPE } from "./upstream-options-type.js";

/** The part of `HttpProtocolOptions` that is converted here. */
export const CLUSTER_POLICY_FIELDS: Readonly<Record<string, Implementation>> = {
  retry_policy: () => RETRY_POLICY_FIELDS,
  hash_policy: () => HASH_POLICY_FIELDS,
  request_mirror_policies: () => MIRROR_POLICY_FIELDS,
};

/** Policies that a cluster has for all requests that go there; null where it leaves them to the routes. */
export function convertClusterPolicies(cluster: Cluster, context: ConversionContext): ClusterPoliciesConfig | null {
  const options = httpOptionsOf(cluster, context);
  const ofBalancer = balancerHashPolicies(cluster.loadBalancingPolicy, context);
  const retryPolicy = options?.retryPolicy;
  const hashPolicy = ofBalancer.length > 0 ? ofBalancer : (options?.hashPolicy ?? []);
  const requestMirrorPolicies = options?.requestMirrorPolicies ?? [];
  if (retryPolicy === undefined && hashPolicy.length === 0 && requestMirrorPolicies.length === 0) return null;
  return {
    clusterName: cluster.name,
    retryPolicy: retryPolicy === undefined ? null : convertRetryPolicy(retryPolicy, context),
    hashPolicies: convertHashPolicies(hashPolicy, context),
    mirrorPolicies: convertMirrorPolicies(requestMirrorPolicies, true, context),
  };
}

function httpOptionsOf(cluster: Cluster, context: ConversionContext): HttpProtocolOptions | null {
  for (const any of Object.values(cluster.typedExtensionProtocolOptions)) {
    const unpacked = context.unpack(any);
    if (unpacked?.desc.typeName === UPSTREAM_OPTIONS_TYPE) return unpacked.message as HttpProtocolOptions;
  }
  return null;
}
