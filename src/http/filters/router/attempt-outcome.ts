import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { Host } from "../../../upstream/host.js";
import { HealthFlags } from "../../../upstream/host-health.js";
import type { HostOutlierMonitor } from "../../../upstream/outlier/host-outlier-monitor.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import { outcomeStatus } from "../../headers/grpc-outcome.js";
import type { HeaderMap } from "../../headers/header-map.js";

/*
 * What comes of an attempt, as it counts for the host it went to: its stats, and outlier detection where the cluster is
 * watched.
 */

const IMMEDIATE_FAIL = "x-envoy-immediate-health-check-fail";
const DEGRADED = "x-envoy-degraded";

/** The attempt has a connection. */
export function countConnected(host: Host): void {
  host.outlier?.putLocalOrigin("connected");
}

/** The host answers, whatever becomes of its answer. */
export function countAnswer(host: Host, headers: HeaderMap): void {
  if (host.outlier !== null) watchAnswer(host, host.outlier, headers);
  if (host.healthReceiver !== null && headers.has(IMMEDIATE_FAIL)) {
    host.healthReceiver.onImmediateHealthCheckFail(host.clusterName, host.addressText);
  }
}

/** The host's answer is the one that was waited for, or is not taken: its head, or its end, shows which. */
export function countOutcome(host: Host, success: boolean): void {
  if (success) host.stats.rqSuccess++;
  else host.stats.rqError++;
}

function watchAnswer(host: Host, outlier: HostOutlierMonitor, headers: HeaderMap): void {
  const status = outcomeStatus(headers);
  outlier.putResponse(status);
  const isDegraded = outlier.detectsDegraded && status < 500 && headers.has(DEGRADED);
  // What is known need not be told again.
  if (isDegraded && (host.healthFlags & HealthFlags.degradedOutlierDetection) === 0) outlier.putDegraded();
}

/**
 * The attempt ended without a complete response.
 * @param counted its head has counted for the host as a success or an error
 */
export function countReset(host: Host, stats: ClusterStats, reason: ResetReason, counted: boolean): void {
  if (!counted) host.stats.rqError++;
  // What a full circuit breaker turned away says nothing of the host.
  if (reason !== "overflow") host.outlier?.putLocalOrigin("connectFailed");
  // A request that never had a connection was not reset; the pool has counted why.
  if (reason === "connection termination" || reason === "remote reset") stats.rqRxReset.inc();
  else if (reason === "protocol error" || reason === "local reset") stats.rqTxReset.inc();
}

/**
 * The host took too long for a try.
 * @param known outlier detection knows already
 * @param counted its head has counted for the host as a success or an error
 */
export function countTimeout(host: Host, known: boolean, counted: boolean): void {
  if (!known) host.outlier?.putLocalOrigin("timeout");
  host.stats.rqTimeout++;
  if (!counted) host.stats.rqError++;
}
