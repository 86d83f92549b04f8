import type {
  Cluster_CommonLbConfig_LocalityWeightedLbConfig,
  Cluster_CommonLbConfig_ZoneAwareLbConfig,
} from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type {
  LocalityLbConfig_LocalityWeightedLbConfig,
  LocalityLbConfig_ZoneAwareLbConfig,
  LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone,
  LocalityLbConfig as LocalityLbConfigMessage,
} from "../gen/envoy/extensions/load_balancing_policies/common/v3/common_pb.js";
import type { Percent } from "../gen/envoy/type/v3/percent_pb.js";
import { type LocalityLbConfig, NEVER_FORCED, type ZoneAwareConfig } from "../upstream/load-balancing-config.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const PERCENT_FIELDS: MessageTable = implemented<Percent>("envoy.type.v3.Percent", { value: true });

const ZONE_AWARE = { routing_enabled: PERCENT_FIELDS, min_cluster_size: true, fail_traffic_on_panic: true } as const;

const COMMON = "envoy.extensions.load_balancing_policies.common.v3";
const CLUSTER_COMMON = "envoy.config.cluster.v3.Cluster.CommonLbConfig";

/** Of a policy that is an extension. */
export const LOCALITY_WEIGHTED_FIELDS: MessageTable = implemented<LocalityLbConfig_LocalityWeightedLbConfig>(
  `${COMMON}.LocalityLbConfig.LocalityWeightedLbConfig`,
  {},
);
export const LOCALITY_LB_FIELDS: MessageTable = implemented<LocalityLbConfigMessage>(`${COMMON}.LocalityLbConfig`, {
  zone_aware_lb_config: implemented<LocalityLbConfig_ZoneAwareLbConfig>(
    `${COMMON}.LocalityLbConfig.ZoneAwareLbConfig`,
    {
      ...ZONE_AWARE,
      force_locality_direct_routing: true,
      force_local_zone: implemented<LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone>(
        `${COMMON}.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone`,
        { min_size: true },
      ),
      locality_basis: true,
    },
  ),
  locality_weighted_lb_config: LOCALITY_WEIGHTED_FIELDS,
});

/** Of a cluster. */
export const COMMON_ZONE_AWARE_FIELDS: MessageTable = implemented<Cluster_CommonLbConfig_ZoneAwareLbConfig>(
  `${CLUSTER_COMMON}.ZoneAwareLbConfig`,
  ZONE_AWARE,
);
export const COMMON_LOCALITY_WEIGHTED_FIELDS: MessageTable =
  implemented<Cluster_CommonLbConfig_LocalityWeightedLbConfig>(`${CLUSTER_COMMON}.LocalityWeightedLbConfig`, {});

const DEFAULT_ROUTING_ENABLED_PERCENT = 100;
const DEFAULT_MIN_CLUSTER_SIZE = 6;

/** The same oneof stands in clusters and in policies. */
interface LocalitySpecifier {
  readonly case: "zoneAwareLbConfig" | "localityWeightedLbConfig" | undefined;
  readonly value?: unknown;
}

/** Zones count by default too, as soon as there is a local cluster. */
export function convertLocalityLb(specifier: LocalitySpecifier | undefined): LocalityLbConfig {
  if (specifier?.case !== "zoneAwareLbConfig") {
    return { weighted: specifier?.case === "localityWeightedLbConfig", zoneAware: DEFAULT_ZONE_AWARE };
  }
  const message = specifier.value as Cluster_CommonLbConfig_ZoneAwareLbConfig | LocalityLbConfig_ZoneAwareLbConfig;
  return {
    weighted: false,
    zoneAware: {
      routingEnabledPercent: Math.round(message.routingEnabled?.value ?? DEFAULT_ROUTING_ENABLED_PERCENT),
      minClusterSize: Number(message.minClusterSize ?? DEFAULT_MIN_CLUSTER_SIZE),
      failTrafficOnPanic: message.failTrafficOnPanic,
      ...("localityBasis" in message ? convertPolicyZones(message) : CLUSTER_ZONES),
    },
  };
}

/** What clusters cannot say, only policies. */
type PolicyZones = Pick<ZoneAwareConfig, "forcedFromHosts" | "basis">;

const CLUSTER_ZONES: PolicyZones = { forcedFromHosts: NEVER_FORCED, basis: "hosts" };
const DEFAULT_FORCED_FROM_HOSTS = 1;
/** By number, as in the enum `LocalityBasis`. */
const HEALTHY_HOSTS_WEIGHT = 1;

function convertPolicyZones(message: LocalityLbConfig_ZoneAwareLbConfig): PolicyZones {
  const { forceLocalZone, forceLocalityDirectRouting, localityBasis } = message;
  const isForced = forceLocalZone !== undefined || forceLocalityDirectRouting;
  return {
    forcedFromHosts: isForced ? (forceLocalZone?.minSize ?? DEFAULT_FORCED_FROM_HOSTS) : NEVER_FORCED,
    basis: (localityBasis as number) === HEALTHY_HOSTS_WEIGHT ? "weight" : "hosts",
  };
}

const DEFAULT_ZONE_AWARE: ZoneAwareConfig = {
  routingEnabledPercent: DEFAULT_ROUTING_ENABLED_PERCENT,
  minClusterSize: DEFAULT_MIN_CLUSTER_SIZE,
  failTrafficOnPanic: false,
  ...CLUSTER_ZONES,
};
