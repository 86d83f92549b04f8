import type { StatsScope } from "../stats/stat.js";

/**
 * `cluster_manager.*`, on the main thread. Clusters come from the configuration, all at the start, so that
 * what counts changes stays at 0.
 */
export function countClusters(scope: StatsScope, clusters: number): void {
  const manager = scope.scope("cluster_manager");
  manager.counter("cluster_added").add(clusters);
  manager.gauge("active_clusters").set(clusters);
  manager.gauge("warming_clusters").set(0);
  for (const name of CHANGES) manager.counter(name);
}

const CHANGES = [
  "cluster_modified",
  "cluster_removed",
  "cluster_updated",
  "cluster_updated_via_merge",
  "update_merge_cancelled",
  "update_out_of_merge_window",
];
