import type { ResourcePriority } from "../resource-manager.js";
import type { OwnPools } from "./own-pools.js";

/** What the connections of a pool speak: HTTP/1.1, or whatever the client speaks through a tunnel that ends here. */
export type PoolProtocol = "http1" | "tcp";

/** Which streams may share a host's connections: those that ask for the same object of `poolKind` or of `OwnPools`. */
export interface PoolKind {
  readonly protocol: PoolProtocol;
  /** Whose circuit breakers count. */
  readonly priority: ResourcePriority;
  /** Whose streams alone the pool is for; null when it is for those of all downstream connections. */
  readonly owner: OwnPools | null;
}

const KINDS = {
  http1: {
    default: Object.freeze<PoolKind>({ protocol: "http1", priority: "default", owner: null }),
    high: Object.freeze<PoolKind>({ protocol: "http1", priority: "high", owner: null }),
  },
  tcp: {
    default: Object.freeze<PoolKind>({ protocol: "tcp", priority: "default", owner: null }),
    high: Object.freeze<PoolKind>({ protocol: "tcp", priority: "high", owner: null }),
  },
};

/** A kind for the streams of all downstream connections. The same object whenever it is asked for. */
export function poolKind(protocol: PoolProtocol, priority: ResourcePriority): PoolKind {
  return KINDS[protocol][priority];
}
