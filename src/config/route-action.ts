import type {
  RouteAction_MaxStreamDuration as MaxStreamDuration,
  Route,
  RouteAction,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import type {
  ForwardActionConfig,
  GrpcTimeoutConfig,
  MaxStreamDurationConfig,
  RouteActionConfig,
} from "../route/route-action-config.js";
import type { ResourcePriority } from "../upstream/resource-manager.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertDirectResponse } from "./direct-response.js";
import { convertHashPolicies, HASH_POLICY_FIELDS } from "./hash-policy.js";
import { convertHostRewrite } from "./host-rewrite.js";
import { implemented, type MessageTable, refusedByConverter, values } from "./implemented-fields.js";
import { convertInternalRedirect, INTERNAL_REDIRECT_FIELDS } from "./internal-redirect.js";
import { convertMetadataMatch, METADATA_FIELDS } from "./metadata-config.js";
import { convertMirrorPolicies, MIRROR_POLICY_FIELDS } from "./mirror-policy.js";
import { convertPathRewrite, PATH_REWRITE_POLICY_FIELDS } from "./path-rewrite.js";
import { REGEX_SUBSTITUTION_FIELDS } from "./regex-substitution.js";
import { convertRetryPolicy, HEDGE_POLICY_FIELDS, RETRY_POLICY_FIELDS } from "./retry-policy.js";
import { convertCluster, WEIGHTED_CLUSTER_FIELDS } from "./route-cluster.js";
import type { RouteRules } from "./route-config.js";
import { convertRedirect } from "./route-redirect.js";
import { convertRouteUpgrades, ROUTE_UPGRADE_FIELDS } from "./route-upgrade-config.js";

/** `envoy.config.route.v3.RouteAction.timeout`. */
const DEFAULT_ROUTE_TIMEOUT_MS = 15_000;
const NOT_FOUND_STATUS: Readonly<Record<string, number>> = {
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
};

const PRIORITIES: Readonly<Record<string, ResourcePriority>> = { DEFAULT: "default", HIGH: "high" };

export const ROUTE_ACTION_FIELDS: MessageTable = implemented<RouteAction>("envoy.config.route.v3.RouteAction", {
  cluster: true,
  cluster_header: true,
  weighted_clusters: WEIGHTED_CLUSTER_FIELDS,
  cluster_specifier_plugin: refusedByConverter("requests would have no cluster"),
  inline_cluster_specifier_plugin: refusedByConverter("requests would have no cluster"),
  cluster_not_found_response_code: values(() => NOT_FOUND_STATUS),
  prefix_rewrite: true,
  regex_rewrite: REGEX_SUBSTITUTION_FIELDS,
  path_rewrite_policy: PATH_REWRITE_POLICY_FIELDS,
  path_rewrite: true,
  host_rewrite_literal: true,
  auto_host_rewrite: true,
  host_rewrite_header: true,
  host_rewrite_path_regex: REGEX_SUBSTITUTION_FIELDS,
  host_rewrite: true,
  append_x_forwarded_host: true,
  timeout: true,
  idle_timeout: true,
  retry_policy: RETRY_POLICY_FIELDS,
  hedge_policy: HEDGE_POLICY_FIELDS,
  upgrade_configs: ROUTE_UPGRADE_FIELDS,
  max_stream_duration: implemented<MaxStreamDuration>("envoy.config.route.v3.RouteAction.MaxStreamDuration", {
    max_stream_duration: true,
    grpc_timeout_header_max: true,
    grpc_timeout_header_offset: true,
  }),
  max_grpc_timeout: true,
  grpc_timeout_offset: true,
  internal_redirect_policy: INTERNAL_REDIRECT_FIELDS,
  internal_redirect_action: true,
  max_internal_redirects: true,
  request_mirror_policies: MIRROR_POLICY_FIELDS,
  hash_policy: HASH_POLICY_FIELDS,
  metadata_match: METADATA_FIELDS,
  priority: values(() => PRIORITIES),
});

/** What a route does with a request that it matches; null with an error when that cannot be. */
export function convertRouteAction(
  route: Route,
  rules: RouteRules,
  context: ConversionContext,
): RouteActionConfig | null {
  const { action } = route;
  switch (action.case) {
    case "route":
      return convertForward(action.value, route, rules, context);
    case "redirect":
      return convertRedirect(action.value, context);
    case "directResponse":
      return convertDirectResponse(action.value, rules.maxDirectResponseBytes, context);
    case "nonForwardingAction":
      return { kind: "nonForwarding" };
    case "filterAction":
      context.notImplemented(route, action.case, "this action of a route");
      return null;
    case undefined:
      return null;
  }
}

function convertForward(
  message: RouteAction,
  route: Route,
  rules: RouteRules,
  context: ConversionContext,
): ForwardActionConfig | null {
  const cluster = convertCluster(message, rules.validateClusters, context);
  const hostRewrite = convertHostRewrite(message, context);
  const pathRewrite = convertPathRewrite(message, route.match, context);
  const timeoutMs = context.milliseconds(message, "timeout", message.timeout, DEFAULT_ROUTE_TIMEOUT_MS);
  const idleTimeoutMs = context.milliseconds(message, "idleTimeout", message.idleTimeout, null);
  const upgrades = convertRouteUpgrades(message, context);
  const maxStreamDuration = convertMaxStreamDuration(message.maxStreamDuration, context);
  const grpcTimeout = convertGrpcTimeout(message, context);
  const mirrorPolicies = convertMirrorPolicies(message.requestMirrorPolicies, rules.validateClusters, context);
  const clusterNotFoundStatus = NOT_FOUND_STATUS[context.enumName(message, "clusterNotFoundResponseCode")];
  const priority = PRIORITIES[context.enumName(message, "priority")];
  if (cluster === null || hostRewrite === null || pathRewrite === "faulty") return null;
  // Numbers that the enums do not define have been reported.
  if (clusterNotFoundStatus === undefined || priority === undefined) return null;
  return {
    kind: "forward",
    cluster,
    priority,
    timeoutMs,
    retryPolicy:
      message.retryPolicy === undefined ? rules.retryPolicy : convertRetryPolicy(message.retryPolicy, context),
    hedgeOnPerTryTimeout: (message.hedgePolicy ?? rules.hedgePolicy)?.hedgeOnPerTryTimeout ?? false,
    ...rules.replayLimits,
    idleTimeoutMs,
    maxStreamDuration,
    grpcTimeout,
    clusterNotFoundStatus,
    pathRewrite,
    hostRewrite,
    upgrades,
    appendForwardedHost: message.appendXForwardedHost,
    internalRedirect: convertInternalRedirect(message, context),
    mirrorPolicies: mirrorPolicies.length === 0 ? rules.mirrorPolicies : mirrorPolicies,
    hashPolicies: convertHashPolicies(message.hashPolicy, context),
    metadataMatch: convertMetadataMatch(message.metadataMatch),
  };
}

function convertMaxStreamDuration(
  message: MaxStreamDuration | undefined,
  context: ConversionContext,
): MaxStreamDurationConfig | null {
  if (message === undefined) return null;
  const { maxStreamDuration, grpcTimeoutHeaderMax, grpcTimeoutHeaderOffset } = message;
  return {
    durationMs: context.milliseconds(message, "maxStreamDuration", maxStreamDuration, null),
    grpcHeaderMaxMs: context.milliseconds(message, "grpcTimeoutHeaderMax", grpcTimeoutHeaderMax, null),
    grpcHeaderOffsetMs: context.milliseconds(message, "grpcTimeoutHeaderOffset", grpcTimeoutHeaderOffset, null),
  };
}

function convertGrpcTimeout(message: RouteAction, context: ConversionContext): GrpcTimeoutConfig | null {
  const maxMs = context.milliseconds(message, "maxGrpcTimeout", message.maxGrpcTimeout, null);
  const offsetMs = context.milliseconds(message, "grpcTimeoutOffset", message.grpcTimeoutOffset, 0);
  return maxMs === null ? null : { maxMs, offsetMs };
}
