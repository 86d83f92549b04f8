import type { CircuitBreakerLimits, RetryBudget } from "./cluster-info.js";

const CONNECTIONS = 0;
const PENDING = 1;
const REQUESTS = 2;
const RETRIES = 3;
const POOLS = 4;
/** Counts of one priority. */
const SLOTS = 5;

/** Bytes of shared memory that a cluster's counts need: both priorities, five 32-bit counts each. */
export const RESOURCE_COUNTS_BYTES = 2 * SLOTS * 4;

/** Whose connections, queue and limits a request uses (`envoy.config.core.v3.RoutingPriority`). */
export type ResourcePriority = "default" | "high";

/** One limited resource of a cluster; the count is shared by all workers, as in Envoy. */
export class Resource {
  private readonly limit: number;
  private readonly counts: Int32Array;
  private readonly slot: number;

  constructor(counts: Int32Array, slot: number, max: number) {
    this.counts = counts;
    this.slot = slot;
    this.limit = max;
  }

  /** How many there may be now. */
  get max(): number {
    return this.limit;
  }

  /** How many more there may be, as stats show it. */
  get remaining(): number {
    return Math.max(0, this.max - this.count);
  }

  get count(): number {
    return Atomics.load(this.counts, this.slot);
  }

  /** False at the limit. Several workers may pass it at once: the limit is soft by their number. */
  canCreate(): boolean {
    return this.count < this.max;
  }

  inc(): void {
    Atomics.add(this.counts, this.slot, 1);
  }

  dec(): void {
    Atomics.sub(this.counts, this.slot, 1);
  }
}

/** Retries under a budget: a share of the requests that are active or wait, however many those are. */
class BudgetedRetries extends Resource {
  private readonly budget: RetryBudget;
  private readonly requests: Resource;
  private readonly pendingRequests: Resource;

  constructor(counts: Int32Array, slot: number, budget: RetryBudget, requests: Resource, pendingRequests: Resource) {
    super(counts, slot, 0);
    this.budget = budget;
    this.requests = requests;
    this.pendingRequests = pendingRequests;
  }

  override get max(): number {
    const active = this.requests.count + this.pendingRequests.count;
    return Math.max(Math.floor((active * this.budget.percent) / 100), this.budget.minConcurrency);
  }

  /** Of a budget it is not tracked, as in Envoy: it would change with every request. */
  override get remaining(): number {
    return 0;
  }
}

/** The circuit breakers of one priority of a cluster. */
export class ResourceManager {
  readonly connections: Resource;
  readonly pendingRequests: Resource;
  readonly requests: Resource;
  readonly retries: Resource;
  readonly connectionPools: Resource;
  /** Connections that one host may have, as far as these limits go. */
  readonly maxConnectionsPerHost: number;

  /** @param memory of `RESOURCE_COUNTS_BYTES`, the same for all workers */
  constructor(memory: SharedArrayBuffer, priority: ResourcePriority, limits: CircuitBreakerLimits) {
    const counts = new Int32Array(memory);
    const base = priority === "default" ? 0 : SLOTS;
    this.connections = new Resource(counts, base + CONNECTIONS, limits.maxConnections);
    this.pendingRequests = new Resource(counts, base + PENDING, limits.maxPendingRequests);
    this.requests = new Resource(counts, base + REQUESTS, limits.maxRequests);
    this.connectionPools = new Resource(counts, base + POOLS, limits.maxConnectionPools);
    this.maxConnectionsPerHost = limits.maxConnectionsPerHost;
    this.retries =
      limits.retryBudget === null
        ? new Resource(counts, base + RETRIES, limits.maxRetries)
        : new BudgetedRetries(counts, base + RETRIES, limits.retryBudget, this.requests, this.pendingRequests);
  }
}
