import type { Host } from "./host.js";
import type { LoadBalancerContext } from "./load-balancer-context.js";

/** Picks a host for one attempt. Keeps no request state and connects nothing; the pool does. */
export interface LoadBalancer {
  /** Null when no host may take the request. */
  chooseHost(context: LoadBalancerContext): Host | null;
  /**
   * The host of a request that is likely to come: `chooseHost` gives it to one of the next, in the order in which hosts were
   * foreseen. Null when the policy cannot tell, or has told enough.
   */
  peekAnotherHost(context: LoadBalancerContext): Host | null;
}
