import type { CircuitBreakerLimits } from "./cluster-info.js";

const CONNECTIONS = 0;
const PENDING = 1;
const REQUESTS = 2;
const RETRIES = 3;
/** Counts of one priority. */
const SLOTS = 4;

/** Bytes of shared memory that a cluster's counts need: both priorities, four 32-bit counts each. */
export const RESOURCE_COUNTS_BYTES = 2 * SLOTS * 4;

/** One limited resource of a cluster; the count is shared by all workers, as in Envoy. */
export class Resource {
  readonly max: number;
  private readonly counts: Int32Array;
  private readonly slot: number;

  constructor(counts: Int32Array, slot: number, max: number) {
    this.counts = counts;
    this.slot = slot;
    this.max = max;
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

/** The circuit breakers of one priority of a cluster (BEHAVIOUR 6.5). */
export class ResourceManager {
  readonly connections: Resource;
  readonly pendingRequests: Resource;
  readonly requests: Resource;
  readonly retries: Resource;

  /** @param memory of `RESOURCE_COUNTS_BYTES`, the same for all workers */
  constructor(memory: SharedArrayBuffer, priority: "default" | "high", limits: CircuitBreakerLimits) {
    const counts = new Int32Array(memory);
    const base = priority === "default" ? 0 : SLOTS;
    this.connections = new Resource(counts, base + CONNECTIONS, limits.maxConnections);
    this.pendingRequests = new Resource(counts, base + PENDING, limits.maxPendingRequests);
    this.requests = new Resource(counts, base + REQUESTS, limits.maxRequests);
    this.retries = new Resource(counts, base + RETRIES, limits.maxRetries);
  }
}
