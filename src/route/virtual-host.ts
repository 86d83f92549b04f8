import type { Metadata } from "../common/metadata.js";
import type { Runtime } from "../common/runtime.js";
import { setAttemptCount } from "../http/headers/attempt-count.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import type { StatsScope } from "../stats/stat.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import { statName } from "./request-group.js";
import type { VirtualHostConfig } from "./route-config.js";
import { RouteLevel } from "./route-level.js";
import { VirtualClusters } from "./virtual-clusters.js";

/** What the routes of a route configuration have in common. */
export interface RouteScope {
  readonly level: RouteLevel;
  readonly runtime: Runtime;
  /** Null where nobody counts. */
  readonly stats: StatsScope | null;
  readonly mostSpecificHeaderMutationsWins: boolean;
}

/** What the routes of a virtual host have in common. */
export class VirtualHost {
  readonly name: string;
  readonly metadata: Metadata;
  readonly level: RouteLevel;
  readonly scope: RouteScope;
  /** `vhost.<name>`; null where nobody counts. */
  readonly stats: StatsScope | null;
  /** Null where there are none. */
  private readonly virtualClusters: VirtualClusters | null;
  /** The upstream gets to know which attempt it sees, in `x-envoy-attempt-count`. */
  readonly includeRequestAttemptCount: boolean;
  /** The client gets to know how many attempts there were. */
  readonly includeAttemptCountInResponse: boolean;
  /** The upstream of a retry gets to know whether the attempt before was too slow, in `x-envoy-is-timeout-retry`. */
  readonly includeIsTimeoutRetryHeader: boolean;

  constructor(config: VirtualHostConfig, scope: RouteScope) {
    this.name = config.name;
    this.metadata = config.metadata;
    this.level = new RouteLevel(config);
    this.scope = scope;
    const { virtualClusters } = config;
    this.stats = scope.stats === null ? null : scope.stats.scope(`vhost.${statName(config.name)}`);
    const hasClusters = virtualClusters.length > 0 && this.stats !== null;
    this.virtualClusters = hasClusters ? new VirtualClusters(virtualClusters, this.stats) : null;
    this.includeRequestAttemptCount = config.includeRequestAttemptCount;
    this.includeAttemptCountInResponse = config.includeAttemptCountInResponse;
    this.includeIsTimeoutRetryHeader = config.includeIsTimeoutRetryHeader;
  }

  /** A request takes one of the routes; its headers are still as it came. */
  onRouteChosen(info: StreamInfo, headers: HeaderMap): void {
    info.virtualHostName = this.name;
    if (this.virtualClusters !== null) info.virtualCluster = this.virtualClusters.groupOf(headers);
  }

  /** The response to it begins. */
  onResponse(headers: HeaderMap, info: StreamInfo): void {
    if (this.includeAttemptCountInResponse) setAttemptCount(headers, info.attemptCount);
  }
}
