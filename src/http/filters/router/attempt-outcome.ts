import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { Host } from "../../../upstream/host.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import { outcomeStatus } from "../../headers/grpc-outcome.js";
import type { HeaderMap } from "../../headers/header-map.js";

/*
 * What comes of an attempt, as it counts for the host it went to: its stats, and outlier detection where the cluster is
 * watched.
 */

const IMMEDIATE_FAIL = "x-envoy-immediate-health-check-fail";

/** The attempt has a connection. */
export function countConnected(host: Host): void {
  host.outlier?.putLocalOrigin("connected");
}

/** The host answers. */
export function countAnswer(host: Host, headers: HeaderMap): void {
  host.outlier?.putResponse(outcomeStatus(headers));
  if (host.healthReceiver !== null && headers.has(IMMEDIATE_FAIL)) {
    host.healthReceiver.onImmediateHealthCheckFail(host.clusterName, host.addressText);
  }
  if (headers.status < 500) host.stats.rqSuccess++;
  else host.stats.rqError++;
}

/**
 * The attempt ended without a complete response.
 * @param answered its head had come, which has counted for the host as a success or an error
 */
export function countReset(host: Host, stats: ClusterStats, reason: ResetReason, answered: boolean): void {
  if (!answered) host.stats.rqError++;
  // What a full circuit breaker turned away says nothing of the host.
  if (reason !== "overflow") host.outlier?.putLocalOrigin("connectFailed");
  // A request that never had a connection was not reset; the pool has counted why.
  if (reason === "connection termination" || reason === "remote reset") stats.rqRxReset.inc();
  else if (reason === "protocol error" || reason === "local reset") stats.rqTxReset.inc();
}

/** The host took too long for a try. @param counted outlier detection knows already */
export function countTimeout(host: Host, counted: boolean, answered: boolean): void {
  if (!counted) host.outlier?.putLocalOrigin("timeout");
  host.stats.rqTimeout++;
  if (!answered) host.stats.rqError++;
}
