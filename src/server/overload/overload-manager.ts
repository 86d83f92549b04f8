import type { Logger } from "../../common/logger.js";
import type { ConnectionLimit } from "../../network/connection-limit.js";
import type { OverloadConfig } from "../../overload/overload-config.js";
import type { Counter, Gauge, StatsScope } from "../../stats/stat.js";
import { OverloadAction } from "./overload-action.js";
import { buildResourceMonitor, type ResourceMonitor } from "./resource-monitor.js";

/** What the manager needs of the process. */
export interface OverloadManagerParts {
  /** Where workers read what they shall not do. */
  readonly states: SharedArrayBuffer;
  /** Connections of all listeners. */
  readonly connections: ConnectionLimit;
  readonly stats: StatsScope;
  readonly log: Logger;
}

/** Watches the resources of the process, and tells the workers what to do without while they run out. */
export class OverloadManager {
  private readonly config: OverloadConfig;
  private readonly log: Logger;
  private readonly monitors: readonly WatchedMonitor[];
  private readonly actions: readonly OverloadAction[];
  private readonly pressures = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(config: OverloadConfig, parts: OverloadManagerParts) {
    const { stats, connections } = parts;
    this.config = config;
    this.log = parts.log;
    this.monitors = config.monitors.map((monitor) => {
      return new WatchedMonitor(buildResourceMonitor(monitor, connections), stats, parts.log);
    });
    const states = new Int32Array(parts.states);
    this.actions = config.actions.map((action) => new OverloadAction(action, states, stats));
  }

  /** Resolves when everything was measured for the first time. */
  async start(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.refresh(), this.config.refreshIntervalMs);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private async refresh(): Promise<void> {
    await Promise.all(this.monitors.map((monitor) => this.measure(monitor)));
  }

  /** A resource that cannot be measured keeps the pressure that it had. */
  private async measure(monitor: WatchedMonitor): Promise<void> {
    const pressure = await monitor.update();
    if (pressure === null) return;
    this.pressures.set(monitor.name, pressure);
    for (const action of this.actions) {
      if (!action.update(this.pressures)) continue;
      if (action.isActive) this.log.warn(`overload: ${action.name} is active`);
      else this.log.info(`overload: ${action.name} is no longer active`);
    }
  }
}

/** A monitor with its stats (`overload.<name>.`), asked for one measurement at a time. */
class WatchedMonitor {
  private readonly monitor: ResourceMonitor;
  private readonly log: Logger;
  private readonly pressure: Gauge;
  private readonly failedUpdates: Counter;
  private readonly skippedUpdates: Counter;
  private isPending = false;

  constructor(monitor: ResourceMonitor, stats: StatsScope, log: Logger) {
    const scope = stats.scope(`overload.${monitor.name}`);
    this.monitor = monitor;
    this.log = log;
    this.pressure = scope.gauge("pressure");
    this.failedUpdates = scope.counter("failed_updates");
    this.skippedUpdates = scope.counter("skipped_updates");
  }

  get name(): string {
    return this.monitor.name;
  }

  /** Null when there is nothing new. */
  async update(): Promise<number | null> {
    if (this.isPending) {
      this.skippedUpdates.inc();
      return null;
    }
    this.isPending = true;
    try {
      const pressure = await this.monitor.measure();
      this.pressure.set(Math.floor(pressure * 100));
      return pressure;
    } catch (error) {
      this.failedUpdates.inc();
      this.log.info(`overload: ${this.name} could not be measured: ${error instanceof Error ? error.message : error}`);
      return null;
    } finally {
      this.isPending = false;
    }
  }
}
