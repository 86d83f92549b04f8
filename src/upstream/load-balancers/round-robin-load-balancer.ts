import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { PrioritySet, PrioritySetObserver } from "../priority-set.js";
import { EdfScheduler } from "./edf-scheduler.js";

/**
 * Takes the hosts in turn, from a random one on so that workers do not all begin with the same. Unequal weights are
 * kept by an earliest-deadline-first schedule (BEHAVIOUR 6.2).
 */
export class RoundRobinLoadBalancer implements LoadBalancer, PrioritySetObserver {
  private readonly prioritySet: PrioritySet;
  private readonly random: RandomSource;
  private next = 0;
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
    const first = hosts[0];
    if (first === undefined) return;
    this.next = this.random.below(hosts.length);
    // control plane: when hosts change
    if (hosts.every(({ weight }) => weight === first.weight)) return;
    const schedule = new EdfScheduler<Host>(weightOf);
    for (const host of hosts) schedule.add(host);
    for (let i = this.next; i > 0; i--) schedule.pick();
    this.weighted = schedule;
  }

  chooseHost(_context: LoadBalancerContext): Host | null {
    if (this.weighted !== null) return this.weighted.pick();
    const hosts = this.prioritySet.hostSets[0]?.healthyHosts ?? [];
    if (hosts.length === 0) return null;
    if (this.next >= hosts.length) this.next = 0;
    return hosts[this.next++] as Host;
  }
}

function weightOf(host: Host): number {
  return host.weight;
}
