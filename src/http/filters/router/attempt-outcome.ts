import type { Cluster } from "../../../upstream/cluster.js";
import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { Host } from "../../../upstream/host.js";
import { HealthFlags } from "../../../upstream/host-health.js";
import type { HostOutlierMonitor } from "../../../upstream/outlier/host-outlier-monitor.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import { outcomeStatus } from "../../headers/grpc-outcome.js";
import { isGrpcRequest } from "../../headers/grpc-request.js";
import type { HeaderMap } from "../../headers/header-map.js";

/*
 * What comes of an attempt, as it counts for the host it went to: its stats, and outlier detection where the cluster is
 * watched.
 */

const IMMEDIATE_FAIL = "x-envoy-immediate-health-check-fail";
const DEGRADED = "x-envoy-degraded";
const OK_STATUS = 200;
const NO_CONTENT_STATUS = 204;
const ERROR_STATUS = 500;
const GATEWAY_TIMEOUT_STATUS = 504;

/** The attempt has a connection. */
export function countConnected(host: Host): void {
  host.outlier?.putLocalOrigin("connected");
}

/**
 * The host answers, whatever becomes of its answer.
 * @param request the head of what it answers
 */
export function countAnswer(host: Host, cluster: Cluster, request: HeaderMap, headers: HeaderMap): void {
  const { outlier, healthReceiver } = host;
  if (outlier !== null) watchAnswer(host, outlier, answerStatus(cluster, request, headers), headers);
  if (healthReceiver !== null && headers.has(IMMEDIATE_FAIL)) {
    healthReceiver.onImmediateHealthCheckFail(host.clusterName, host.addressText);
  }
}

/** What an answer counts as: by the cluster's own rule, or as HTTP and gRPC have it. */
function answerStatus({ errorMatcher }: Cluster, request: HeaderMap, headers: HeaderMap): number {
  if (errorMatcher !== null) return errorMatcher.matches(headers) ? Math.max(ERROR_STATUS, headers.status) : OK_STATUS;
  return isGrpcRequest(request) ? outcomeStatus(headers) : headers.status;
}

function watchAnswer(host: Host, outlier: HostOutlierMonitor, status: number, headers: HeaderMap): void {
  outlier.putResponse(status);
  const isDegraded = outlier.detectsDegraded && status < ERROR_STATUS && headers.has(DEGRADED);
  // What is known need not be told again.
  if (isDegraded && (host.healthFlags & HealthFlags.degradedOutlierDetection) === 0) outlier.putDegraded();
}

/** The host's answer is the one that was waited for, or is not taken: its head, or its end, shows which. */
export function countOutcome(host: Host, success: boolean): void {
  if (success) host.stats.rqSuccess++;
  else host.stats.rqError++;
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
 * @param alternative the caller wants 204 for that, and is no worse for it
 */
export function countTimeout(host: Host, known: boolean, counted: boolean, alternative: boolean): void {
  if (!known) reportTimeout(host, alternative);
  host.stats.rqTimeout++;
  if (!counted) host.stats.rqError++;
}

/** The same for outlier detection alone. */
export function reportTimeout(host: Host, alternative: boolean): void {
  host.outlier?.putTimeout(alternative ? NO_CONTENT_STATUS : GATEWAY_TIMEOUT_STATUS);
}
