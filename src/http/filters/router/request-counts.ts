import type { RetryOutcome, StreamInfo } from "../../../stream-info/stream-info.js";
import type { ClusterStats } from "../../../upstream/cluster-stats.js";

/*
 * What becomes of a request, as it counts for its cluster, for the virtual cluster that it belongs to and for a route
 * that has a `stat_prefix`.
 */

/** An attempt has a connection; the cluster has counted that. */
export function countAttempt(info: StreamInfo): void {
  info.virtualCluster?.onAttempt();
  info.routeGroup?.onAttempt();
}

/** The time of the route is up while an attempt is under way. */
export function countRequestTimeout(stats: ClusterStats, info: StreamInfo): void {
  stats.rqTimeout.inc();
  info.virtualCluster?.onTimeout();
  info.routeGroup?.onTimeout();
}

export function countRetry(stats: ClusterStats, info: StreamInfo, outcome: RetryOutcome): void {
  switch (outcome) {
    case "retry":
      stats.rqRetry.inc();
      break;
    case "success":
      stats.rqRetrySuccess.inc();
      break;
    case "overflow":
      stats.rqRetryOverflow.inc();
      break;
    case "limitExceeded":
      stats.rqRetryLimitExceeded.inc();
      break;
  }
  info.virtualCluster?.onRetry(outcome);
  info.routeGroup?.onRetry(outcome);
}

/** The upstream's response begins, or the router's own in its place. */
export function countResponse(stats: ClusterStats, info: StreamInfo, status: number): void {
  if (!info.countsResponse) return;
  const counted = countedStatus(status, info);
  stats.countResponse(counted, info);
  info.virtualCluster?.onResponse(counted);
  info.routeGroup?.onResponse(counted);
}

/** A response of this status is dropped for another attempt. */
export function countRetriedResponse(stats: ClusterStats, info: StreamInfo, status: number): void {
  stats.countRetriedResponse(countedStatus(status, info));
}

function countedStatus(status: number, info: StreamInfo): number {
  return info.countsStatus ? status : 0;
}

/** The response is complete. @param durationMs since the request was */
export function countComplete(stats: ClusterStats, info: StreamInfo, durationMs: number): void {
  if (!info.countsResponse) return;
  stats.countComplete(durationMs, info);
  info.virtualCluster?.onComplete(durationMs);
  info.routeGroup?.onComplete(durationMs);
}
