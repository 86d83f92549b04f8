import type { RandomSource } from "../common/random.js";
import type { RuntimeConfig } from "../config/runtime-config.js";
import type { Dispatcher } from "../event/dispatcher.js";
import { addressText } from "../network/address.js";
import type { ConnectionStats } from "../network/connection.js";
import type { IdSource } from "../network/listener.js";
import type { ReadBuffers } from "../network/read-buffers.js";
import type { SocketFactory } from "../network/stream-socket.js";
import type { Counter, StatsScope } from "../stats/stat.js";
import type { ClusterInfo, EndpointConfig } from "../upstream/cluster-info.js";
import type { EventSink } from "../upstream/event-sink.js";
import { HealthCheckEventLog } from "../upstream/health-check/health-check-event-log.js";
import { HealthCheckStats } from "../upstream/health-check/health-check-stats.js";
import { HealthChecker, type HealthReceiver } from "../upstream/health-check/health-checker.js";
import { HostStabilizer } from "../upstream/health-check/host-stabilizer.js";
import type { CheckHeaders } from "../upstream/health-check/http-check-session.js";
import type { HealthCheckConfig } from "../upstream/health-check-config.js";
import type { HostFailureReceiver } from "../upstream/host-failure-receiver.js";
import { type HostHealthChange, uncheckedFlags } from "../upstream/host-health.js";
import type { ConsecutiveEjectionType } from "../upstream/outlier/outlier-config.js";
import { type EjectionReceiver, OutlierDetector } from "../upstream/outlier-detection/outlier-detector.js";
import { OutlierEventLog } from "../upstream/outlier-detection/outlier-event-log.js";
import { OutlierStats } from "../upstream/outlier-detection/outlier-stats.js";
import { CheckHeaderRules } from "./check-headers.js";

/** Checks are no traffic of the cluster. */
const NOT_COUNTED: Counter = { name: "", inc: () => {}, add: () => {} };
const UNCOUNTED: ConnectionStats = {
  rxBytes: NOT_COUNTED,
  txBytes: NOT_COUNTED,
  rxBuffered: null,
  txBuffered: null,
  delayedCloseTimeouts: null,
};

/** TCP checks have no headers. */
const NO_RULES: CheckHeaders = { applyTo: () => {} };

/** Told of the hosts that a cluster has from now on. Tells the workers, and then `setHosts`. */
export interface HostsReceiver {
  onHosts(clusterName: string, endpoints: readonly EndpointConfig[]): void;
}

/** What the supervision works with. */
export interface SupervisionParts {
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly stats: StatsScope;
  /** Memory of the outlier boards, in the order of the clusters; null where there is none. */
  readonly outlierBoards: readonly (SharedArrayBuffer | null)[];
  /** `cluster_manager.outlier_detection.event_log_path`; null for none. */
  readonly outlierEvents: EventSink | null;
  /** Where a log of health checks goes. */
  readonly healthEvents: (path: string) => EventSink;
  readonly readBuffers: ReadBuffers;
  readonly sockets: SocketFactory;
  readonly connectionIds: IdSource;
  /** Whether a cluster has carried requests, by its stats' root. */
  readonly hasTraffic: (statName: string) => boolean;
  /** Gets every change to every worker. */
  readonly receiver: EjectionReceiver & HostsReceiver;
}

/** What the main thread watches hosts with, for all clusters that ask for it. */
export class HostSupervision implements HealthReceiver, HostFailureReceiver {
  private readonly detectors = new Map<string, OutlierDetector>();
  private readonly checkers = new Map<string, HealthChecker>();
  private readonly stabilizers = new Map<string, HostStabilizer>();
  private readonly parts: SupervisionParts;

  constructor(config: RuntimeConfig, parts: SupervisionParts) {
    this.parts = parts;
    const { dispatcher, random, outlierEvents: sink } = parts;
    for (const [index, info] of config.clusters.entries()) {
      const memory = parts.outlierBoards[index] ?? null;
      if (info.outlierDetection !== null && memory !== null) {
        const stats = new OutlierStats(parts.stats.scope(`cluster.${info.statName}`));
        const events = sink === null ? null : new OutlierEventLog(sink, info.name);
        const detectorParts = { dispatcher, random, stats, receiver: this, events };
        this.detectors.set(info.name, new OutlierDetector(info.name, info.outlierDetection, memory, detectorParts));
      }
      if (info.healthCheck === null) continue;
      this.checkers.set(info.name, this.createChecker(info, info.healthCheck));
      // A logical host has no address of its own that it could keep.
      if (!info.ignoreHealthOnHostRemoval && info.discovery === "strictDns") {
        const passes = (address: string): boolean => this.passesChecks(info.name, address);
        this.stabilizers.set(info.name, new HostStabilizer(passes));
      }
    }
  }

  /** Hosts that configuration names are watched from now on; those of discovery when they are found. */
  start(config: RuntimeConfig): void {
    for (const { name, discovery, endpoints } of config.clusters) {
      if (discovery === "static") this.setHosts(name, endpoints);
    }
  }

  private createChecker(info: ClusterInfo, config: HealthCheckConfig): HealthChecker {
    const { dispatcher, random, hasTraffic, healthEvents } = this.parts;
    const scope = this.parts.stats.scope(`cluster.${info.statName}`);
    const network = { ...this.parts, stats: UNCOUNTED };
    const stats = new HealthCheckStats(scope);
    const type = config.check.kind === "http" ? "HTTP" : "TCP";
    const sinks = config.eventLogPaths.map(healthEvents);
    const events = sinks.length === 0 ? null : new HealthCheckEventLog(sinks, info.name, type, dispatcher);
    const unchecked = uncheckedFlags(info.ignoreNewHostsUntilFirstCheck);
    const checkerParts = { uncheckedFlags: unchecked, dispatcher, random, stats, events, network, receiver: this };
    const rules = config.check.kind === "http" ? new CheckHeaderRules(info, config.check, dispatcher) : null;
    return new HealthChecker(info.name, config, {
      ...checkerParts,
      hasTraffic: () => hasTraffic(info.statName),
      headersFor: (endpoint) => rules?.for(endpoint) ?? NO_RULES,
    });
  }

  /** Resolves when every host that is checked has had a first result: until then nobody knows where to send requests. */
  async firstRound(): Promise<void> {
    await Promise.all([...this.checkers.values()].map((checker) => checker.firstRound()));
  }

  /**
   * Discovery found these. Returns the hosts that there are: those, and such that it has lost while their checks still
   * pass.
   */
  stabilized(clusterName: string, found: readonly EndpointConfig[]): readonly EndpointConfig[] {
    return this.stabilizers.get(clusterName)?.onDiscovered(found) ?? found;
  }

  /** These are the hosts. The workers have been told: what is known of the hosts' health follows. */
  setHosts(clusterName: string, endpoints: readonly EndpointConfig[]): void {
    this.checkers.get(clusterName)?.setHosts(endpoints);
    this.detectors.get(clusterName)?.setHosts(endpoints.map(({ address }) => addressText(address)));
  }

  private passesChecks(clusterName: string, address: string): boolean {
    return this.checkers.get(clusterName)?.passes(address) ?? true;
  }

  onConsecutiveFailures(clusterName: string, address: string, type: ConsecutiveEjectionType): void {
    this.detectors.get(clusterName)?.onConsecutiveFailures(address, type);
  }

  onDegraded(clusterName: string, address: string): void {
    this.detectors.get(clusterName)?.onDegraded(address);
  }

  onImmediateHealthCheckFail(clusterName: string, address: string): void {
    this.checkers.get(clusterName)?.failImmediately(address);
  }

  onHostHealth(clusterName: string, changes: readonly HostHealthChange[]): void {
    this.parts.receiver.onHostHealth(clusterName, changes);
    const endpoints = this.stabilizers.get(clusterName)?.withoutFailed() ?? null;
    if (endpoints !== null) this.parts.receiver.onHosts(clusterName, endpoints);
  }

  onCheckPassed(clusterName: string, address: string): void {
    this.detectors.get(clusterName)?.onHealthCheckPassed(address);
  }

  /** Null for a cluster whose hosts are not watched. */
  detectorOf(clusterName: string): OutlierDetector | null {
    return this.detectors.get(clusterName) ?? null;
  }

  destroy(): void {
    for (const checker of this.checkers.values()) checker.destroy();
    for (const detector of this.detectors.values()) detector.destroy();
  }
}
