import type { Timer, TimerTarget } from "../../event/dispatcher.js";
import { addressText } from "../../network/address.js";
import type { EndpointConfig } from "../cluster-info.js";
import { HealthFlags } from "../host-health.js";
import { nextCheckMs, upTo } from "./check-interval.js";
import { type CheckReceiver, type CheckResult, type CheckSession, TIMED_OUT } from "./check-result.js";
import type { HealthCheckParts } from "./health-checker.js";

const { failedActiveHealthCheck, pendingActiveHealthCheck, degradedActiveHealthCheck } = HealthFlags;
const { excludedViaImmediateHealthCheckFail, activeHealthCheckTimeout } = HealthFlags;

/** All flags that checks decide. */
export const CHECKED_FLAGS =
  failedActiveHealthCheck |
  pendingActiveHealthCheck |
  degradedActiveHealthCheck |
  excludedViaImmediateHealthCheckFail |
  activeHealthCheckTimeout;

/** A response to an ordinary request said that the host has failed. */
const ASKED_FOR = { healthy: false, failure: "PASSIVE", retriable: false, immediate: true } as const;

/** Checks one host again and again, and decides what its results make of it. Owner: `HealthChecker`. */
export class HostHealthCheck implements CheckReceiver, TimerTarget {
  private endpoint: EndpointConfig;
  readonly addressText: string;
  private readonly parts: HealthCheckParts;
  private readonly session: CheckSession;
  private readonly interval: Timer;
  private readonly timeout: Timer;
  private flags: number;
  private firstCheck = true;
  private successes = 0;
  private failures = 0;

  constructor(
    endpoint: EndpointConfig,
    parts: HealthCheckParts,
    createSession: (receiver: CheckReceiver) => CheckSession,
  ) {
    this.endpoint = endpoint;
    this.addressText = addressText(endpoint.address);
    this.parts = parts;
    this.flags = parts.uncheckedFlags;
    this.session = createSession(this);
    const { dispatcher, random, config } = parts;
    this.interval = dispatcher.createTimer(this);
    this.timeout = dispatcher.createTimer(this);
    this.interval.arm(upTo(config.intervals.initialJitterMs, random));
  }

  /** The host is the same, what is said of it may have changed. */
  describe(endpoint: EndpointConfig): void {
    this.endpoint = endpoint;
  }

  get healthFlags(): number {
    return this.flags;
  }

  /** A first result has come. */
  get isChecked(): boolean {
    return !this.firstCheck;
  }

  private get isFailed(): boolean {
    return (this.flags & failedActiveHealthCheck) !== 0;
  }

  onTimer(timer: Timer): void {
    if (timer === this.timeout) {
      this.session.cancel();
      this.onCheckResult(TIMED_OUT);
      return;
    }
    this.parts.stats.attempt.inc();
    this.timeout.arm(this.parts.config.timeoutMs);
    this.session.start();
  }

  onCheckResult(result: CheckResult): void {
    this.timeout.disarm();
    const before = this.flags;
    this.flags &= ~pendingActiveHealthCheck;
    if (result.healthy) this.onSuccess(result.degraded);
    else this.onFailure(result);
    // Successes of a host that is still held to be failed, and the reverse.
    const pending = result.healthy === this.isFailed;
    this.firstCheck = false;
    const { config, random, hasTraffic } = this.parts;
    this.interval.arm(nextCheckMs(config.intervals, { healthy: result.healthy, pending }, hasTraffic(), random));
    this.parts.receiver.onHostChecked(this, result.healthy, this.flags !== before);
  }

  /** Failed and left out of all counting until a check passes. Returns whether that is new. */
  failImmediately(): boolean {
    const before = this.flags;
    this.flags &= ~pendingActiveHealthCheck;
    this.onFailure(ASKED_FOR);
    this.firstCheck = false;
    return this.flags !== before;
  }

  private onSuccess(degraded: boolean): void {
    const { config, stats, events } = this.parts;
    this.failures = 0;
    stats.success.inc();
    // The first result decides by itself, so that a start takes no longer than it must.
    if (this.isFailed && (this.firstCheck || ++this.successes >= config.healthyThreshold)) {
      this.flags &= ~(failedActiveHealthCheck | activeHealthCheckTimeout | excludedViaImmediateHealthCheckFail);
      stats.healthy.inc();
      events?.addHealthy(this.endpoint, this.firstCheck);
    } else if (config.logsAllSuccesses) {
      events?.succeeded(this.endpoint);
    }
    this.setDegraded(degraded);
  }

  private setDegraded(degraded: boolean): void {
    if (((this.flags & degradedActiveHealthCheck) !== 0) === degraded) return;
    this.flags ^= degradedActiveHealthCheck;
    if (degraded) this.parts.stats.degraded.inc();
    else this.parts.stats.degraded.dec();
    this.parts.events?.degraded(this.endpoint, degraded);
  }

  private onFailure({ failure, retriable, immediate }: CheckResult & { healthy: false }): void {
    const { config, stats, events } = this.parts;
    this.successes = 0;
    stats.failure.inc();
    const ofNetwork = failure === "NETWORK" || failure === "NETWORK_TIMEOUT";
    if (ofNetwork) stats.networkFailure.inc();
    if (failure === "PASSIVE") stats.passiveFailure.inc();
    if (immediate) this.flags |= excludedViaImmediateHealthCheckFail;
    const decides = !ofNetwork && !retriable;
    if (!this.isFailed && (decides || ++this.failures >= config.unhealthyThreshold)) {
      this.flags |= failedActiveHealthCheck;
      stats.healthy.dec();
      events?.ejectUnhealthy(this.endpoint, failure);
    }
    if (this.isFailed) {
      if (failure === "NETWORK_TIMEOUT") this.flags |= activeHealthCheckTimeout;
      else this.flags &= ~activeHealthCheckTimeout;
    }
    if (this.firstCheck || config.logsAllFailures) events?.failed(this.endpoint, failure, this.firstCheck);
  }

  /** The host is gone, or the server ends. Idempotent. */
  destroy(): void {
    this.interval.disarm();
    this.timeout.disarm();
    this.session.destroy();
    const { stats } = this.parts;
    if (!this.isFailed) stats.healthy.dec();
    if ((this.flags & degradedActiveHealthCheck) !== 0) stats.degraded.dec();
    this.flags = this.parts.uncheckedFlags;
  }
}
