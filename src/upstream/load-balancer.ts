import type { Host } from "./host.js";

/** Picks a host for one attempt. Keeps no request state and connects nothing; the pool does. */
export interface LoadBalancer {
  /** Null when no host may take the request. */
  chooseHost(): Host | null;
}
