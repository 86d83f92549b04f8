import type { Cluster, Cluster_LeastRequestLbConfig } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { LeastRequest } from "../gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js";
import type { LeastRequestConfig, LocalityLbConfig } from "../upstream/load-balancing-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertLocalityLb, LOCALITY_LB_FIELDS } from "./locality-lb-config.js";
import {
  CLUSTER_SLOW_START_FIELDS,
  convertRuntimeNumber,
  convertSlowStart,
  RUNTIME_DOUBLE_FIELDS,
  SLOW_START_FIELDS,
} from "./slow-start-config.js";

export const CLUSTER_LEAST_REQUEST_FIELDS: MessageTable = implemented<Cluster_LeastRequestLbConfig>(
  "envoy.config.cluster.v3.Cluster.LeastRequestLbConfig",
  { choice_count: true, active_request_bias: RUNTIME_DOUBLE_FIELDS, slow_start_config: CLUSTER_SLOW_START_FIELDS },
);
export const LEAST_REQUEST_FIELDS = implemented<LeastRequest>(
  "envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
  {
    choice_count: true,
    active_request_bias: RUNTIME_DOUBLE_FIELDS,
    slow_start_config: SLOW_START_FIELDS,
    locality_lb_config: LOCALITY_LB_FIELDS,
    enable_full_scan: true,
    selection_method: true,
  },
);

const DEFAULT_CHOICE_COUNT = 2;

export function convertClusterLeastRequest(
  cluster: Cluster,
  locality: LocalityLbConfig,
  context: ConversionContext,
): LeastRequestConfig {
  const message = cluster.lbConfig.case === "leastRequestLbConfig" ? cluster.lbConfig.value : undefined;
  return { ...convertCommon(message, context), fullScan: false, locality };
}

export function convertLeastRequest(message: LeastRequest, context: ConversionContext): LeastRequestConfig {
  const fullScan = context.enumName(message, "selectionMethod") === "FULL_SCAN" || (message.enableFullScan ?? false);
  const locality = convertLocalityLb(message.localityLbConfig?.localityConfigSpecifier);
  return { ...convertCommon(message, context), fullScan, locality };
}

type Common = Omit<LeastRequestConfig, "fullScan" | "locality">;

function convertCommon(
  message: Cluster_LeastRequestLbConfig | LeastRequest | undefined,
  context: ConversionContext,
): Common {
  const bias = message?.activeRequestBias;
  if (bias !== undefined && bias.defaultValue < 0) {
    context.noEffect(bias, "defaultValue", "a bias below 0 would prefer the busiest host; 1.0 holds, as in Envoy");
  }
  return {
    kind: "leastRequest",
    choiceCount: message?.choiceCount ?? DEFAULT_CHOICE_COUNT,
    activeRequestBias: convertRuntimeNumber(bias, 1),
    slowStart: convertSlowStart(message?.slowStartConfig, context),
  };
}
