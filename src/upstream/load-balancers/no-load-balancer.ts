import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";

/** For clusters that pick the host in another way, until they are told that way. */
export class NoLoadBalancer implements LoadBalancer {
  chooseHost(): Host | null {
    return null;
  }

  peekAnotherHost(): Host | null {
    return null;
  }
}
