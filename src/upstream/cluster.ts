import type { RandomSource } from "../common/random.js";
import type { Runtime } from "../common/runtime.js";
import { compileResponsePredicate, type ResponsePredicate } from "../http/headers/response-predicate.js";
import { addressText } from "../network/address.js";
import type { StatsScope } from "../stats/stat.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import { ClusterStats } from "./cluster-stats.js";
import { Host } from "./host.js";
import { HOST_CONNECTIONS_BYTES, HostConnectionBoard, limitsHosts } from "./host-connections.js";
import type { HostFailureReceiver } from "./host-failure-receiver.js";
import { HealthFlags, type HostHealthChange, statusOf, uncheckedFlags } from "./host-health.js";
import { configuredLocalityWeight } from "./host-set.js";
import type { LoadBalancer } from "./load-balancer.js";
import { ANY_HOST, type LoadBalancerContext, type OverrideHost } from "./load-balancer-context.js";
import { LoadBalancerStats } from "./load-balancer-stats.js";
import { AggregateLoadBalancer, type AggregateMember } from "./load-balancers/aggregate-load-balancer.js";
import { createLoadBalancer } from "./load-balancers/load-balancer-factory.js";
import { asksRequests } from "./load-balancing-config.js";
import { LoadShedding } from "./load-shedding.js";
import type { Locality } from "./locality.js";
import { OUTLIER_BOARD_BYTES } from "./outlier/outlier-board.js";
import { OutlierMonitors } from "./outlier/outlier-monitors.js";
import { ClusterConnectivity } from "./pool/cluster-connectivity.js";
import { HostPools } from "./pool/host-pools.js";
import { PrioritySet } from "./priority-set.js";
import { RESOURCE_COUNTS_BYTES, ResourceManager, type ResourcePriority } from "./resource-manager.js";

/** The memory that all workers share of a cluster. */
export interface ClusterMemory {
  /** Of `RESOURCE_COUNTS_BYTES`: what the circuit breakers count. */
  readonly resourceCounts: SharedArrayBuffer;
  /** Of `HOST_CONNECTIONS_BYTES`; null when connections to single hosts are not limited. */
  readonly hostConnections: SharedArrayBuffer | null;
  /** Of `OUTLIER_BOARD_BYTES`; null when the cluster's hosts are not watched. */
  readonly outlierBoard: SharedArrayBuffer | null;
}

/** The memory of a cluster, to be shared by all its workers. */
export function createClusterMemory(info: ClusterInfo): ClusterMemory {
  return {
    resourceCounts: new SharedArrayBuffer(RESOURCE_COUNTS_BYTES),
    hostConnections: limitsHosts(info) ? new SharedArrayBuffer(HOST_CONNECTIONS_BYTES) : null,
    outlierBoard: info.outlierDetection === null ? null : new SharedArrayBuffer(OUTLIER_BOARD_BYTES),
  };
}

/** What a cluster needs of the worker it is in. */
export interface ClusterParts {
  readonly scope: StatsScope;
  readonly random: RandomSource;
  /** The dispatcher's clock. */
  readonly clock: { now(): number };
  /** This worker's stats count the hosts that all workers have. */
  readonly countsMembership: boolean;
  /** Where this proxy is (`node.locality`). */
  readonly localLocality: Locality;
  /** Told of hosts that failed too often in a row. */
  readonly failures: HostFailureReceiver;
  readonly runtime: Runtime;
  /** The hosts of the cluster that this proxy itself belongs to; null when none is named, and for that cluster. */
  readonly localSet: PrioritySet | null;
}

/** A cluster in one worker: its configuration, its hosts of the moment, and what they share. */
export class Cluster {
  readonly info: ClusterInfo;
  readonly stats: ClusterStats;
  readonly resources: ResourceManager;
  private readonly highResources: ResourceManager;
  readonly prioritySet: PrioritySet;
  /** Its balancer looks at every request: they may name their hosts, or go to a cluster where they do. */
  readonly asksRequests: boolean;
  /** Turns requests away before a host is chosen; null when it turns none away. */
  readonly shedding: LoadShedding | null;
  /** What is opened ahead of requests is measured by this; null when nothing is. */
  readonly connectivity: ClusterConnectivity | null;
  /** Which responses outlier detection takes for errors; null where that is up to their status. */
  readonly errorMatcher: ResponsePredicate | null;
  private readonly parts: ClusterParts;
  private readonly lbStats: LoadBalancerStats;
  private loadBalancer: LoadBalancer;
  private readonly hostConnections: HostConnectionBoard | null;
  private readonly outlierMonitors: OutlierMonitors | null;
  /** Pools whose last streams are being served: of hosts that discovery no longer finds, or that start afresh. */
  private leaving: HostPools[] = [];

  constructor(
    info: ClusterInfo,
    { resourceCounts, hostConnections, outlierBoard }: ClusterMemory,
    parts: ClusterParts,
  ) {
    this.info = info;
    this.parts = parts;
    this.errorMatcher = info.errorMatcher === null ? null : compileResponsePredicate(info.errorMatcher);
    this.asksRequests = info.originalDst !== null || info.discovery === "aggregate" || asksRequests(info.lbPolicy);
    this.shedding = LoadShedding.create(info, parts.runtime, parts.random);
    const scope = parts.scope.scope(`cluster.${info.statName}`);
    this.stats = new ClusterStats(scope, info.trackedStats);
    this.connectivity = ClusterConnectivity.create(info.poolPolicy);
    this.resources = new ResourceManager(resourceCounts, "default", info.defaultLimits);
    this.highResources = new ResourceManager(resourceCounts, "high", info.highLimits);
    this.prioritySet = new PrioritySet({
      overprovisioningFactor: info.overprovisioningFactor,
      weightedPriorityHealth: info.weightedPriorityHealth,
      localLocality: parts.localLocality,
      weightOfLocality: configuredLocalityWeight,
    });
    this.lbStats = new LoadBalancerStats(scope);
    this.loadBalancer = createLoadBalancer(info.lbPolicy, {
      prioritySet: this.prioritySet,
      panicThreshold: info.healthyPanicThreshold,
      stats: this.lbStats,
      random: parts.random,
      runtime: parts.runtime,
      clock: parts.clock,
      localSet: parts.localSet,
      showsGauges: parts.countsMembership,
      peeks: this.connectivity !== null,
    });
    this.hostConnections = hostConnections === null ? null : new HostConnectionBoard(hostConnections);
    const { outlierDetection: watching } = info;
    this.outlierMonitors =
      watching === null || outlierBoard === null
        ? null
        : new OutlierMonitors(info.name, watching, outlierBoard, parts.failures);
    if (info.discovery === "static") this.updateHosts(info.endpoints);
  }

  /** The circuit breakers of requests of that priority. */
  resourcesOf(priority: ResourcePriority): ResourceManager {
    return priority === "default" ? this.resources : this.highResources;
  }

  /** B6: the host of the next attempt, null when there is none. */
  chooseHost(context: LoadBalancerContext = ANY_HOST): Host | null {
    const host = this.balance(context);
    if (host === null) this.stats.cxNoneHealthy.inc();
    return host;
  }

  /** The same without counting. */
  balance(context: LoadBalancerContext): Host | null {
    const override = context.overrideHost();
    if (override === null) return this.loadBalancer.chooseHost(context);
    return this.overrideHost(override) ?? (override.strict ? null : this.loadBalancer.chooseHost(context));
  }

  /** The host that one of the next requests will get; null when nobody can tell. */
  peekAnotherHost(context: LoadBalancerContext): Host | null {
    return this.loadBalancer.peekAnotherHost(context);
  }

  /** Hosts are what requests name from now on. */
  provideHosts(balancer: LoadBalancer): void {
    this.loadBalancer = balancer;
  }

  /** Null when there is none at the address. */
  hostAt(address: string): Host | null {
    return this.prioritySet.hostAt(address);
  }

  countInvalidAddress(): void {
    this.stats.originalDstHostInvalid.inc();
  }

  /** Makes this cluster the aggregate of others, which have no part in it otherwise. */
  aggregate(members: readonly AggregateMember[]): void {
    this.loadBalancer = new AggregateLoadBalancer(members, this.info.healthyPanicThreshold, this.parts.random);
  }

  /** The host that a filter wants, if it is there and well enough. */
  private overrideHost({ address }: OverrideHost): Host | null {
    const host = this.prioritySet.hostAt(address);
    return host !== null && this.info.overrideHostHealths.includes(statusOf(host)) ? host : null;
  }

  /** Takes over what discovery found. Hosts that stay keep their connections, those that are gone finish theirs. */
  updateHosts(endpoints: readonly EndpointConfig[]): void {
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
    if (added || before.size > 0) this.countChange();
    this.showHosts(after);
    for (const gone of before) {
      this.leave(gone, "host_removed");
      gone.connections.release();
      gone.outlier?.release();
    }
    const changed = added || before.size > 0;
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
