import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { PrioritySet, PrioritySetObserver } from "../priority-set.js";
import { EdfScheduler } from "./edf-scheduler.js";

/** Hosts that are compared for one choice: two are nearly as good as all and cost the same for any number of hosts. */
const CHOICES = 2;

/**
 * Draws two hosts and takes the one with fewer requests in flight from this worker. Hosts of unequal weights take turns
 * instead, each as often as its weight and its requests in flight say (BEHAVIOUR 6.2).
 */
export class LeastRequestLoadBalancer implements LoadBalancer, PrioritySetObserver {
  private readonly prioritySet: PrioritySet;
  private readonly random: RandomSource;
  private weighted: EdfScheduler<Host> | null = null;

  constructor(prioritySet: PrioritySet, random: RandomSource) {
    this.prioritySet = prioritySet;
    this.random = random;
    prioritySet.addObserver(this);
    this.onHostsChanged();
  }

  onHostsChanged(): void {
    const hosts = this.prioritySet.hostSets[0]?.healthyHosts ?? [];
    this.weighted = null;
    // control plane: when hosts change
    if (hosts.every(({ weight }) => weight === hosts[0]?.weight)) return;
    this.weighted = new EdfScheduler<Host>(weightByLoad);
    for (const host of hosts) this.weighted.add(host);
  }

  chooseHost(_context: LoadBalancerContext): Host | null {
    if (this.weighted !== null) return this.weighted.pick();
    const hosts = this.prioritySet.hostSets[0]?.healthyHosts ?? [];
    if (hosts.length === 0) return null;
    let chosen = hosts[this.random.below(hosts.length)] as Host;
    for (let drawn = 1; drawn < CHOICES; drawn++) {
      const other = hosts[this.random.below(hosts.length)] as Host;
      if (other.stats.rqActive < chosen.stats.rqActive) chosen = other;
    }
    return chosen;
  }
}

/** Envoy's `active_request_bias` of 1. */
function weightByLoad(host: Host): number {
  return host.weight / (host.stats.rqActive + 1);
}
