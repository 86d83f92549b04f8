import type { ConsecutiveEjectionType } from "./outlier/outlier-config.js";

/** Told by the clusters of a worker; on the main thread it is decided what becomes of the host. */
export interface HostFailureReceiver {
  /** A host that is health-checked asked by `x-envoy-immediate-health-check-fail` to get no more requests. */
  onImmediateHealthCheckFail(clusterName: string, addressText: string): void;
  /** A good response of a host that is watched says that the host is degraded. */
  onDegraded(clusterName: string, addressText: string): void;
  onConsecutiveFailures(clusterName: string, addressText: string, type: ConsecutiveEjectionType): void;
}
