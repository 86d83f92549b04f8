import type { ResourcePriority } from "../resource-manager.js";

/** What the connections of a pool speak: HTTP/1.1, or whatever the client speaks through a tunnel that ends here. */
export type PoolProtocol = "http1" | "tcp";

/** Which streams may share a host's connections: those that ask for the same object of `poolKind`. */
export interface PoolKind {
  readonly protocol: PoolProtocol;
  /** Whose circuit breakers count. */
  readonly priority: ResourcePriority;
}

const KINDS = {
  http1: {
    default: Object.freeze<PoolKind>({ protocol: "http1", priority: "default" }),
    high: Object.freeze<PoolKind>({ protocol: "http1", priority: "high" }),
  },
  tcp: {
    default: Object.freeze<PoolKind>({ protocol: "tcp", priority: "default" }),
    high: Object.freeze<PoolKind>({ protocol: "tcp", priority: "high" }),
  },
};

/** The same object whenever it is asked for. */
export function poolKind(protocol: PoolProtocol, priority: ResourcePriority): PoolKind {
  return KINDS[protocol][priority];
}
