import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { HostSet } from "../host-set.js";
import type { LoadBalancer } from "../load-balancer.js";

/** Hosts that are compared for one choice: two are nearly as good as all and cost the same for any number of hosts. */
const CHOICES = 2;

/** Draws two hosts and takes the one with fewer requests in flight from this worker (BEHAVIOUR 6.2). */
export class LeastRequestLoadBalancer implements LoadBalancer {
  private readonly hostSet: HostSet;
  private readonly random: RandomSource;

  constructor(hostSet: HostSet, random: RandomSource) {
    this.hostSet = hostSet;
    this.random = random;
  }

  chooseHost(): Host | null {
    const hosts = this.hostSet.healthy;
    if (hosts.length === 0) return null;
    let chosen = hosts[this.random.below(hosts.length)] as Host;
    for (let drawn = 1; drawn < CHOICES; drawn++) {
      const other = hosts[this.random.below(hosts.length)] as Host;
      if (other.stats.rqActive < chosen.stats.rqActive) chosen = other;
    }
    return chosen;
  }
}
