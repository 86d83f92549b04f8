import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { HostSet } from "../host-set.js";
import type { LoadBalancer } from "../load-balancer.js";

/** Takes any host with equal chance; weights do not count (BEHAVIOUR 6.2). */
export class RandomLoadBalancer implements LoadBalancer {
  private readonly hostSet: HostSet;
  private readonly random: RandomSource;

  constructor(hostSet: HostSet, random: RandomSource) {
    this.hostSet = hostSet;
    this.random = random;
  }

  chooseHost(): Host | null {
    const hosts = this.hostSet.healthy;
    return hosts.length === 0 ? null : (hosts[this.random.below(hosts.length)] as Host);
  }
}
