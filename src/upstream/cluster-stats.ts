import type { ConnectionStats } from "../network/connection.js";
import type { Counter, Gauge, Histogram, StatsScope } from "../stats/stat.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import type { HostSet } from "./host-set.js";
import { ResponseCodeStats } from "./response-code-stats.js";
import { ResponseStats } from "./response-stats.js";
import { ResponseTree } from "./response-tree.js";
import { MessageSizeStats, NOTHING_TRACKED, TimeoutBudgetStats, type TrackedStatsConfig } from "./tracked-stats.js";

/** Names come with requests, and stats are never given up. */
const MAX_ALT_STAT_NAMES = 1_000;

/** The stats of one cluster under `cluster.<name>.`, looked up once. */
export class ClusterStats {
  readonly cxTotal: Counter;
  readonly cxHttp1Total: Counter;
  readonly cxActive: Gauge;
  readonly cxConnectFail: Counter;
  readonly cxConnectTimeout: Counter;
  readonly cxOverflow: Counter;
  readonly cxPoolOverflow: Counter;
  readonly cxIdleTimeout: Counter;
  readonly cxMaxRequests: Counter;
  /** The address that connections were to come from could not be had. */
  readonly bindErrors: Counter;
  readonly cxMaxDurationReached: Counter;
  readonly cxProtocolError: Counter;
  readonly cxNoneHealthy: Counter;
  readonly cxDestroy: Counter;
  readonly cxDestroyLocal: Counter;
  readonly cxDestroyRemote: Counter;
  readonly cxDestroyWithActiveRq: Counter;
  readonly cxDestroyLocalWithActiveRq: Counter;
  readonly cxDestroyRemoteWithActiveRq: Counter;
  readonly cxConnectMs: Histogram;
  readonly cxLengthMs: Histogram;
  readonly rqPerCx: Histogram;
  readonly rqTotal: Counter;
  readonly rqActive: Gauge;
  readonly rqPendingTotal: Counter;
  readonly rqPendingActive: Gauge;
  readonly rqPendingOverflow: Counter;
  readonly rqActiveOverflow: Counter;
  readonly rqPendingFailureEject: Counter;
  readonly rqCancelled: Counter;
  readonly rqTimeout: Counter;
  readonly rqRxReset: Counter;
  readonly rqTxReset: Counter;
  readonly rqMaintenanceMode: Counter;
  readonly rqDropOverload: Counter;
  readonly rqPerTryTimeout: Counter;
  readonly rqPerTryIdleTimeout: Counter;
  readonly rqMaxDurationReached: Counter;
  readonly rqRetry: Counter;
  readonly rqRetrySuccess: Counter;
  readonly rqRetryOverflow: Counter;
  readonly rqRetryLimitExceeded: Counter;
  readonly rqRetryBackOffExponential: Counter;
  readonly rqRetryBackOffRateLimited: Counter;
  readonly retryOrShadowAbandoned: Counter;
  readonly internalRedirectSucceeded: Counter;
  readonly internalRedirectFailed: Counter;
  /** Ours: requests that went out on a stale connection and were sent again on a fresh one. */
  readonly rqStaleRepeated: Counter;
  readonly flowControlPausedReading: Counter;
  readonly flowControlResumedReading: Counter;
  readonly flowControlBackedUp: Counter;
  readonly flowControlDrained: Counter;
  readonly originalDstHostInvalid: Counter;
  readonly membershipChange: Counter;
  readonly membershipTotal: Gauge;
  readonly membershipHealthy: Gauge;
  readonly membershipDegraded: Gauge;
  readonly membershipExcluded: Gauge;
  readonly maxHostWeight: Gauge;
  readonly connection: ConnectionStats;
  /** Null where nobody wants to know. */
  readonly timeoutBudgets: TimeoutBudgetStats | null;
  readonly messageSizes: MessageSizeStats | null;
  private readonly scope: StatsScope;
  private readonly responses: ResponseTree;
  /** By the name that requests ask for. */
  private readonly altResponses = new Map<string, ResponseTree>();
  private readonly zones = new Map<string, ResponseStats>();
  /** Responses that were not passed on, because the request was tried again: `retry.upstream_rq_*`. */
  private readonly retried: ResponseCodeStats;

  constructor(scope: StatsScope, tracked: TrackedStatsConfig = NOTHING_TRACKED) {
    this.timeoutBudgets = tracked.timeoutBudgets ? new TimeoutBudgetStats(scope) : null;
    this.messageSizes = tracked.messageSizes ? new MessageSizeStats(scope) : null;
    this.scope = scope;
    this.responses = new ResponseTree(scope);
    this.retried = new ResponseCodeStats(scope.scope("retry"));
    this.cxTotal = scope.counter("upstream_cx_total");
    this.cxHttp1Total = scope.counter("upstream_cx_http1_total");
    this.cxActive = scope.gauge("upstream_cx_active");
    this.cxConnectFail = scope.counter("upstream_cx_connect_fail");
    this.cxConnectTimeout = scope.counter("upstream_cx_connect_timeout");
    this.cxOverflow = scope.counter("upstream_cx_overflow");
    this.cxPoolOverflow = scope.counter("upstream_cx_pool_overflow");
    this.cxIdleTimeout = scope.counter("upstream_cx_idle_timeout");
    this.bindErrors = scope.counter("bind_errors");
    this.cxMaxDurationReached = scope.counter("upstream_cx_max_duration_reached");
    this.cxMaxRequests = scope.counter("upstream_cx_max_requests");
    this.cxProtocolError = scope.counter("upstream_cx_protocol_error");
    this.cxNoneHealthy = scope.counter("upstream_cx_none_healthy");
    this.cxDestroy = scope.counter("upstream_cx_destroy");
    this.cxDestroyLocal = scope.counter("upstream_cx_destroy_local");
    this.cxDestroyRemote = scope.counter("upstream_cx_destroy_remote");
    this.cxDestroyWithActiveRq = scope.counter("upstream_cx_destroy_with_active_rq");
    this.cxDestroyLocalWithActiveRq = scope.counter("upstream_cx_destroy_local_with_active_rq");
    this.cxDestroyRemoteWithActiveRq = scope.counter("upstream_cx_destroy_remote_with_active_rq");
    this.cxConnectMs = scope.histogram("upstream_cx_connect_ms");
    this.cxLengthMs = scope.histogram("upstream_cx_length_ms");
    this.rqPerCx = scope.histogram("upstream_rq_per_cx");
    this.rqTotal = scope.counter("upstream_rq_total");
    this.rqActive = scope.gauge("upstream_rq_active");
    this.rqPendingTotal = scope.counter("upstream_rq_pending_total");
    this.rqPendingActive = scope.gauge("upstream_rq_pending_active");
    this.rqActiveOverflow = scope.counter("upstream_rq_active_overflow");
    this.rqPendingOverflow = scope.counter("upstream_rq_pending_overflow");
    this.rqPendingFailureEject = scope.counter("upstream_rq_pending_failure_eject");
    this.rqCancelled = scope.counter("upstream_rq_cancelled");
    this.rqTimeout = scope.counter("upstream_rq_timeout");
    this.rqRxReset = scope.counter("upstream_rq_rx_reset");
    this.rqTxReset = scope.counter("upstream_rq_tx_reset");
    this.rqMaintenanceMode = scope.counter("upstream_rq_maintenance_mode");
    this.rqDropOverload = scope.counter("upstream_rq_drop_overload");
    this.rqPerTryTimeout = scope.counter("upstream_rq_per_try_timeout");
    this.rqPerTryIdleTimeout = scope.counter("upstream_rq_per_try_idle_timeout");
    this.rqMaxDurationReached = scope.counter("upstream_rq_max_duration_reached");
    this.rqRetry = scope.counter("upstream_rq_retry");
    this.rqRetrySuccess = scope.counter("upstream_rq_retry_success");
    this.rqRetryOverflow = scope.counter("upstream_rq_retry_overflow");
    this.rqRetryLimitExceeded = scope.counter("upstream_rq_retry_limit_exceeded");
    this.rqRetryBackOffExponential = scope.counter("upstream_rq_retry_backoff_exponential");
    this.rqRetryBackOffRateLimited = scope.counter("upstream_rq_retry_backoff_ratelimited");
    this.internalRedirectSucceeded = scope.counter("upstream_internal_redirect_succeeded_total");
    this.internalRedirectFailed = scope.counter("upstream_internal_redirect_failed_total");
    this.retryOrShadowAbandoned = scope.counter("retry_or_shadow_abandoned");
    this.rqStaleRepeated = scope.counter("upstream_rq_stale_repeated");
    this.flowControlPausedReading = scope.counter("upstream_flow_control_paused_reading_total");
    this.flowControlResumedReading = scope.counter("upstream_flow_control_resumed_reading_total");
    this.flowControlBackedUp = scope.counter("upstream_flow_control_backed_up_total");
    this.flowControlDrained = scope.counter("upstream_flow_control_drained_total");
    this.originalDstHostInvalid = scope.counter("original_dst_host_invalid");
    this.membershipChange = scope.counter("membership_change");
    this.membershipTotal = scope.gauge("membership_total");
    this.membershipHealthy = scope.gauge("membership_healthy");
    this.membershipDegraded = scope.gauge("membership_degraded");
    this.membershipExcluded = scope.gauge("membership_excluded");
    this.maxHostWeight = scope.gauge("max_host_weight");
    this.connection = {
      rxBytes: scope.counter("upstream_cx_rx_bytes_total"),
      txBytes: scope.counter("upstream_cx_tx_bytes_total"),
      rxBuffered: scope.gauge("upstream_cx_rx_bytes_buffered"),
      txBuffered: scope.gauge("upstream_cx_tx_bytes_buffered"),
      delayedCloseTimeouts: null,
    };
  }

  /** The hosts that the cluster has now, for the worker that counts them. */
  countMembers(hostSets: readonly HostSet[]): void {
    let [total, healthy, degraded, excluded, weight] = [0, 0, 0, 0, 0];
    for (const hostSet of hostSets) {
      total += hostSet.hosts.length;
      healthy += hostSet.healthyHosts.length;
      degraded += hostSet.degradedHosts.length;
      excluded += hostSet.excludedHosts.length;
      for (const host of hostSet.hosts) weight = Math.max(weight, host.weight);
    }
    this.membershipTotal.set(total);
    this.membershipHealthy.set(healthy);
    this.membershipDegraded.set(degraded);
    this.membershipExcluded.set(excluded);
    this.maxHostWeight.set(weight);
  }

  /** A response of this status, from upstream or in its place, goes downstream. */
  countResponse(status: number, info: StreamInfo): void {
    this.responses.onResponse(status, info);
    if (info.altStatName !== "") this.altTree(info.altStatName)?.onResponse(status, info);
    const { upstreamHost: host } = info;
    if (host !== null) host.zoneResponses?.onResponse(status);
  }

  /** The response is complete. @param durationMs since the request was */
  countComplete(durationMs: number, info: StreamInfo): void {
    this.responses.onComplete(durationMs, info);
    if (info.altStatName !== "") this.altTree(info.altStatName)?.onComplete(durationMs, info);
    const { upstreamHost: host } = info;
    if (host !== null) host.zoneResponses?.onComplete(durationMs);
  }

  /** A response to a request of the proxy's own: a copy. */
  countResponseToCopy(status: number): void {
    this.responses.onOwnResponse(status);
  }

  /** @param durationMs since the copy was complete */
  countCompleteCopy(durationMs: number): void {
    this.responses.onOwnComplete(durationMs);
  }

  /** Null for a name too many. */
  private altTree(name: string): ResponseTree | null {
    let tree = this.altResponses.get(name);
    if (tree === undefined) {
      if (this.altResponses.size >= MAX_ALT_STAT_NAMES) return null;
      tree = new ResponseTree(this.scope.scope(name));
      this.altResponses.set(name, tree);
    }
    return tree;
  }

  /** `zone.<from>.<to>.*`; null when one of the two is in no zone. */
  zoneResponses(from: string, to: string): ResponseStats | null {
    if (from === "" || to === "") return null;
    const name = `zone.${from}.${to}`;
    let stats = this.zones.get(name);
    if (stats === undefined) {
      stats = new ResponseStats(this.scope.scope(name));
      this.zones.set(name, stats);
    }
    return stats;
  }

  /** A response of this status is dropped for another attempt. */
  countRetriedResponse(status: number): void {
    this.retried.count(status);
  }
}
