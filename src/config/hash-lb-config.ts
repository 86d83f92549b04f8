import type {
  Cluster,
  Cluster_CommonLbConfig_ConsistentHashingLbConfig,
  Cluster_MaglevLbConfig,
  Cluster_RingHashLbConfig,
} from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { ConsistentHashingLbConfig } from "../gen/envoy/extensions/load_balancing_policies/common/v3/common_pb.js";
import type { Maglev } from "../gen/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js";
import type { RingHash } from "../gen/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js";
import type {
  HashingConfig,
  MaglevConfig,
  RingHashConfig,
  RingHashFunction,
} from "../upstream/load-balancing-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { HASH_POLICY_FIELDS } from "./hash-policy.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { LOCALITY_WEIGHTED_FIELDS } from "./locality-lb-config.js";

const POLICIES = "envoy.extensions.load_balancing_policies";
const CLUSTER = "envoy.config.cluster.v3.Cluster";

const CONSISTENT_HASHING_FIELDS: MessageTable = implemented<ConsistentHashingLbConfig>(
  `${POLICIES}.common.v3.ConsistentHashingLbConfig`,
  { use_hostname_for_hashing: true, hash_balance_factor: true, hash_policy: HASH_POLICY_FIELDS },
);
export const COMMON_HASHING_FIELDS: MessageTable = implemented<Cluster_CommonLbConfig_ConsistentHashingLbConfig>(
  `${CLUSTER}.CommonLbConfig.ConsistentHashingLbConfig`,
  { use_hostname_for_hashing: true, hash_balance_factor: true },
);
export const CLUSTER_RING_HASH_FIELDS: MessageTable = implemented<Cluster_RingHashLbConfig>(
  `${CLUSTER}.RingHashLbConfig`,
  { minimum_ring_size: true, hash_function: true, maximum_ring_size: true },
);
export const CLUSTER_MAGLEV_FIELDS: MessageTable = implemented<Cluster_MaglevLbConfig>(`${CLUSTER}.MaglevLbConfig`, {
  table_size: true,
});
export const RING_HASH_FIELDS = implemented<RingHash>(`${POLICIES}.ring_hash.v3.RingHash`, {
  hash_function: true,
  minimum_ring_size: true,
  maximum_ring_size: true,
  use_hostname_for_hashing: true,
  hash_balance_factor: true,
  consistent_hashing_lb_config: CONSISTENT_HASHING_FIELDS,
  locality_weighted_lb_config: LOCALITY_WEIGHTED_FIELDS,
});
export const MAGLEV_FIELDS = implemented<Maglev>(`${POLICIES}.maglev.v3.Maglev`, {
  table_size: true,
  consistent_hashing_lb_config: CONSISTENT_HASHING_FIELDS,
  locality_weighted_lb_config: LOCALITY_WEIGHTED_FIELDS,
});

const DEFAULT_MINIMUM_RING_SIZE = 1024;
const DEFAULT_MAXIMUM_RING_SIZE = 8 * 1024 * 1024;
const DEFAULT_TABLE_SIZE = 65_537;

/** By the names of both enums. */
const HASH_FUNCTIONS: Readonly<Record<string, RingHashFunction>> = {
  DEFAULT_HASH: "xxHash",
  XX_HASH: "xxHash",
  MURMUR_HASH_2: "murmurHash2",
};

/** What a cluster says for all hashing policies. */
export function clusterHashing(cluster: Cluster): HashingConfig {
  const { commonLbConfig } = cluster;
  const common = commonLbConfig?.consistentHashingLbConfig;
  return {
    useHostname: common?.useHostnameForHashing ?? false,
    balanceFactor: common?.hashBalanceFactor ?? 0,
    localityWeighted: commonLbConfig?.localityConfigSpecifier.case === "localityWeightedLbConfig",
  };
}

export function convertClusterRingHash(cluster: Cluster, context: ConversionContext): RingHashConfig | null {
  const hashing = clusterHashing(cluster);
  if (cluster.lbConfig.case !== "ringHashLbConfig") {
    return ringHash(DEFAULT_MINIMUM_RING_SIZE, DEFAULT_MAXIMUM_RING_SIZE, "xxHash", hashing);
  }
  const message = cluster.lbConfig.value;
  const hashFunction = HASH_FUNCTIONS[context.enumName(message, "hashFunction")];
  return convertRing(message, hashFunction, hashing, context);
}

export function convertRingHash(message: RingHash, context: ConversionContext): RingHashConfig | null {
  const hashFunction = HASH_FUNCTIONS[context.enumName(message, "hashFunction")];
  const { consistentHashingLbConfig: newer } = message;
  const hashing: HashingConfig = {
    useHostname: newer?.useHostnameForHashing ?? message.useHostnameForHashing,
    balanceFactor: newer?.hashBalanceFactor ?? message.hashBalanceFactor ?? 0,
    localityWeighted: message.localityWeightedLbConfig !== undefined,
  };
  // The fields that are read are the same.
  return convertRing(message as Pick<RingHash, RingSizes> as Cluster_RingHashLbConfig, hashFunction, hashing, context);
}

type RingSizes = "minimumRingSize" | "maximumRingSize";

function convertRing(
  message: Cluster_RingHashLbConfig,
  hashFunction: RingHashFunction | undefined,
  hashing: HashingConfig,
  context: ConversionContext,
): RingHashConfig | null {
  const minimum = Number(message.minimumRingSize ?? DEFAULT_MINIMUM_RING_SIZE);
  const maximum = Number(message.maximumRingSize ?? DEFAULT_MAXIMUM_RING_SIZE);
  if (minimum > maximum) {
    const field = message.minimumRingSize === undefined ? "maximumRingSize" : "minimumRingSize";
    context.error(message, field, `the ring would have at least ${minimum} points, but at most ${maximum}`);
    return null;
  }
  return hashFunction === undefined ? null : ringHash(minimum, maximum, hashFunction, hashing);
}

function ringHash(
  minimumRingSize: number,
  maximumRingSize: number,
  hashFunction: RingHashFunction,
  hashing: HashingConfig,
): RingHashConfig {
  return { kind: "ringHash", hashFunction, minimumRingSize, maximumRingSize, hashing };
}

export function convertClusterMaglev(cluster: Cluster, context: ConversionContext): MaglevConfig | null {
  const hashing = clusterHashing(cluster);
  if (cluster.lbConfig.case !== "maglevLbConfig") return { kind: "maglev", tableSize: DEFAULT_TABLE_SIZE, hashing };
  return convertTable(cluster.lbConfig.value, hashing, context);
}

export function convertMaglev(message: Maglev, context: ConversionContext): MaglevConfig | null {
  const { consistentHashingLbConfig } = message;
  const hashing: HashingConfig = {
    useHostname: consistentHashingLbConfig?.useHostnameForHashing ?? false,
    balanceFactor: consistentHashingLbConfig?.hashBalanceFactor ?? 0,
    localityWeighted: message.localityWeightedLbConfig !== undefined,
  };
  return convertTable(message as Pick<Maglev, "tableSize"> as Cluster_MaglevLbConfig, hashing, context);
}

function convertTable(
  message: Cluster_MaglevLbConfig,
  hashing: HashingConfig,
  context: ConversionContext,
): MaglevConfig | null {
  const tableSize = Number(message.tableSize ?? DEFAULT_TABLE_SIZE);
  if (isPrime(tableSize)) return { kind: "maglev", tableSize, hashing };
  context.error(message, "tableSize", `${tableSize} is not a prime number`, `the next one is ${nextPrime(tableSize)}`);
  return null;
}

function isPrime(value: number): boolean {
  if (value < 2) return false;
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return true;
}

function nextPrime(value: number): number {
  let candidate = value + 1;
  while (!isPrime(candidate)) candidate++;
  return candidate;
}
