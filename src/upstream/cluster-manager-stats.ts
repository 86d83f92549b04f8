import type { StatsScope } from "../stats/stat.js";
import type { ClusterInfo } from "./cluster-info.js";
import { showUncountedStats } from "./uncounted-stats.js";

/**
 * `cluster_manager.*`, on the main thread, and what clusters show without counting it. Clusters come from the
 * configuration, all at the start, so that what counts changes stays at 0.
 */
export function countClusters(scope: StatsScope, clusters: readonly ClusterInfo[]): void {
  const manager = scope.scope("cluster_manager");
  manager.counter("cluster_added").add(clusters.length);
  manager.gauge("active_clusters").set(clusters.length);
  manager.gauge("warming_clusters").set(0);
  for (const name of CHANGES) manager.counter(name);
  for (const { statName } of clusters) showUncountedStats(scope.scope(`cluster.${statName}`));
}

const CHANGES = [
  "cluster_modified",
  "cluster_removed",
  "cluster_updated",
  "cluster_updated_via_merge",
  "update_merge_cancelled",
  "update_out_of_merge_window",
];
