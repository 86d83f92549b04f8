import type { RandomSource } from "../../common/random.js";
import type { Dispatcher, Timer, TimerTarget } from "../../event/dispatcher.js";
import type { HostHealthChange } from "../host-health.js";
import { OutlierBoard } from "../outlier/outlier-board.js";
import type { ConsecutiveEjectionType, EjectionType, OutlierDetectionConfig } from "../outlier/outlier-config.js";
import { EjectionPeriod } from "./ejection-period.js";
import type { EventTime, OutlierEventLog, RateEvidence } from "./outlier-event-log.js";
import type { OutlierStats } from "./outlier-stats.js";
import { type SuccessRateResult, successRateThreshold } from "./success-rate.js";
import { WATCHED_FLAGS, WatchedHost } from "./watched-host.js";

/** Told which hosts are ejected and which come back. */
export interface EjectionReceiver {
  onHostHealth(clusterName: string, changes: readonly HostHealthChange[]): void;
}

/** What a detector works with. */
export interface OutlierDetectorParts {
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly stats: OutlierStats;
  readonly receiver: EjectionReceiver;
  /** Null when nobody wants to read of it. */
  readonly events: OutlierEventLog | null;
}

/** The two ways in which success is counted. */
type Origin = "external" | "local";

/**
 * Finds out which hosts of a cluster do worse than they should and takes them out of it for a while.
 * Runs on the main thread: workers count into shared memory and report failures in a row at once, everything else
 * is looked at in intervals.
 */
export class OutlierDetector implements TimerTarget {
  /** Of the last interval, per origin; null when there were too few hosts with enough requests. */
  readonly successRates: { [origin in Origin]: SuccessRateResult | null } = { external: null, local: null };
  private readonly clusterName: string;
  private readonly config: OutlierDetectionConfig;
  private readonly board: OutlierBoard;
  private readonly parts: OutlierDetectorParts;
  private readonly hosts = new Map<string, WatchedHost>();
  private readonly timer: Timer;

  /** @param memory of `OUTLIER_BOARD_BYTES`, that of the workers */
  constructor(
    clusterName: string,
    config: OutlierDetectionConfig,
    memory: SharedArrayBuffer,
    parts: OutlierDetectorParts,
  ) {
    this.clusterName = clusterName;
    this.config = config;
    this.board = new OutlierBoard(memory);
    this.parts = parts;
    this.timer = parts.dispatcher.createCoarseTimer(this);
    this.timer.arm(config.intervalMs);
  }

  /** These are the hosts now, and workers have them. One that is gone and comes back starts anew. */
  setHosts(addresses: Iterable<string>): void {
    const wanted = new Set(addresses);
    for (const [address, host] of this.hosts) {
      if (wanted.has(address)) continue;
      this.hosts.delete(address);
      host.release();
      if (host.isEjected) this.parts.stats.ejectionsActive.dec();
    }
    for (const address of wanted) {
      const known = this.hosts.get(address);
      // Workers may have another object for the host now.
      if (known === undefined) this.hosts.set(address, this.watch(address));
      else if (known.healthFlags !== 0) this.report(known);
    }
  }

  private watch(address: string): WatchedHost {
    const period = (): EjectionPeriod => new EjectionPeriod(this.config, this.parts.random);
    return new WatchedHost(address, this.board, period(), period());
  }

  /** Null for a host that there is not. */
  host(addressText: string): WatchedHost | null {
    return this.hosts.get(addressText) ?? null;
  }

  /** A worker saw as many failures in a row as a host may have. */
  onConsecutiveFailures(addressText: string, type: ConsecutiveEjectionType): void {
    const host = this.hosts.get(addressText);
    // It may have gone, or been ejected, while the report was on its way.
    if (host === undefined || host.isEjected) return;
    this.parts.stats.countDetected(type);
    this.eject(host, type, null);
  }

  /**
   * `detect_degraded_hosts`: a worker saw a good response that says of its host that it is degraded. A check that passes
   * does not end that, and no share of the hosts is too large for it, as they are still used when needed.
   */
  onDegraded(addressText: string): void {
    const host = this.hosts.get(addressText);
    if (host === undefined || host.isEjected || host.degradation.isRunning) return;
    host.degradation.begin(this.parts.dispatcher.now());
    this.report(host);
  }

  /** `successful_active_health_check_uneject_host` */
  onHealthCheckPassed(addressText: string): void {
    const host = this.hosts.get(addressText);
    if (host?.isEjected && this.config.successfulHealthCheckUnejects) this.uneject(host);
  }

  // ---- ejecting

  private eject(host: WatchedHost, type: EjectionType, evidence: RateEvidence | null): void {
    const { stats, random, events } = this.parts;
    if (!this.mayEject()) {
      stats.ejectionsOverflow.inc();
      return;
    }
    if (type === "consecutive_5xx" || type === "success_rate") stats.ejectionsTotal.inc();
    const at = this.time();
    if (random.below(100) >= this.config.enforcing[type]) {
      events?.logEject(host, type, false, evidence, at);
      return;
    }
    stats.ejectionsActive.inc();
    stats.countEnforced(type);
    host.ejections++;
    host.ejection.begin(at.nowMs);
    events?.logEject(host, type, true, evidence, at);
    host.lastActionMs = at.nowMs;
    this.report(host);
  }

  /** Over all priorities, and with this host among the ejected. */
  private mayEject(): boolean {
    let ejected = 0;
    for (const host of this.hosts.values()) if (host.isEjected) ejected++;
    if (this.config.alwaysEjectOneHost && ejected === 0) return true;
    return ((ejected + 1) * 100) / this.hosts.size <= this.config.maxEjectionPercent;
  }

  private uneject(host: WatchedHost): void {
    const at = this.time();
    this.parts.stats.ejectionsActive.dec();
    host.ejection.end(at.nowMs);
    host.resetConsecutive();
    this.parts.events?.logUneject(host, at);
    host.lastActionMs = at.nowMs;
    this.report(host);
  }

  private report(host: WatchedHost): void {
    const change = { address: host.addressText, mask: WATCHED_FLAGS, flags: host.healthFlags };
    this.parts.receiver.onHostHealth(this.clusterName, [change]);
  }

  private time(): EventTime {
    const { dispatcher } = this.parts;
    return { nowMs: dispatcher.now(), wallClockMs: dispatcher.wallClockMs() };
  }

  // ---- intervals

  onTimer(): void {
    const nowMs = this.parts.dispatcher.now();
    for (const host of this.hosts.values()) {
      this.endPeriods(host, nowMs);
      host.takeCounts();
    }
    this.judgeRates("external");
    if (this.config.splitLocalOriginErrors) this.judgeRates("local");
    for (const { ejection, degradation } of this.hosts.values()) {
      ejection.forgive(nowMs);
      degradation.forgive(nowMs);
    }
    this.timer.arm(this.config.intervalMs);
  }

  /** A host that has served its time comes back. */
  private endPeriods(host: WatchedHost, nowMs: number): void {
    if (host.ejection.isOver(nowMs)) this.uneject(host);
    if (!host.degradation.isOver(nowMs)) return;
    host.degradation.end(nowMs);
    this.report(host);
  }

  private judgeRates(origin: Origin): void {
    const { successRate, failurePercentage } = this.config;
    this.successRates[origin] = null;
    const { size } = this.hosts;
    // Of too few hosts no rate is told.
    if (size < successRate.minimumHosts && size < failurePercentage.minimumHosts) return;
    const leastVolume = Math.min(successRate.requestVolume, failurePercentage.requestVolume);
    for (const host of this.hostsWith(origin, leastVolume)) host.showRate(origin);
    // Both look at the same hosts, whatever the first of them makes of them.
    const bySuccessRate = this.hostsWith(origin, successRate.requestVolume);
    const byFailurePercentage = this.hostsWith(origin, failurePercentage.requestVolume);
    this.successRates[origin] = this.judgeSuccessRates(origin, bySuccessRate);
    this.judgeFailurePercentages(origin, byFailurePercentage);
  }

  /** Those that take part, and had enough requests in the interval. */
  private hostsWith(origin: Origin, requestVolume: number): WatchedHost[] {
    return [...this.hosts.values()].filter((host) => {
      const requests = origin === "external" ? host.requests : host.localRequests;
      return !host.isEjected && requests > 0 && requests >= requestVolume;
    });
  }

  private judgeSuccessRates(origin: Origin, hosts: readonly WatchedHost[]): SuccessRateResult | null {
    const { minimumHosts, stdevFactor } = this.config.successRate;
    if (hosts.length === 0 || hosts.length < minimumHosts) return null;
    const rates = hosts.map((host) => rateOf(host, origin));
    const result = successRateThreshold(rates, stdevFactor / 1000);
    const type = origin === "external" ? "success_rate" : "local_origin_success_rate";
    for (const host of hosts) {
      if (rateOf(host, origin) >= result.ejectionThreshold) continue;
      this.parts.stats.countDetected(type);
      this.eject(host, type, { hostSuccessRate: rateOf(host, origin), cluster: result });
    }
    return result;
  }

  private judgeFailurePercentages(origin: Origin, hosts: readonly WatchedHost[]): void {
    const { minimumHosts, threshold } = this.config.failurePercentage;
    if (hosts.length < minimumHosts) return;
    const type = origin === "external" ? "failure_percentage" : "failure_percentage_local_origin";
    for (const host of hosts) {
      // Its success rate may have had it ejected a moment ago.
      if (host.isEjected || 100 - rateOf(host, origin) < threshold) continue;
      this.parts.stats.countDetected(type);
      this.eject(host, type, { hostSuccessRate: rateOf(host, origin), cluster: null });
    }
  }

  /** Idempotent. */
  destroy(): void {
    this.timer.disarm();
    this.setHosts([]);
  }
}

function rateOf(host: WatchedHost, origin: Origin): number {
  return origin === "external" ? host.successRate : host.localOriginSuccessRate;
}
