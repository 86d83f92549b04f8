import type { CircuitBreakerStats } from "../upstream/circuit-breaker-stats.js";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { HealthFlags } from "../upstream/host-health.js";
import { localityKey } from "../upstream/locality.js";
import type { OutlierDetector } from "../upstream/outlier-detection/outlier-detector.js";
import type { WatchedHost } from "../upstream/outlier-detection/watched-host.js";
import type { ClusterStatus, HealthFlag, HostStatus, OutlierStatus } from "./admin/cluster-status.js";
import type { HostCounts, WorkerOperations } from "./worker-operations.js";

/** Puts together what `/clusters` shows of a cluster from all workers. */
export async function clusterStatus(
  info: ClusterInfo,
  workers: readonly WorkerOperations[],
  detector: OutlierDetector | null,
  breakers: CircuitBreakerStats,
): Promise<ClusterStatus> {
  const hosts = await hostsOfAll(info.name, workers);
  return {
    name: info.name,
    observabilityName: info.observabilityName,
    addedViaApi: false,
    edsServiceName: "",
    outlier: detector === null ? null : outlierStatus(detector),
    defaultLimits: { ...info.defaultLimits, maxRetries: breakers.maxRetries("default") },
    highLimits: { ...info.highLimits, maxRetries: breakers.maxRetries("high") },
    hosts: hosts.map((host) => hostStatus(host, detector?.host(host.address) ?? null)),
  };
}

/** The hosts of a cluster as all workers together count them. */
export async function hostsOfAll(
  clusterName: string,
  workers: readonly WorkerOperations[],
): Promise<readonly HostCounts[]> {
  return sumHosts(await Promise.all(workers.map((worker) => worker.hostCounts(clusterName))));
}

/**
 * The same host of all workers, added up. An address may be several hosts: of different priorities or localities, or
 * listed more than once.
 */
function sumHosts(counts: readonly (readonly HostCounts[])[]): HostCounts[] {
  const sums = new Map<string, HostCounts>();
  for (const hosts of counts) {
    const listed = new Map<string, number>();
    for (const host of hosts) {
      const identity = `${host.priority} ${host.address} ${host.hostname} ${localityKey(host.locality)}`;
      const index = listed.get(identity) ?? 0;
      listed.set(identity, index + 1);
      const key = `${identity} ${index}`;
      const sum = sums.get(key);
      sums.set(key, sum === undefined ? host : add(sum, host));
    }
  }
  return [...sums.values()].sort((a, b) => a.priority - b.priority);
}

function add(a: HostCounts, b: HostCounts): HostCounts {
  return {
    ...a,
    cxActive: a.cxActive + b.cxActive,
    cxConnectFail: a.cxConnectFail + b.cxConnectFail,
    cxTotal: a.cxTotal + b.cxTotal,
    rqActive: a.rqActive + b.rqActive,
    rqError: a.rqError + b.rqError,
    rqSuccess: a.rqSuccess + b.rqSuccess,
    rqTimeout: a.rqTimeout + b.rqTimeout,
    rqTotal: a.rqTotal + b.rqTotal,
  };
}

function outlierStatus({ successRates: { external, local } }: OutlierDetector): OutlierStatus {
  return {
    successRateAverage: external?.average ?? -1,
    successRateEjectionThreshold: external?.ejectionThreshold ?? -1,
    localOriginSuccessRateAverage: local?.average ?? -1,
    localOriginSuccessRateEjectionThreshold: local?.ejectionThreshold ?? -1,
  };
}

function hostStatus(host: HostCounts, watched: WatchedHost | null): HostStatus {
  return {
    address: host.socketAddress,
    hostname: host.hostname,
    stats: [
      { name: "cx_active", kind: "gauge", value: host.cxActive },
      { name: "cx_connect_fail", kind: "counter", value: host.cxConnectFail },
      { name: "cx_total", kind: "counter", value: host.cxTotal },
      { name: "rq_active", kind: "gauge", value: host.rqActive },
      { name: "rq_error", kind: "counter", value: host.rqError },
      { name: "rq_success", kind: "counter", value: host.rqSuccess },
      { name: "rq_timeout", kind: "counter", value: host.rqTimeout },
      { name: "rq_total", kind: "counter", value: host.rqTotal },
    ],
    healthFlags: healthFlagNames(host.healthFlags),
    weight: host.weight,
    locality: host.locality,
    canary: host.canary,
    priority: host.priority,
    successRate: watched?.successRate ?? -1,
    localOriginSuccessRate: watched?.localOriginSuccessRate ?? -1,
  };
}

/** Envoy's words for the bits, in the order of the bits. */
const FLAG_NAMES: readonly (readonly [flag: number, name: HealthFlag])[] = [
  [HealthFlags.failedActiveHealthCheck, "failed_active_hc"],
  [HealthFlags.failedOutlierCheck, "failed_outlier_check"],
  [HealthFlags.failedEdsHealth, "failed_eds_health"],
  [HealthFlags.degradedActiveHealthCheck, "degraded_active_hc"],
  [HealthFlags.degradedEdsHealth, "degraded_eds_health"],
  [HealthFlags.pendingDynamicRemoval, "pending_dynamic_removal"],
  [HealthFlags.pendingActiveHealthCheck, "pending_active_hc"],
  [HealthFlags.excludedViaImmediateHealthCheckFail, "excluded_via_immediate_hc_fail"],
  [HealthFlags.activeHealthCheckTimeout, "active_hc_timeout"],
  [HealthFlags.edsStatusDraining, "eds_status_draining"],
  [HealthFlags.degradedOutlierDetection, "degraded_outlier_detection"],
];

function healthFlagNames(flags: number): HealthFlag[] {
  return FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
}
