import { readFile } from "node:fs/promises";
import type { ConnectionLimit } from "../../network/connection-limit.js";
import type { ResourceMonitorConfig } from "../../overload/overload-config.js";

/** Measures one resource of the process. */
export interface ResourceMonitor {
  readonly name: string;
  /** The pressure, 0 for idle and 1 for all there is. Rejects when it cannot be told. */
  measure(): Promise<number>;
}

export function buildResourceMonitor(config: ResourceMonitorConfig, connections: ConnectionLimit): ResourceMonitor {
  switch (config.kind) {
    case "fixedHeap":
      return new FixedHeapMonitor(config.name, config.maxBytes);
    case "injected":
      return new InjectedResourceMonitor(config.name, config.path);
    case "downstreamConnections":
      return new DownstreamConnectionsMonitor(config.name, config.maxConnections, connections);
  }
}

/**
 * `envoy.resource_monitors.fixed_heap`: what the process occupies of so many bytes. Each thread has a heap of its own and
 * none knows those of the others, and buffers stand outside of all of them: the memory of the whole process it is.
 */
class FixedHeapMonitor implements ResourceMonitor {
  readonly name: string;
  private readonly maxBytes: number;

  constructor(name: string, maxBytes: number) {
    this.name = name;
    this.maxBytes = maxBytes;
  }

  async measure(): Promise<number> {
    return process.memoryUsage.rss() / this.maxBytes;
  }
}

/** `envoy.resource_monitors.injected_resource`: a number from 0 to 1 in a file that somebody else writes. */
class InjectedResourceMonitor implements ResourceMonitor {
  readonly name: string;
  private readonly path: string;

  constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
  }

  async measure(): Promise<number> {
    const text = (await readFile(this.path, "utf8")).trim();
    const pressure = text === "" ? Number.NaN : Number(text);
    if (pressure >= 0 && pressure <= 1) return pressure;
    throw new Error(`${this.path}: ${JSON.stringify(text)} is no number from 0 to 1`);
  }
}

/** `envoy.resource_monitors.global_downstream_max_connections`: connections of all clients. */
class DownstreamConnectionsMonitor implements ResourceMonitor {
  readonly name: string;
  private readonly max: number;
  private readonly connections: ConnectionLimit;

  constructor(name: string, max: number, connections: ConnectionLimit) {
    this.name = name;
    this.max = max;
    this.connections = connections;
  }

  async measure(): Promise<number> {
    return this.connections.count / this.max;
  }
}
