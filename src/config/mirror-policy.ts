import type { RouteAction_RequestMirrorPolicy as RequestMirrorPolicy } from "../gen/envoy/config/route/v3/route_components_pb.js";
import { isAuthority } from "../http/headers/header-syntax.js";
import type { MirrorPolicyConfig } from "../route/mirror-policy-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { headerKey } from "./header-key.js";
import { convertHeaderMutations, HEADER_MUTATION_FIELDS } from "./header-mutations.js";
import { ignored, implemented, type MessageTable } from "./implemented-fields.js";
import { checkCluster } from "./route-cluster.js";
import { convertRuntimeFraction, RUNTIME_FRACTION_FIELDS } from "./runtime-fraction.js";

export const MIRROR_POLICY_FIELDS: MessageTable = implemented<RequestMirrorPolicy>(
  "envoy.config.route.v3.RouteAction.RequestMirrorPolicy",
  {
    cluster: true,
    cluster_header: true,
    runtime_fraction: RUNTIME_FRACTION_FIELDS,
    disable_shadow_host_suffix_append: true,
    trace_sampled: ignored("there is no tracer"),
    request_headers_mutations: HEADER_MUTATION_FIELDS,
    host_rewrite_literal: true,
  },
);

/** Where copies of requests go. What cannot be used has reported an error and is left out. */
export function convertMirrorPolicies(
  messages: readonly RequestMirrorPolicy[],
  validateClusters: boolean,
  context: ConversionContext,
): MirrorPolicyConfig[] {
  const policies: MirrorPolicyConfig[] = [];
  for (const message of messages) {
    const { cluster: name, clusterHeader, runtimeFraction } = message;
    if ((name === "") === (clusterHeader === "")) {
      context.error(message, null, "requests are mirrored either to a `cluster` or to that of a `cluster_header`");
      continue;
    }
    checkCluster(message, "cluster", name, validateClusters, context);
    policies.push({
      cluster: name === "" ? { kind: "header", header: headerKey(clusterHeader) } : { kind: "name", name },
      fraction: runtimeFraction === undefined ? null : convertRuntimeFraction(runtimeFraction, context),
      shadowHost: !message.disableShadowHostSuffixAppend,
      hostLiteral: convertHostLiteral(message, context),
      mutations: convertHeaderMutations(message.requestHeadersMutations, context),
    });
  }
  return policies;
}

function convertHostLiteral(message: RequestMirrorPolicy, context: ConversionContext): string {
  const { hostRewriteLiteral: host } = message;
  if (host === "" || isAuthority(host)) return host;
  context.error(message, "hostRewriteLiteral", `"${host}" is no host, with or without a port`);
  return "";
}
