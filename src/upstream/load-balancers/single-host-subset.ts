import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { Subset } from "./host-subset.js";

/**
 * The one host that has a value (`single_host_per_subset`). Whoever asks for it gets it, well or not: there is no other,
 * and nothing to balance.
 */
export class SingleHostSubset implements Subset, LoadBalancer {
  private host: Host | null = null;

  get balancer(): LoadBalancer {
    return this;
  }

  update(hosts: readonly Host[]): void {
    this.host = hosts[0] ?? null;
  }

  chooseHost(): Host | null {
    return this.host;
  }

  /** One host is no prediction: its own pool knows what it needs (`per_upstream_preconnect_ratio`). */
  peekAnotherHost(): Host | null {
    return null;
  }
}
