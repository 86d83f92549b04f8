import type { RandomSource } from "../../common/random.js";
import type { Dispatcher } from "../../event/dispatcher.js";
import { type Address, addressText } from "../../network/address.js";
import type { EndpointConfig } from "../cluster-info.js";
import type { HealthCheckConfig } from "../health-check-config.js";
import { HealthFlags, type HostHealthChange } from "../host-health.js";
import type { CheckNetwork } from "./check-connection.js";
import type { CheckReceiver, CheckSession } from "./check-result.js";
import type { HealthCheckEventLog } from "./health-check-event-log.js";
import type { HealthCheckStats } from "./health-check-stats.js";
import { CHECKED_FLAGS, HostHealthCheck } from "./host-health-check.js";
import { type CheckHeaders, HttpCheckSession } from "./http-check-session.js";
import { TcpCheckSession } from "./tcp-check-session.js";

/** Told what checks made of hosts. */
export interface HealthReceiver {
  onHostHealth(clusterName: string, changes: readonly HostHealthChange[]): void;
  /** A check succeeded, and the host is held to be well; both may have been so before. */
  onCheckPassed(clusterName: string, addressText: string): void;
}

/** What all checks of a cluster share. */
export interface HealthCheckParts {
  readonly config: HealthCheckConfig;
  /** What a host is before its first result (`uncheckedFlags`). */
  readonly uncheckedFlags: number;
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly stats: HealthCheckStats;
  /** Null when nobody wants to read of it. */
  readonly events: HealthCheckEventLog | null;
  /** The cluster has carried requests: its hosts are checked more often. */
  hasTraffic(): boolean;
  readonly receiver: { onHostChecked(host: HostHealthCheck, passed: boolean, changed: boolean): void };
}

/** Where a checker's results go, and what it works with. */
export type HealthCheckerParts = Omit<HealthCheckParts, "config" | "receiver"> & {
  readonly network: CheckNetwork;
  /** What requests to a host carry besides what all checks have. */
  headersFor(endpoint: EndpointConfig): CheckHeaders;
  readonly receiver: HealthReceiver;
};

/**
 * Checks the hosts of a cluster. Runs on the main thread, once for all workers; they get the flags.
 */
export class HealthChecker {
  private readonly clusterName: string;
  private readonly config: HealthCheckConfig;
  private readonly parts: HealthCheckerParts;
  private readonly hosts = new Map<string, HostHealthCheck>();
  private whenAllChecked: () => void = () => {};
  private readonly allChecked: Promise<void>;

  constructor(clusterName: string, config: HealthCheckConfig, parts: HealthCheckerParts) {
    this.clusterName = clusterName;
    this.config = config;
    this.parts = parts;
    this.allChecked = new Promise((resolve) => {
      this.whenAllChecked = resolve;
    });
  }

  /** Resolves when every host has had its first result, or is gone; at once when there are none. */
  firstRound(): Promise<void> {
    this.checkFirstRound();
    return this.allChecked;
  }

  /** These are the hosts now, and workers have them. */
  setHosts(endpoints: readonly EndpointConfig[]): void {
    const wanted = new Map<string, EndpointConfig>();
    for (const endpoint of endpoints) {
      if (!endpoint.healthCheck?.disabled) wanted.set(addressText(endpoint.address), endpoint);
    }
    for (const [text, host] of this.hosts) {
      if (wanted.has(text)) continue;
      host.destroy();
      this.hosts.delete(text);
    }
    for (const [text, endpoint] of wanted) {
      const known = this.hosts.get(text);
      if (known === undefined) this.hosts.set(text, this.createHost(endpoint));
      else known.describe(endpoint);
    }
    // All of them: what is known here may be new to workers whose hosts are new objects.
    if (this.hosts.size > 0) this.report([...this.hosts.values()]);
  }

  private createHost(endpoint: EndpointConfig): HostHealthCheck {
    const { config, parts } = this;
    const hostParts = { ...parts, config, receiver: this };
    return new HostHealthCheck(endpoint, hostParts, (receiver) => this.createSession(endpoint, receiver));
  }

  private createSession(endpoint: EndpointConfig, receiver: CheckReceiver): CheckSession {
    const { check, altPort, reuseConnection } = this.config;
    const { network, stats, random } = this.parts;
    const address = checkedAddress(endpoint, altPort);
    if (check.kind === "tcp") return new TcpCheckSession(network, address, check, reuseConnection, receiver);
    // What the endpoint says goes first; the name that it was resolved from says nothing of its checks.
    const authority = endpoint.healthCheck?.hostname || check.host || this.clusterName;
    const headers = this.parts.headersFor(endpoint);
    const settings = { config: check, authority, headers, random, reuse: reuseConnection };
    return new HttpCheckSession(network, address, settings, stats, receiver);
  }

  /** Its last checks were good, as far as thresholds go; false for a host that is not checked, or not yet. */
  passes(address: string): boolean {
    const host = this.hosts.get(address);
    return host !== undefined && (host.healthFlags & HealthFlags.failedActiveHealthCheck) === 0;
  }

  /** The host itself asks to get no more requests; its next check may bring it back. */
  failImmediately(address: string): void {
    const host = this.hosts.get(address);
    if (host?.failImmediately()) this.report([host]);
  }

  onHostChecked(host: HostHealthCheck, passed: boolean, changed: boolean): void {
    if (changed) this.report([host]);
    if (passed && this.passes(host.addressText)) this.parts.receiver.onCheckPassed(this.clusterName, host.addressText);
    this.checkFirstRound();
  }

  private report(hosts: readonly HostHealthCheck[]): void {
    const changes = hosts.map((host) => ({ address: host.addressText, mask: CHECKED_FLAGS, flags: host.healthFlags }));
    this.parts.receiver.onHostHealth(this.clusterName, changes);
  }

  private checkFirstRound(): void {
    for (const host of this.hosts.values()) if (!host.isChecked) return;
    this.whenAllChecked();
  }

  /** Idempotent. */
  destroy(): void {
    for (const host of this.hosts.values()) host.destroy();
    this.hosts.clear();
    this.whenAllChecked();
  }
}

/** What the endpoint says of its checks goes before what the check says of all. */
function checkedAddress({ address, healthCheck }: EndpointConfig, altPort: number): Address {
  const checked = healthCheck?.address ?? address;
  const port = healthCheck?.port || (checked === address ? altPort : 0);
  return port === 0 || checked.kind !== "ip" ? checked : { ...checked, port };
}
