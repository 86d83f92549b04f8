import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { PriorityLoad } from "../priority-load.js";
import type { PrioritySet, PrioritySetObserver } from "../priority-set.js";
import type { ZoneAwareLoadBalancer } from "./zone-aware-load-balancer.js";

/**
 * Makes choices before the requests that they are for, and gives them out in the order in which they were made: whoever asks
 * gets the very hosts that he would have got without. Only where `predictive_preconnect_ratio` wants it.
 */
export class PeekingLoadBalancer implements LoadBalancer, PrioritySetObserver {
  private readonly balancer: ZoneAwareLoadBalancer;
  private readonly prioritySet: PrioritySet;
  /** What the choices were made by. */
  private load: PriorityLoad;
  private healthyCount = 0;
  /** Chosen and not given out yet, in order. A few at most. */
  private foreseen: Host[] = [];

  /** @param balancer over the hosts of `prioritySet`, and told of their changes before this */
  constructor(balancer: ZoneAwareLoadBalancer, prioritySet: PrioritySet) {
    this.balancer = balancer;
    this.prioritySet = prioritySet;
    this.load = balancer.load;
    this.onHostsChanged();
    prioritySet.addObserver(this);
  }

  /** Choices stand as long as they could be made again. */
  onHostsChanged(): void {
    const { hostSets } = this.prioritySet;
    const healthy = hostSets.flatMap(({ healthyHosts }) => healthyHosts); // control plane: when hosts change
    this.healthyCount = healthy.length;
    const before = this.load;
    this.load = this.balancer.load;
    if (this.foreseen.length === 0) return;
    const stillHealthy = new Set(areEqual(before, this.load) ? healthy : []);
    this.foreseen = this.foreseen.filter((host) => stillHealthy.has(host)); // control plane: when hosts change
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    const host = this.isOrdinary(context) ? this.foreseen.shift() : undefined;
    return host ?? this.balancer.chooseHost(context);
  }

  /** No more than one for each healthy host. */
  peekAnotherHost(context: LoadBalancerContext): Host | null {
    if (this.foreseen.length >= this.healthyCount) return null;
    if (!this.balancer.isForeseeable || !this.isOrdinary(context)) return null;
    const host = this.balancer.chooseHost(context);
    if (host !== null) this.foreseen.push(host);
    return host;
  }

  /** Any of the hosts will do. What keeps away from hosts or priorities is a matter of its own. */
  private isOrdinary(context: LoadBalancerContext): boolean {
    const { load } = this.balancer;
    return context.hostSelectionRetryCount() === 0 && context.priorityLoad(this.prioritySet, load) === load;
  }
}

function areEqual(a: PriorityLoad, b: PriorityLoad): boolean {
  return a === b || `${a.healthy} ${a.degraded}` === `${b.healthy} ${b.degraded}`;
}
