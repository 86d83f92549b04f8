import type { HeaderMap } from "../http/headers/header-map.js";
import { HeaderMatcher, matchesAllHeaders } from "../http/headers/header-matcher.js";
import type { Counter, Histogram, StatsScope } from "../stats/stat.js";
import { responseFlagBit } from "../stream-info/response-flag.js";
import { NOT_YET, type StreamInfo, type VirtualClusterRecord } from "../stream-info/stream-info.js";
import { ResponseCodeStats } from "../upstream/response-code-stats.js";
import type { VirtualClusterConfig } from "./route-config.js";

/** Counts what upstreams answered to the requests of one virtual cluster (`vhost.<host>.vcluster.<name>.`). */
export class VirtualClusterStats implements VirtualClusterRecord {
  private readonly rqTotal: Counter;
  private readonly rqTimeout: Counter;
  private readonly rqTime: Histogram;
  private readonly rqCompleted: Counter;
  private readonly responses: ResponseCodeStats;

  constructor(scope: StatsScope) {
    this.rqTotal = scope.counter("upstream_rq_total");
    this.rqTimeout = scope.counter("upstream_rq_timeout");
    this.rqTime = scope.histogram("upstream_rq_time");
    this.rqCompleted = scope.counter("upstream_rq_completed");
    this.responses = new ResponseCodeStats(scope);
  }

  /** The response to a request begins; one that never was meant for an upstream does not count. */
  onResponse(status: number, info: StreamInfo, nowMs: number): void {
    if (info.clusterName === "") return;
    this.rqTotal.add(info.attemptCount);
    this.rqCompleted.inc();
    this.responses.count(status);
    if ((info.responseFlags & UPSTREAM_TIMEOUT) !== 0) this.rqTimeout.inc();
    if (info.lastDownstreamRxMs !== NOT_YET) this.rqTime.record(nowMs - info.lastDownstreamRxMs);
  }
}

const UPSTREAM_TIMEOUT = responseFlagBit("UT");

interface VirtualCluster {
  readonly headers: readonly HeaderMatcher[];
  readonly stats: VirtualClusterStats;
}

/** The virtual clusters of a virtual host. A request belongs to the first that matches, or to `other`. */
export class VirtualClusters {
  private readonly clusters: readonly VirtualCluster[];
  private readonly other: VirtualClusterStats;

  /** @param scope `vhost.<host>` */
  constructor(configs: readonly VirtualClusterConfig[], scope: StatsScope) {
    this.clusters = compileClusters(configs, scope);
    this.other = new VirtualClusterStats(scope.scope("vcluster.other"));
  }

  statsOf(headers: HeaderMap): VirtualClusterStats {
    for (const cluster of this.clusters) if (matchesAllHeaders(cluster.headers, headers)) return cluster.stats;
    return this.other;
  }
}

function compileClusters(configs: readonly VirtualClusterConfig[], scope: StatsScope): VirtualCluster[] {
  return configs.map(({ name, headers }) => ({
    headers: headers.map((header) => new HeaderMatcher(header)),
    stats: new VirtualClusterStats(scope.scope(`vcluster.${statName(name)}`)),
  }));
}

/** Envoy's stats have no colons in their names. */
export function statName(text: string): string {
  return text.replaceAll(":", "_");
}
