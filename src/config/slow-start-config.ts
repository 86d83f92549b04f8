import type { RuntimeNumberConfig } from "../common/runtime.js";
import type { Cluster_SlowStartConfig } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { RuntimeDouble } from "../gen/envoy/config/core/v3/base_pb.js";
import type { SlowStartConfig as SlowStartExtension } from "../gen/envoy/extensions/load_balancing_policies/common/v3/common_pb.js";
import type { SlowStartConfig } from "../upstream/load-balancing-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { PERCENT_FIELDS } from "./locality-lb-config.js";

export const RUNTIME_DOUBLE_FIELDS: MessageTable = implemented<RuntimeDouble>("envoy.config.core.v3.RuntimeDouble", {
  default_value: true,
  runtime_key: true,
});

const SLOW_START = {
  slow_start_window: true,
  aggression: RUNTIME_DOUBLE_FIELDS,
  min_weight_percent: PERCENT_FIELDS,
} as const;

export const CLUSTER_SLOW_START_FIELDS: MessageTable = implemented<Cluster_SlowStartConfig>(
  "envoy.config.cluster.v3.Cluster.SlowStartConfig",
  SLOW_START,
);
export const SLOW_START_FIELDS: MessageTable = implemented<SlowStartExtension>(
  "envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig",
  SLOW_START,
);

const DEFAULT_MIN_WEIGHT_PERCENT = 10;

/** Null without a window, as in Envoy. */
export function convertSlowStart(
  message: Cluster_SlowStartConfig | SlowStartExtension | undefined,
  context: ConversionContext,
): SlowStartConfig | null {
  if (message === undefined) return null;
  const windowMs = windowOf(message, context);
  if (windowMs === 0) return null;
  const minWeightPercent = message.minWeightPercent?.value ?? DEFAULT_MIN_WEIGHT_PERCENT;
  return { windowMs, aggression: convertRuntimeNumber(message.aggression, 1), minWeight: minWeightPercent / 100 };
}

/** @param standard where nothing is said */
export function convertRuntimeNumber(message: RuntimeDouble | undefined, standard: number): RuntimeNumberConfig {
  if (message === undefined) return { defaultValue: standard, runtimeKey: "" };
  return { defaultValue: message.defaultValue, runtimeKey: message.runtimeKey };
}

/** The two messages have the same fields. */
function windowOf(message: Cluster_SlowStartConfig | SlowStartExtension, context: ConversionContext): number {
  return context.milliseconds(message as Cluster_SlowStartConfig, "slowStartWindow", message.slowStartWindow, 0);
}
