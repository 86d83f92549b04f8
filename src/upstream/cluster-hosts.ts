import { addressText } from "../network/address.js";
import type { ClusterMemory, ClusterParts } from "./cluster.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import type { ClusterStats } from "./cluster-stats.js";
import { Host } from "./host.js";
import { HostConnectionBoard } from "./host-connections.js";
import { HealthFlags, type HostHealthChange, uncheckedFlags } from "./host-health.js";
import { OutlierMonitors } from "./outlier/outlier-monitors.js";
import { HostPools } from "./pool/host-pools.js";
import type { PrioritySet } from "./priority-set.js";

/**
 * The hosts of a cluster in one worker, as discovery and health checks find them: takes hosts in, keeps those that stay,
 * lets those that are gone finish, and shows balancers the outcome. Owner: `Cluster`.
 */
export class ClusterHosts {
  private readonly info: ClusterInfo;
  private readonly prioritySet: PrioritySet;
  private readonly stats: ClusterStats;
  private readonly parts: ClusterParts;
  private readonly hostConnections: HostConnectionBoard | null;
  private readonly outlierMonitors: OutlierMonitors | null;
  /** Pools whose last streams are being served: of hosts that discovery no longer finds, or that start afresh. */
  private leaving: HostPools[] = [];

  constructor(
    info: ClusterInfo,
    prioritySet: PrioritySet,
    stats: ClusterStats,
    { hostConnections, outlierBoard }: ClusterMemory,
    parts: ClusterParts,
  ) {
    this.info = info;
    this.prioritySet = prioritySet;
    this.stats = stats;
    this.parts = parts;
    this.hostConnections = hostConnections === null ? null : new HostConnectionBoard(hostConnections);
    const { outlierDetection: watching } = info;
    this.outlierMonitors =
      watching === null || outlierBoard === null
        ? null
        : new OutlierMonitors(info.name, watching, outlierBoard, parts.failures);
  }

  /** Takes over what discovery found. Hosts that stay keep their connections, those that are gone finish theirs. */
  update(endpoints: readonly EndpointConfig[]): void {
    const [logicalHost] = this.prioritySet.hosts;
    const [first] = endpoints;
    if (this.info.discovery === "logicalDns" && logicalHost !== undefined && first !== undefined) {
      this.moveTo(logicalHost, first);
      return;
    }
    this.replaceHosts(this.info.discovery === "static" ? endpoints : withoutRepeated(endpoints));
  }

  /** The logical host is another one to those who watch it. */
  private moveTo(host: Host, { address }: EndpointConfig): void {
    const before = host.addressText;
    host.moveTo(address);
    if (host.addressText === before) return;
    host.outlier?.release();
    host.outlier = this.outlierMonitors?.monitorOf(host.addressText) ?? null;
    this.setHealthFlags(host, HealthFlags.failedOutlierCheck | HealthFlags.degradedOutlierDetection, 0);
    this.showHosts(this.prioritySet.hosts);
  }

  /** Takes over what the main thread found out about hosts, all of it at once. */
  updateHealth(changes: readonly HostHealthChange[]): void {
    const byAddress = hostsByAddress(this.prioritySet.hosts);
    for (const { address, mask, flags } of changes) {
      for (const host of byAddress.get(address) ?? []) this.setHealthFlags(host, mask, flags);
    }
    this.showHosts(this.prioritySet.hosts);
  }

  private setHealthFlags(host: Host, mask: number, flags: number): void {
    const before = host.health;
    const flagsBefore = host.healthFlags;
    host.setHealthFlags(mask, flags);
    if (before !== "healthy" && host.health === "healthy") host.healthySinceMs = this.parts.clock.now();
    const failed = host.healthFlags & ~flagsBefore & FOUND_TO_FAIL;
    if (failed !== 0) host.pools.renew(this.info.closeConnectionsOnHostHealthFailure);
  }

  private replaceHosts(endpoints: readonly EndpointConfig[]): void {
    const before = new Set(this.prioritySet.hosts);
    const known = hostsByAddress(this.prioritySet.hosts);
    const after: Host[] = [];
    let added = false;
    for (const endpoint of endpoints) {
      const host = takeKnown(known, endpoint) ?? this.addHost(endpoint);
      added ||= !before.delete(host);
      after.push(host);
    }
    const changed = added || before.size > 0;
    if (changed) this.countChange();
    this.showHosts(after);
    for (const gone of before) {
      this.leave(gone, "host_removed");
      gone.connections.release();
      gone.outlier?.release();
    }
    if (changed && this.info.closeConnectionsOnHostSetChange)
      for (const host of after) this.leave(host, "host_set_changed");
    this.leaving = this.leaving.filter(isBusy);
  }

  /** The host's connections end with the streams that they carry; if it stays, it gets others. */
  private leave(host: Host, reason: string): void {
    const { pools } = host;
    pools.drain(reason);
    this.leaving.push(pools);
    host.pools = new HostPools();
  }

  private addHost(endpoint: EndpointConfig): Host {
    const host = new Host(endpoint, this.info.name);
    host.observabilityName = this.info.observabilityName;
    host.healthySinceMs = this.parts.clock.now();
    host.zoneResponses = this.stats.zoneResponses(this.parts.localLocality.zone, host.locality.zone);
    if (this.info.healthCheck !== null) this.awaitCheck(host, endpoint);
    if (this.hostConnections !== null) host.connections = this.hostConnections.countOf(host.addressText);
    host.outlier = this.outlierMonitors?.monitorOf(host.addressText) ?? null;
    return host;
  }

  /** The main thread checks it, and has told nothing of it yet. */
  private awaitCheck(host: Host, { healthCheck }: EndpointConfig): void {
    host.healthReceiver = this.parts.failures;
    if (healthCheck?.disabled === true) return;
    const flags = uncheckedFlags(this.info.ignoreNewHostsUntilFirstCheck);
    host.setHealthFlags(flags, flags);
  }

  /**
   * Every worker has the same hosts; one of them counts them, since the workers' stats are added up. But hosts that
   * requests name are each worker's own.
   */
  private get countsMembership(): boolean {
    return this.parts.countsMembership || this.info.discovery === "originalDst";
  }

  private countChange(): void {
    if (this.countsMembership) this.stats.membershipChange.inc();
  }

  /** These are the hosts that balancers choose from now on. */
  private showHosts(hosts: readonly Host[]): void {
    const { prioritySet } = this;
    const before = prioritySet.hostSets;
    prioritySet.update(hosts);
    if (this.countsMembership && prioritySet.hostSets !== before) this.stats.countMembers(prioritySet.hostSets);
  }

  /** Closes all connections, those to hosts that are leaving too. */
  destroy(): void {
    for (const host of this.prioritySet.hosts) host.pools.destroy();
    for (const pools of this.leaving) pools.destroy();
  }
}

/** What health checks and outlier detection find out, in difference to what configuration says. */
const FOUND_TO_FAIL = HealthFlags.failedActiveHealthCheck | HealthFlags.failedOutlierCheck;

function isBusy(pools: HostPools): boolean {
  return !pools.isIdle;
}

function hostsByAddress(hosts: readonly Host[]): Map<string, Host[]> {
  const found = new Map<string, Host[]>();
  for (const host of hosts) {
    const others = found.get(host.addressText);
    if (others === undefined) found.set(host.addressText, [host]);
    else others.push(host);
  }
  return found;
}

/** The host that an endpoint is already; it is taken out, since an endpoint that is listed twice is two hosts. */
function takeKnown(known: Map<string, Host[]>, endpoint: EndpointConfig): Host | null {
  const candidates = known.get(addressText(endpoint.address)) ?? [];
  const index = candidates.findIndex((candidate) => candidate.isAt(endpoint));
  if (index === -1) return null;
  const [host] = candidates.splice(index, 1) as [Host];
  host.takeOver(endpoint);
  return host;
}

/** Names may resolve to the same address; that is one host, as in Envoy. */
function withoutRepeated(endpoints: readonly EndpointConfig[]): readonly EndpointConfig[] {
  const byAddress = new Map<string, EndpointConfig>();
  for (const endpoint of endpoints) {
    const key = addressText(endpoint.address);
    if (!byAddress.has(key)) byAddress.set(key, endpoint);
  }
  return [...byAddress.values()];
}
