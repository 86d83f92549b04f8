import type { Message } from "@bufbuild/protobuf";
import type {
  WeightedCluster_ClusterWeight as ClusterWeight,
  RouteAction,
  WeightedCluster,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import { isAuthority } from "../http/headers/header-syntax.js";
import type { ClusterSpecifierConfig, WeightedClusterConfig } from "../route/route-action-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { closestName } from "./decode/closest-name.js";
import { didYouMean } from "./decode/fault.js";
import type { FieldName } from "./field-name.js";
import { convertFilterOverrides, FILTER_OVERRIDES } from "./filter-overrides.js";
import { headerKey } from "./header-key.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertMetadataMatch, METADATA_FIELDS } from "./metadata-config.js";
import { convertRouteHeaders, ROUTE_HEADER_FIELDS } from "./route-headers.js";

const MAX_TOTAL_WEIGHT = 0xffff_ffff;

const CLUSTER_WEIGHT_FIELDS = implemented<ClusterWeight>("envoy.config.route.v3.WeightedCluster.ClusterWeight", {
  name: true,
  cluster_header: true,
  weight: true,
  metadata_match: METADATA_FIELDS,
  ...ROUTE_HEADER_FIELDS,
  typed_per_filter_config: FILTER_OVERRIDES,
  host_rewrite_literal: true,
});

export const WEIGHTED_CLUSTER_FIELDS: MessageTable = implemented<WeightedCluster>(
  "envoy.config.route.v3.WeightedCluster",
  {
    clusters: CLUSTER_WEIGHT_FIELDS,
    total_weight: true,
    runtime_key_prefix: true,
    header_name: true,
    use_hash_policy: true,
  },
);

/** Where an action sends requests; null with an error when that cannot be. */
export function convertCluster(
  message: RouteAction,
  validateClusters: boolean,
  context: ConversionContext,
): ClusterSpecifierConfig | null {
  const { clusterSpecifier: specifier } = message;
  switch (specifier.case) {
    case "cluster":
      checkCluster(message, "cluster", specifier.value, validateClusters, context);
      return { kind: "name", name: specifier.value };
    case "clusterHeader":
      return { kind: "header", header: headerKey(specifier.value) };
    case "weightedClusters":
      return convertWeighted(specifier.value, validateClusters, context);
    case "clusterSpecifierPlugin":
    case "inlineClusterSpecifierPlugin":
      context.notImplemented(message, specifier.case, "this way to choose a cluster");
      return null;
    case undefined:
      // Required by the proto's own constraints.
      return null;
  }
}

/** A route to a cluster that does not exist is an error where all clusters are known. */
export function checkCluster<M extends Message>(
  message: M,
  field: FieldName<M>,
  name: string,
  validateClusters: boolean,
  context: ConversionContext,
): void {
  const { clusterNames } = context;
  if (name === "" || !validateClusters || clusterNames === null || clusterNames.has(name)) return;
  context.error(message, field, `there is no cluster "${name}"`, didYouMean(closestName(name, clusterNames)));
}

function convertWeighted(
  message: WeightedCluster,
  validateClusters: boolean,
  context: ConversionContext,
): ClusterSpecifierConfig | null {
  const clusters = message.clusters.map((entry) =>
    convertClusterWeight(entry, message.runtimeKeyPrefix, validateClusters, context),
  );
  const total = message.clusters.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  if (!isTotalValid(message, total, context)) return null;
  const { randomValueSpecifier: randomValue } = message;
  return {
    kind: "weighted",
    // What is left out here has reported an error.
    clusters: clusters.filter((cluster) => cluster !== null),
    randomHeader: randomValue.case === "headerName" ? headerKey(randomValue.value) : "",
    useHashPolicy: randomValue.case === "useHashPolicy" && randomValue.value.value,
  };
}

function isTotalValid(message: WeightedCluster, total: number, context: ConversionContext): boolean {
  const { totalWeight } = message;
  if (total === 0) context.error(message, "clusters", "the sum of the weights must be greater than 0");
  else if (total > MAX_TOTAL_WEIGHT) {
    context.error(message, "clusters", `the sum of the weights, ${total}, must not exceed ${MAX_TOTAL_WEIGHT}`);
  } else if (totalWeight !== undefined && totalWeight !== 0 && totalWeight !== total) {
    context.error(message, "totalWeight", `is ${totalWeight}, but the weights add up to ${total}`);
  } else return true;
  return false;
}

function convertClusterWeight(
  message: ClusterWeight,
  runtimeKeyPrefix: string,
  validateClusters: boolean,
  context: ConversionContext,
): WeightedClusterConfig | null {
  const { name, clusterHeader } = message;
  if ((name === "") === (clusterHeader === "")) {
    context.error(message, null, "a weighted cluster has either a `name` or a `cluster_header`");
    return null;
  }
  if (message.weight === undefined) context.error(message, null, "`weight` is required");
  checkCluster(message, "name", name, validateClusters, context);
  const headerRules = convertRouteHeaders(message, context);
  const filterOverrides = convertFilterOverrides(message, context);
  const { hostRewriteSpecifier: rewrite } = message;
  const hostRewriteLiteral = rewrite.case === undefined ? "" : rewrite.value;
  if (hostRewriteLiteral !== "" && !isAuthority(hostRewriteLiteral)) {
    context.error(message, "hostRewriteLiteral", `"${hostRewriteLiteral}" is no host, with or without a port`);
  }
  return {
    cluster: name === "" ? { kind: "header", header: headerKey(clusterHeader) } : { kind: "name", name },
    weight: message.weight ?? 0,
    runtimeKey: runtimeKeyPrefix === "" ? "" : `${runtimeKeyPrefix}.${name}`,
    metadataMatch: convertMetadataMatch(message.metadataMatch),
    hostRewriteLiteral,
    headerRules,
    filterOverrides,
  };
}
