import type { MetadataStruct } from "../common/metadata.js";
import type {
  Cluster_LbSubsetConfig,
  Cluster_LbSubsetConfig_LbSubsetSelector,
} from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type {
  Subset,
  Subset_LbSubsetSelector,
} from "../gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js";
import type {
  LbPolicyConfig,
  SubsetConfig,
  SubsetFallback,
  SubsetSelectorConfig,
} from "../upstream/load-balancing-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Implementation, implemented, type MessageTable } from "./implemented-fields.js";

const SELECTOR = {
  keys: true,
  single_host_per_subset: true,
  fallback_policy: true,
  fallback_keys_subset: true,
} as const;

const SUBSET = {
  fallback_policy: true,
  default_subset: true,
  locality_weight_aware: true,
  scale_locality_weight: true,
  panic_mode_any: true,
  list_as_any: true,
  metadata_fallback_policy: true,
} as const;

export const CLUSTER_SUBSET_FIELDS: MessageTable = implemented<Cluster_LbSubsetConfig>(
  "envoy.config.cluster.v3.Cluster.LbSubsetConfig",
  {
    ...SUBSET,
    subset_selectors: implemented<Cluster_LbSubsetConfig_LbSubsetSelector>(
      "envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector",
      SELECTOR,
    ),
  },
);

/** @param policies the table of the policies that a subset may be balanced by, which contains this one */
export function subsetFields(policies: Implementation): MessageTable<Subset["$typeName"]> {
  return implemented<Subset>("envoy.extensions.load_balancing_policies.subset.v3.Subset", {
    ...SUBSET,
    subset_selectors: implemented<Subset_LbSubsetSelector>(
      "envoy.extensions.load_balancing_policies.subset.v3.Subset.LbSubsetSelector",
      SELECTOR,
    ),
    allow_redundant_keys: true,
    subset_lb_policy: policies,
  });
}

const FALLBACKS: Readonly<Record<string, SubsetFallback>> = {
  NO_FALLBACK: "none",
  ANY_ENDPOINT: "any",
  DEFAULT_SUBSET: "default",
};
const SELECTOR_FALLBACKS: Readonly<Record<string, SubsetSelectorConfig["fallback"]>> = {
  ...FALLBACKS,
  NOT_DEFINED: null,
  KEYS_SUBSET: "keysSubset",
};

/** Both messages have the same fields but for `allow_redundant_keys`. */
export function convertSubset(
  message: Cluster_LbSubsetConfig | Subset,
  policy: LbPolicyConfig,
  context: ConversionContext,
): SubsetConfig | null {
  const common = message as Cluster_LbSubsetConfig;
  const fallback = FALLBACKS[context.enumName(common, "fallbackPolicy")];
  const selectors = common.subsetSelectors.map((selector) => convertSelector(selector, context));
  if (fallback === undefined || selectors.includes(null)) return null;
  return {
    kind: "subset",
    selectors: withoutRepeated(selectors as SubsetSelectorConfig[]),
    fallback,
    defaultSubset: structuredClone(common.defaultSubset ?? {}) as MetadataStruct,
    localityWeightAware: common.localityWeightAware,
    scaleLocalityWeight: common.scaleLocalityWeight,
    panicModeAny: common.panicModeAny,
    listAsAny: common.listAsAny,
    fallbackList: context.enumName(common, "metadataFallbackPolicy") === "FALLBACK_LIST",
    allowRedundantKeys: "allowRedundantKeys" in message && message.allowRedundantKeys,
    policy,
  };
}

function convertSelector(
  selector: Cluster_LbSubsetConfig_LbSubsetSelector,
  context: ConversionContext,
): SubsetSelectorConfig | null {
  const fallback = SELECTOR_FALLBACKS[context.enumName(selector, "fallbackPolicy")];
  const keys = sortedSet(selector.keys);
  const fallbackKeys = sortedSet(selector.fallbackKeysSubset);
  if (fallback === undefined) return null;
  if (fallback === "keysSubset" && !isProperSubset(fallbackKeys, keys)) {
    const text = "KEYS_SUBSET needs some of the selector's keys, and not all of them";
    context.error(selector, "fallbackKeysSubset", text);
    return null;
  }
  if (fallback !== "keysSubset" && fallbackKeys.length > 0) {
    const text = "is for `fallback_policy: KEYS_SUBSET` only";
    context.error(selector, "fallbackKeysSubset", text);
    return null;
  }
  if (selector.singleHostPerSubset && keys.length !== 1) {
    const text = `a subset of one host is found by one key, not by ${keys.length}`;
    context.error(selector, "singleHostPerSubset", text);
    return null;
  }
  return { keys, fallback, fallbackKeys, singleHost: selector.singleHostPerSubset };
}

function sortedSet(keys: readonly string[]): string[] {
  return [...new Set(keys)].sort();
}

function isProperSubset(part: readonly string[], keys: readonly string[]): boolean {
  return part.length > 0 && part.length < keys.length && part.every((key) => keys.includes(key));
}

/** Of selectors with the same keys the first counts. */
function withoutRepeated(selectors: readonly SubsetSelectorConfig[]): SubsetSelectorConfig[] {
  const byKeys = new Map<string, SubsetSelectorConfig>();
  for (const selector of selectors) {
    const key = JSON.stringify(selector.keys);
    if (!byKeys.has(key)) byKeys.set(key, selector);
  }
  return [...byKeys.values()];
}
