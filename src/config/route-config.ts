import type {
  Decorator,
  HedgePolicy,
  NonForwardingAction,
  Route,
  RouteList,
  VirtualCluster,
  VirtualHost,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { RouteConfiguration } from "../gen/envoy/config/route/v3/route_pb.js";
import { isToken } from "../http/headers/header-syntax.js";
import type { HeaderMatcherConfig } from "../matching/string-matcher-config.js";
import type { MirrorPolicyConfig } from "../route/mirror-policy-config.js";
import type { RetryPolicyConfig } from "../route/retry-policy-config.js";
import type { ReplayLimits } from "../route/route-action-config.js";
import type {
  RouteConfig,
  RouteEntryConfig,
  RouteTreeConfig,
  TlsRequirementLevel,
  VirtualHostConfig,
} from "../route/route-config.js";
import type { RouteLevelConfig } from "../route/route-level.js";
import type { ConversionContext } from "./conversion-context.js";
import { DIRECT_RESPONSE_FIELDS } from "./direct-response.js";
import { type Extension, extension } from "./extension.js";
import { convertFilterOverrides, FILTER_OVERRIDES } from "./filter-overrides.js";
import { convertHeaderMatchers, HEADER_MATCHER_FIELDS } from "./header-matcher.js";
import { ignored, implemented, type MessageTable, refusedByConverter } from "./implemented-fields.js";
import { convertMatcherTree, matcherTreeFields } from "./matcher-tree.js";
import { convertMetadata, METADATA_FIELDS } from "./metadata-config.js";
import { convertMirrorPolicies, MIRROR_POLICY_FIELDS } from "./mirror-policy.js";
import { REQUEST_INPUTS } from "./request-inputs.js";
import { convertRetryPolicy, HEDGE_POLICY_FIELDS, RETRY_POLICY_FIELDS } from "./retry-policy.js";
import { convertRouteAction, ROUTE_ACTION_FIELDS } from "./route-action.js";
import { convertRouteHeaders, ROUTE_HEADER_FIELDS } from "./route-headers.js";
import { convertRouteMatch, ROUTE_MATCH_FIELDS } from "./route-match.js";
import { REDIRECT_FIELDS } from "./route-redirect.js";
import { DomainCheck } from "./virtual-host-domains.js";

const DEFAULT_MAX_DIRECT_RESPONSE_BYTES = 4096;
const ROUTE_FIELDS: MessageTable<Route["$typeName"]> = implemented<Route>("envoy.config.route.v3.Route", {
  name: true,
  metadata: METADATA_FIELDS,
  match: ROUTE_MATCH_FIELDS,
  route: ROUTE_ACTION_FIELDS,
  direct_response: DIRECT_RESPONSE_FIELDS,
  per_request_buffer_limit_bytes: true,
  request_body_buffer_limit: true,
  redirect: REDIRECT_FIELDS,
  filter_action: refusedByConverter("nothing would answer"),
  non_forwarding_action: implemented<NonForwardingAction>("envoy.config.route.v3.NonForwardingAction", {}),
  ...ROUTE_HEADER_FIELDS,
  typed_per_filter_config: FILTER_OVERRIDES,
  stat_prefix: true,
  decorator: implemented<Decorator>("envoy.config.route.v3.Decorator", { operation: true, propagate: true }),
  tracing: ignored("there is no tracer, so nothing is sampled"),
});

const ROUTE_LIST_FIELDS = implemented<RouteList>("envoy.config.route.v3.RouteList", { routes: ROUTE_FIELDS });

const ROUTE_TREE_FIELDS = matcherTreeFields(
  () => REQUEST_INPUTS.map((input) => input.table),
  () => [ROUTE_FIELDS, ROUTE_LIST_FIELDS],
);

const VIRTUAL_CLUSTER_FIELDS = implemented<VirtualCluster>("envoy.config.route.v3.VirtualCluster", {
  name: true,
  headers: HEADER_MATCHER_FIELDS,
});

const TLS_REQUIREMENTS: Readonly<Record<string, TlsRequirementLevel>> = {
  EXTERNAL_ONLY: "externalOnly",
  ALL: "all",
};

const VIRTUAL_HOST_FIELDS = implemented<VirtualHost>("envoy.config.route.v3.VirtualHost", {
  name: true,
  domains: true,
  metadata: METADATA_FIELDS,
  routes: ROUTE_FIELDS,
  retry_policy: RETRY_POLICY_FIELDS,
  hedge_policy: HEDGE_POLICY_FIELDS,
  per_request_buffer_limit_bytes: true,
  request_body_buffer_limit: true,
  request_mirror_policies: MIRROR_POLICY_FIELDS,
  ...ROUTE_HEADER_FIELDS,
  typed_per_filter_config: FILTER_OVERRIDES,
  matcher: ROUTE_TREE_FIELDS,
  require_tls: true,
  virtual_clusters: VIRTUAL_CLUSTER_FIELDS,
  include_request_attempt_count: true,
  include_attempt_count_in_response: true,
  include_is_timeout_retry_header: true,
});

export const ROUTE_CONFIGURATION_FIELDS: MessageTable = implemented<RouteConfiguration>(
  "envoy.config.route.v3.RouteConfiguration",
  {
    name: true,
    virtual_hosts: VIRTUAL_HOST_FIELDS,
    validate_clusters: true,
    max_direct_response_body_size_bytes: true,
    ignore_port_in_host_matching: true,
    vhost_header: true,
    ignore_path_parameters_in_path_matching: true,
    // The connection manager takes these from requests.
    internal_only_headers: true,
    most_specific_header_mutations_wins: true,
    request_mirror_policies: MIRROR_POLICY_FIELDS,
    ...ROUTE_HEADER_FIELDS,
    typed_per_filter_config: FILTER_OVERRIDES,
  },
);

/** What a route has to keep to, from the configuration around it. */
export interface RouteRules {
  /** A route to a cluster that does not exist is an error. */
  readonly validateClusters: boolean;
  readonly maxDirectResponseBytes: number;
  /** Of the virtual host: for routes without their own. */
  readonly retryPolicy: RetryPolicyConfig | null;
  readonly hedgePolicy: HedgePolicy | undefined;
  /** Of the route or of its virtual host: how much of a body may be kept. */
  readonly replayLimits: ReplayLimits;
  /** Of the virtual host or of the whole table: for routes without their own. */
  readonly mirrorPolicies: readonly MirrorPolicyConfig[];
}

function convertVirtualClusterHeaders(message: VirtualCluster, context: ConversionContext): HeaderMatcherConfig[] {
  if (message.headers.length === 0) context.error(message, "headers", "a virtual cluster needs `headers`");
  // Null has reported an error.
  return convertHeaderMatchers(message.headers, context) ?? [];
}

/** A route table that stands in the bootstrap. */
export function convertRouteConfig(message: RouteConfiguration, context: ConversionContext): RouteConfig {
  // True for tables that stand in a file, since all clusters are known then.
  const validateClusters = message.validateClusters ?? true;
  const rules = {
    validateClusters,
    maxDirectResponseBytes: message.maxDirectResponseBodySizeBytes ?? DEFAULT_MAX_DIRECT_RESPONSE_BYTES,
    retryPolicy: null,
    hedgePolicy: undefined,
    replayLimits: { replayLimitBytes: null, bodyLimitBytes: null },
    mirrorPolicies: convertMirrorPolicies(message.requestMirrorPolicies, validateClusters, context),
  };
  const domains = new DomainCheck(context);
  const virtualHosts = message.virtualHosts.map((host) => convertVirtualHost(host, rules, domains, context));
  return {
    name: message.name,
    virtualHosts,
    ignorePortInHostMatching: message.ignorePortInHostMatching,
    hostHeader: convertHostHeader(message, context),
    ignorePathParameters: message.ignorePathParametersInPathMatching,
    mostSpecificHeaderMutationsWins: message.mostSpecificHeaderMutationsWins,
    ...convertLevel(message, context),
  };
}

function convertHostHeader(message: RouteConfiguration, context: ConversionContext): string {
  const { vhostHeader: name } = message;
  if (name !== "" && !isToken(name)) context.error(message, "vhostHeader", `"${name}" is no name of a header`);
  return name.toLowerCase();
}

function convertVirtualHost(
  message: VirtualHost,
  rules: RouteRules,
  domains: DomainCheck,
  context: ConversionContext,
): VirtualHostConfig {
  const { retryPolicy, hedgePolicy } = message;
  const mirrorPolicies = convertMirrorPolicies(message.requestMirrorPolicies, rules.validateClusters, context);
  const hostRules: RouteRules = {
    ...rules,
    retryPolicy: retryPolicy === undefined ? null : convertRetryPolicy(retryPolicy, context),
    hedgePolicy,
    replayLimits: replayLimitsOf(message) ?? rules.replayLimits,
    mirrorPolicies: mirrorPolicies.length === 0 ? rules.mirrorPolicies : mirrorPolicies,
  };
  const routes = message.routes.map((route) => convertRoute(route, hostRules, context));
  return {
    name: message.name,
    domains: domains.domainsOf(message),
    metadata: convertMetadata(message.metadata),
    routes: routes.filter((route) => route !== null),
    matcher: convertTree(message, hostRules, context),
    requireTls: TLS_REQUIREMENTS[context.enumName(message, "requireTls")] ?? null,
    configPath: context.pathOf(message),
    virtualClusters: message.virtualClusters.map((cluster) => ({
      name: cluster.name,
      headers: convertVirtualClusterHeaders(cluster, context),
    })),
    includeRequestAttemptCount: message.includeRequestAttemptCount,
    includeAttemptCountInResponse: message.includeAttemptCountInResponse,
    includeIsTimeoutRetryHeader: message.includeIsTimeoutRetryHeader,
    ...convertLevel(message, context),
  };
}

/** The matcher in place of a list of routes; its actions are routes. */
function convertTree(message: VirtualHost, rules: RouteRules, context: ConversionContext): RouteTreeConfig | null {
  if (message.matcher === undefined) return null;
  if (message.routes.length > 0) {
    context.error(
      message,
      "matcher",
      "`matcher` and `routes` cannot be set together: one of them says where requests go",
    );
  }
  const toRoutes = (routes: readonly Route[], inner: ConversionContext): readonly RouteEntryConfig[] =>
    routes.map((route) => convertRoute(route, rules, inner)).filter((route) => route !== null);
  const actions: readonly Extension<readonly RouteEntryConfig[]>[] = [
    extension<Route, readonly RouteEntryConfig[]>("route", ROUTE_FIELDS, (route, inner) => toRoutes([route], inner)),
    extension<RouteList, readonly RouteEntryConfig[]>("route_list", ROUTE_LIST_FIELDS, (list, inner) =>
      toRoutes(list.routes, inner),
    ),
  ];
  return convertMatcherTree(message.matcher, { inputs: REQUEST_INPUTS, actions }, context);
}

function convertRoute(message: Route, rules: RouteRules, context: ConversionContext): RouteEntryConfig | null {
  const match = message.match === undefined ? null : convertRouteMatch(message.match, context);
  const replayLimits = replayLimitsOf(message) ?? rules.replayLimits;
  const action = convertRouteAction(message, { ...rules, replayLimits }, context);
  const level = convertLevel(message, context);
  if (match === null || action === null) return null;
  const { name, statPrefix, decorator } = message;
  return {
    name,
    statPrefix,
    configPath: context.pathOf(message),
    match,
    metadata: convertMetadata(message.metadata),
    decorator:
      decorator === undefined ? null : { operation: decorator.operation, propagate: decorator.propagate ?? true },
    action,
    ...level,
  };
}

/** Null where neither is set; the newer field goes before the older. */
function replayLimitsOf(message: Route | VirtualHost): ReplayLimits | null {
  const { perRequestBufferLimitBytes: older, requestBodyBufferLimit: newer } = message;
  if (newer !== undefined) return { replayLimitBytes: null, bodyLimitBytes: Number(newer) };
  return older === undefined ? null : { replayLimitBytes: older, bodyLimitBytes: null };
}

function convertLevel(message: RouteConfiguration | VirtualHost | Route, context: ConversionContext): RouteLevelConfig {
  return {
    headerRules: convertRouteHeaders(message, context),
    filterOverrides: convertFilterOverrides(message, context),
  };
}
