import type { DirectResponseAction, Route, RouteAction } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type {
  DirectResponseConfig,
  ForwardActionConfig,
  HostRewriteConfig,
  RouteActionConfig,
} from "../route/route-action-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { DATA_SOURCE_FIELDS, readDataSource } from "./data-source.js";
import { closestName } from "./decode/closest-name.js";
import { didYouMean } from "./decode/fault.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertRetryPolicy, HEDGE_POLICY_FIELDS, RETRY_POLICY_FIELDS } from "./retry-policy.js";
import type { RouteRules } from "./route-config.js";
import { convertRouteUpgrades, ROUTE_UPGRADE_FIELDS } from "./route-upgrade-config.js";

/** `envoy.config.route.v3.RouteAction.timeout`. */
const DEFAULT_ROUTE_TIMEOUT_MS = 15_000;
const NOT_FOUND_STATUS: Readonly<Record<string, number>> = {
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
};

export const ROUTE_ACTION_FIELDS: MessageTable = implemented<RouteAction>("envoy.config.route.v3.RouteAction", {
  cluster: true,
  // The converter refuses these four.
  cluster_header: true,
  weighted_clusters: true,
  cluster_specifier_plugin: true,
  inline_cluster_specifier_plugin: true,
  cluster_not_found_response_code: true,
  prefix_rewrite: true,
  host_rewrite_literal: true,
  auto_host_rewrite: true,
  // The converter refuses these two.
  host_rewrite_header: true,
  host_rewrite_path_regex: true,
  timeout: true,
  idle_timeout: true,
  retry_policy: RETRY_POLICY_FIELDS,
  hedge_policy: HEDGE_POLICY_FIELDS,
  upgrade_configs: ROUTE_UPGRADE_FIELDS,
});

export const DIRECT_RESPONSE_FIELDS: MessageTable = implemented<DirectResponseAction>(
  "envoy.config.route.v3.DirectResponseAction",
  { status: true, body: DATA_SOURCE_FIELDS },
);

/** What a route does with a request that it matches. */
export function convertRouteAction(
  route: Route,
  rules: RouteRules,
  context: ConversionContext,
): RouteActionConfig | null {
  const { action } = route;
  switch (action.case) {
    case "route":
      return convertForward(action.value, rules, context);
    case "directResponse":
      return convertDirectResponse(action.value, rules, context);
    case "redirect":
    case "filterAction":
    case "nonForwardingAction":
      context.notImplemented(route, action.case, "this action of a route");
      return null;
    case undefined:
      return null;
  }
}

function convertForward(
  message: RouteAction,
  rules: RouteRules,
  context: ConversionContext,
): ForwardActionConfig | null {
  const cluster = convertCluster(message, rules, context);
  const hostRewrite = convertHostRewrite(message, context);
  const timeoutMs = context.milliseconds(message, "timeout", message.timeout, DEFAULT_ROUTE_TIMEOUT_MS);
  const idleTimeoutMs = context.milliseconds(message, "idleTimeout", message.idleTimeout, null);
  const upgrades = convertRouteUpgrades(message, context);
  const clusterNotFoundStatus = NOT_FOUND_STATUS[context.enumName(message, "clusterNotFoundResponseCode")];
  if (cluster === null || hostRewrite === null || clusterNotFoundStatus === undefined) return null;
  return {
    kind: "forward",
    cluster,
    timeoutMs,
    retryPolicy:
      message.retryPolicy === undefined ? rules.retryPolicy : convertRetryPolicy(message.retryPolicy, context),
    hedgeOnPerTryTimeout: (message.hedgePolicy ?? rules.hedgePolicy)?.hedgeOnPerTryTimeout ?? false,
    replayLimitBytes: rules.replayLimitBytes,
    idleTimeoutMs,
    clusterNotFoundStatus,
    prefixRewrite: message.prefixRewrite,
    hostRewrite,
    upgrades,
  };
}

function convertCluster(message: RouteAction, rules: RouteRules, context: ConversionContext): string | null {
  const { clusterSpecifier: specifier } = message;
  if (specifier.case === undefined) return null;
  if (specifier.case !== "cluster") {
    context.notImplemented(message, specifier.case, "this way to choose a cluster");
    return null;
  }
  const name = specifier.value;
  const { clusterNames } = context;
  if (name !== "" && rules.validateClusters && clusterNames !== null && !clusterNames.has(name)) {
    context.error(message, "cluster", `there is no cluster "${name}"`, didYouMean(closestName(name, clusterNames)));
  }
  return name;
}

function convertHostRewrite(message: RouteAction, context: ConversionContext): HostRewriteConfig | null {
  const { hostRewriteSpecifier: rewrite } = message;
  switch (rewrite.case) {
    case "hostRewriteLiteral":
      return rewrite.value === "" ? { kind: "none" } : { kind: "literal", host: rewrite.value };
    case "autoHostRewrite":
      return { kind: rewrite.value.value ? "auto" : "none" };
    case "hostRewriteHeader":
    case "hostRewritePathRegex":
      context.notImplemented(message, rewrite.case, "this way to rewrite the host");
      return null;
    case undefined:
      return { kind: "none" };
  }
}

function convertDirectResponse(
  message: DirectResponseAction,
  rules: RouteRules,
  context: ConversionContext,
): DirectResponseConfig | null {
  const body = message.body === undefined ? "" : readDataSource(message.body, context);
  if (body === null) return null;
  const limit = rules.maxDirectResponseBytes;
  const size = Buffer.byteLength(body);
  if (size > limit) {
    const hint = "raise `max_direct_response_body_size_bytes` of the route configuration";
    context.error(message, "body", `the body has ${size} bytes; ${limit} are allowed`, hint);
    return null;
  }
  return { kind: "directResponse", status: message.status, body };
}
