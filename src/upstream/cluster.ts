import type { RandomSource } from "../common/random.js";
import type { Runtime } from "../common/runtime.js";
import { compileResponsePredicate, type ResponsePredicate } from "../http/headers/response-predicate.js";
import type { StatsScope } from "../stats/stat.js";
import { ClusterHosts } from "./cluster-hosts.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import { ClusterStats } from "./cluster-stats.js";
import type { Host } from "./host.js";
import { HOST_CONNECTIONS_BYTES, limitsHosts } from "./host-connections.js";
import type { HostFailureReceiver } from "./host-failure-receiver.js";
import { type HostHealthChange, statusOf } from "./host-health.js";
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
import { ClusterConnectivity } from "./pool/cluster-connectivity.js";
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
  private loadBalancer: LoadBalancer;
  private readonly hosts: ClusterHosts;

  constructor(info: ClusterInfo, memory: ClusterMemory, parts: ClusterParts) {
    this.info = info;
    this.parts = parts;
    this.errorMatcher = info.errorMatcher === null ? null : compileResponsePredicate(info.errorMatcher);
    this.asksRequests = info.originalDst !== null || info.discovery === "aggregate" || asksRequests(info.lbPolicy);
    this.shedding = LoadShedding.create(info, parts.runtime, parts.random);
    const scope = parts.scope.scope(`cluster.${info.statName}`);
    this.stats = new ClusterStats(scope, info.trackedStats);
    this.connectivity = ClusterConnectivity.create(info.poolPolicy);
    this.resources = new ResourceManager(memory.resourceCounts, "default", info.defaultLimits);
    this.highResources = new ResourceManager(memory.resourceCounts, "high", info.highLimits);
    this.prioritySet = new PrioritySet({
      overprovisioningFactor: info.overprovisioningFactor,
      weightedPriorityHealth: info.weightedPriorityHealth,
      localLocality: parts.localLocality,
      weightOfLocality: configuredLocalityWeight,
    });
    this.loadBalancer = createLoadBalancer(info.lbPolicy, {
      prioritySet: this.prioritySet,
      panicThreshold: info.healthyPanicThreshold,
      stats: new LoadBalancerStats(scope),
      random: parts.random,
      runtime: parts.runtime,
      clock: parts.clock,
      localSet: parts.localSet,
      showsGauges: parts.countsMembership,
      peeks: this.connectivity !== null,
    });
    this.hosts = new ClusterHosts(info, this.prioritySet, this.stats, memory, parts);
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
    this.hosts.update(endpoints);
  }

  /** Takes over what the main thread found out about hosts, all of it at once. */
  updateHealth(changes: readonly HostHealthChange[]): void {
    this.hosts.updateHealth(changes);
  }

  /** Closes all connections, those to hosts that are leaving too. */
  destroy(): void {
    this.hosts.destroy();
  }
}
