import type { RandomSource } from "../common/random.js";
import type { RuntimeConfig } from "../config/runtime-config.js";
import type { Dispatcher } from "../event/dispatcher.js";
import { addressText } from "../network/address.js";
import type { StatsScope } from "../stats/stat.js";
import type { EndpointConfig } from "../upstream/cluster-info.js";
import type { HostHealthChange } from "../upstream/host-health.js";
import type { ConsecutiveEjectionType } from "../upstream/outlier/outlier-config.js";
import type { ConsecutiveFailuresReceiver } from "../upstream/outlier/outlier-monitors.js";
import { type EjectionReceiver, OutlierDetector } from "../upstream/outlier-detection/outlier-detector.js";
import { type EventSink, OutlierEventLog } from "../upstream/outlier-detection/outlier-event-log.js";
import { OutlierStats } from "../upstream/outlier-detection/outlier-stats.js";

/** What the supervision works with. */
export interface SupervisionParts {
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly stats: StatsScope;
  /** Memory of the outlier boards, in the order of the clusters; null where there is none. */
  readonly outlierBoards: readonly (SharedArrayBuffer | null)[];
  /** `cluster_manager.outlier_detection.event_log_path`; null for none. */
  readonly outlierEvents: EventSink | null;
  /** Gets every change to every worker. */
  readonly receiver: EjectionReceiver;
}

/** What the main thread watches hosts with, for all clusters that ask for it. */
export class HostSupervision implements EjectionReceiver, ConsecutiveFailuresReceiver {
  private readonly detectors = new Map<string, OutlierDetector>();
  private readonly receiver: EjectionReceiver;

  constructor(config: RuntimeConfig, parts: SupervisionParts) {
    this.receiver = parts.receiver;
    const { dispatcher, random, outlierEvents: sink } = parts;
    for (const [index, info] of config.clusters.entries()) {
      const memory = parts.outlierBoards[index] ?? null;
      if (info.outlierDetection === null || memory === null) continue;
      const stats = new OutlierStats(parts.stats.scope(`cluster.${info.statName}`));
      const events = sink === null ? null : new OutlierEventLog(sink, info.name);
      const detectorParts = { dispatcher, random, stats, receiver: this, events };
      this.detectors.set(info.name, new OutlierDetector(info.name, info.outlierDetection, memory, detectorParts));
      if (info.discovery === "static") this.setHosts(info.name, info.endpoints);
    }
  }

  /** Discovery found these. */
  setHosts(clusterName: string, endpoints: readonly EndpointConfig[]): void {
    this.detectors.get(clusterName)?.setHosts(endpoints.map(({ address }) => addressText(address)));
  }

  onConsecutiveFailures(clusterName: string, address: string, type: ConsecutiveEjectionType): void {
    this.detectors.get(clusterName)?.onConsecutiveFailures(address, type);
  }

  onHostHealth(clusterName: string, changes: readonly HostHealthChange[]): void {
    this.receiver.onHostHealth(clusterName, changes);
  }

  /** Null for a cluster whose hosts are not watched. */
  detectorOf(clusterName: string): OutlierDetector | null {
    return this.detectors.get(clusterName) ?? null;
  }

  destroy(): void {
    for (const detector of this.detectors.values()) detector.destroy();
  }
}
