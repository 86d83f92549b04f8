import type { RuntimeValues } from "../common/runtime.js";
import type { StringMatcherConfig } from "../matching/string-matcher-config.js";
import type { Address } from "../network/address.js";
import type { ListenerConfig } from "../network/listener-config.js";
import type { OverloadConfig } from "../overload/overload-config.js";
import type { ClusterPoliciesConfig } from "../route/cluster-policies.js";
import type { AccessLogSinkConfig } from "../stream-info/access-log-config.js";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import type { Locality } from "../upstream/locality.js";

/** The whole of a bootstrap after loading: plain frozen data, the snapshot that is copied to every worker. */
export interface RuntimeConfig {
  readonly node: { readonly id: string; readonly cluster: string; readonly locality: Locality };
  /** Name of the cluster that this proxy belongs to (`cluster_manager.local_cluster_name`); empty for none. */
  readonly localCluster: string;
  readonly listeners: readonly ListenerConfig[];
  readonly clusters: readonly ClusterInfo[];
  /** Of clusters that have some. */
  readonly clusterPolicies: readonly ClusterPoliciesConfig[];
  readonly admin: AdminConfig | null;
  /** `layered_runtime`, by key. */
  readonly runtime: RuntimeValues;
  /** The same by layer, later ones over earlier ones. */
  readonly runtimeLayers: readonly RuntimeLayerConfig[];
  /** `overload_manager`; null where nothing is watched. */
  readonly overload: OverloadConfig | null;
  /** Where ejections of hosts are written (`cluster_manager.outlier_detection.event_log_path`); null for nowhere. */
  readonly outlierEventLog: AccessLogSinkConfig | null;
  /** `stats_flush_interval` in milliseconds, 5,000 by default. */
  readonly statsFlushIntervalMs: number;
}

export interface RuntimeLayerConfig {
  readonly name: string;
  readonly values: RuntimeValues;
}

export interface AdminConfig {
  readonly address: Address;
  /** `allow_paths`: other paths are forbidden. Empty allows all. */
  readonly allowPaths: readonly StringMatcherConfig[];
}
