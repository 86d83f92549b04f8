import type { Gauge, StatsScope } from "../stats/stat.js";
import type { ClusterInfo } from "./cluster-info.js";
import { type Resource, ResourceManager, type ResourcePriority } from "./resource-manager.js";

/** The gauges of one resource. */
class ResourceGauges {
  private readonly resource: Resource;
  private readonly open: Gauge;
  private readonly remaining: Gauge | null;

  constructor(resource: Resource, open: Gauge, remaining: Gauge | null) {
    this.resource = resource;
    this.open = open;
    this.remaining = remaining;
  }

  refresh(): void {
    this.open.set(this.resource.canCreate() ? 0 : 1);
    this.remaining?.set(this.resource.remaining);
  }
}

/**
 * `cluster.<name>.circuit_breakers.<priority>.*`: read on the main thread from the counts that the
 * workers share, when someone looks. A worker's share of "open" would mean nothing.
 */
export class CircuitBreakerStats {
  private readonly gauges: ResourceGauges[] = [];
  private readonly retries = new Map<ResourcePriority, Resource>();

  /** @param memory the cluster's counts */
  constructor(info: ClusterInfo, memory: SharedArrayBuffer, root: StatsScope) {
    const scope = root.scope(`cluster.${info.statName}.circuit_breakers`);
    for (const priority of ["default", "high"] as const) {
      const limits = priority === "default" ? info.defaultLimits : info.highLimits;
      const { connections, connectionPools, pendingRequests, requests, retries } = new ResourceManager(
        memory,
        priority,
        limits,
      );
      this.retries.set(priority, retries);
      const resources = [
        [connections, "cx_open", "remaining_cx"],
        [connectionPools, "cx_pool_open", "remaining_cx_pools"],
        [pendingRequests, "rq_pending_open", "remaining_pending"],
        [requests, "rq_open", "remaining_rq"],
        [retries, "rq_retry_open", "remaining_retries"],
      ] as const;
      for (const [resource, open, remaining] of resources) {
        const left = limits.trackRemaining ? scope.gauge(`${priority}.${remaining}`) : null;
        this.gauges.push(new ResourceGauges(resource, scope.gauge(`${priority}.${open}`), left));
      }
    }
  }

  /** How many retries there may be now: a budget follows the requests. */
  maxRetries(priority: ResourcePriority): number {
    return this.retries.get(priority)?.max ?? 0;
  }

  refresh(): void {
    for (const gauges of this.gauges) gauges.refresh();
  }
}
