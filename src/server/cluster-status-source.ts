import type { ClusterInfo } from "../upstream/cluster-info.js";
import type { ClusterStatus, HostStatus } from "./admin/cluster-status.js";
import type { HostCounts, WorkerOperations } from "./worker-operations.js";

/** Puts together what `/clusters` shows of a cluster from all workers. */
export async function clusterStatus(info: ClusterInfo, workers: readonly WorkerOperations[]): Promise<ClusterStatus> {
  const counts = await Promise.all(workers.map((worker) => worker.hostCounts(info.name)));
  return {
    name: info.name,
    observabilityName: info.statName,
    addedViaApi: false,
    edsServiceName: "",
    outlier: null,
    defaultLimits: info.defaultLimits,
    highLimits: info.highLimits,
    hosts: sumHosts(counts.flat()).map(hostStatus),
  };
}

function sumHosts(counts: readonly HostCounts[]): HostCounts[] {
  const byAddress = new Map<string, HostCounts>();
  for (const host of counts) {
    const sum = byAddress.get(host.address);
    byAddress.set(host.address, sum === undefined ? host : add(sum, host));
  }
  return [...byAddress.values()];
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

function hostStatus(host: HostCounts): HostStatus {
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
    healthFlags: [],
    weight: host.weight,
    locality: { region: "", zone: "", subZone: "" },
    canary: false,
    priority: 0,
    successRate: -1,
    localOriginSuccessRate: -1,
  };
}
