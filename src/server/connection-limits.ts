import { Runtime } from "../common/runtime.js";
import type { RuntimeConfig } from "../config/runtime-config.js";
import { CONNECTION_COUNT_BYTES, ConnectionLimit } from "../network/connection-limit.js";
import type { ConnectionLimits } from "../network/listener.js";

/** Memory for the counts of all listeners together, and of each. */
export function connectionCountsMemory(config: RuntimeConfig): SharedArrayBuffer {
  return new SharedArrayBuffer(CONNECTION_COUNT_BYTES * (1 + config.listeners.length));
}

/** All connections of clients, with the least of the limits that configuration sets for them. */
export function globalConnectionLimit(config: RuntimeConfig, memory: SharedArrayBuffer): ConnectionLimit {
  let max = new Runtime(config.runtime).integer("overload.global_downstream_max_connections", Number.POSITIVE_INFINITY);
  for (const monitor of config.overload?.monitors ?? []) {
    if (monitor.kind === "downstreamConnections") max = Math.min(max, monitor.maxConnections);
  }
  return new ConnectionLimit(new Int32Array(memory), 0, max);
}

/** What limits the connections of each listener, by its place; null where nothing does. */
export function connectionLimits(
  config: RuntimeConfig,
  memory: SharedArrayBuffer,
): ((listenerIndex: number) => ConnectionLimits) | null {
  const runtime = new Runtime(config.runtime);
  const global = globalConnectionLimit(config, memory);
  const maxima = config.listeners.map(({ name }) =>
    runtime.integer(`envoy.resource_limits.listener.${name}.connection_limit`, Number.POSITIVE_INFINITY),
  );
  if (!global.isLimited && maxima.every((max) => max === Number.POSITIVE_INFINITY)) return null;
  const counts = new Int32Array(memory);
  return (index) => ({
    global,
    listener: new ConnectionLimit(counts, 1 + index, maxima[index] ?? Number.POSITIVE_INFINITY),
  });
}
