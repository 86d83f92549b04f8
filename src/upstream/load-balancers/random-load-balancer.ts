import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { PrioritySet } from "../priority-set.js";

/** Takes any host with equal chance; weights do not count (BEHAVIOUR 6.2). */
export class RandomLoadBalancer implements LoadBalancer {
  private readonly prioritySet: PrioritySet;
  private readonly random: RandomSource;

  constructor(prioritySet: PrioritySet, random: RandomSource) {
    this.prioritySet = prioritySet;
    this.random = random;
  }

  chooseHost(_context: LoadBalancerContext): Host | null {
    const hosts = this.prioritySet.hostSets[0]?.healthyHosts ?? [];
    return hosts.length === 0 ? null : (hosts[this.random.below(hosts.length)] as Host);
  }
}
