import type { HeaderMap } from "../http/headers/header-map.js";
import { HeaderMatcher, matchesAllHeaders } from "../http/headers/header-matcher.js";
import type { StatsScope } from "../stats/stat.js";
import { RequestGroup, statName } from "./request-group.js";
import type { VirtualClusterConfig } from "./route-config.js";

interface VirtualCluster {
  readonly headers: readonly HeaderMatcher[];
  readonly group: RequestGroup;
}

/** The virtual clusters of a virtual host. A request belongs to the first that matches, or to `other`. */
export class VirtualClusters {
  private readonly clusters: readonly VirtualCluster[];
  private readonly other: RequestGroup;

  /** @param scope `vhost.<host>` */
  constructor(configs: readonly VirtualClusterConfig[], scope: StatsScope) {
    this.clusters = compileClusters(configs, scope);
    this.other = new RequestGroup(scope.scope("vcluster.other"), "other");
  }

  groupOf(headers: HeaderMap): RequestGroup {
    for (const cluster of this.clusters) if (matchesAllHeaders(cluster.headers, headers)) return cluster.group;
    return this.other;
  }
}

function compileClusters(configs: readonly VirtualClusterConfig[], scope: StatsScope): VirtualCluster[] {
  return configs.map(({ name, headers }) => ({
    headers: headers.map((header) => new HeaderMatcher(header)),
    group: new RequestGroup(scope.scope(`vcluster.${statName(name)}`), name),
  }));
}
