import type { Host } from "./host.js";
import type { LoadBalancerContext } from "./load-balancer-context.js";

/** Picks a host for one attempt. Keeps no request state and connects nothing; the pool does. */
export interface LoadBalancer {
  /** Null when no host may take the request. */
  chooseHost(context: LoadBalancerContext): Host | null;
}
