import type { RandomSource } from "../../common/random.js";
import type { Runtime } from "../../common/runtime.js";
import type { Host } from "../host.js";
import type { HostSet, HostsPerLocality } from "../host-set.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { LoadBalancerStats } from "../load-balancer-stats.js";
import type { LocalityLbConfig } from "../load-balancing-config.js";
import type { PriorityLoad } from "../priority-load.js";
import type { PrioritySet, PrioritySetObserver } from "../priority-set.js";
import type { EdfScheduler } from "./edf-scheduler.js";
import { type HostPicker, NO_TURN, type PickerFactory } from "./host-picker.js";
import { localitySchedule } from "./locality-schedule.js";
import { DEGRADED, isInPanic, type PriorityState, priorityAt, priorityStateOf } from "./priority-state.js";
import { type ZoneRouting, zoneRoutingOf } from "./zone-routing.js";

/** What balancers of a cluster are made of. */
export interface BalancerParts {
  readonly prioritySet: PrioritySet;
  /** Percent of healthy hosts below which a priority panics; 0 is never. */
  readonly panicThreshold: number;
  readonly stats: LoadBalancerStats;
  readonly random: RandomSource;
  readonly runtime: Runtime;
  /** The dispatcher's clock. */
  readonly clock: { now(): number };
  /** The cluster that this proxy itself belongs to; null when none is named. */
  readonly localSet: PrioritySet | null;
  /** This worker's gauges show what all workers have: they are added up. */
  readonly showsGauges: boolean;
  /** Whether hosts are foreseen for the requests that will come next (`predictive_preconnect_ratio`). */
  readonly peeks: boolean;
}

/** The healthy or the degraded hosts of one priority, ready to be picked from. */
interface Availability {
  readonly hosts: HostPicker;
  /** By the index of the locality; empty where localities do not count. */
  readonly localities: readonly HostPicker[];
  /** Locality-weighted balancing; null without. */
  readonly schedule: EdfScheduler<number> | null;
}

interface Priority {
  readonly hostSet: HostSet;
  readonly healthy: Availability;
  readonly degraded: Availability;
  /** All hosts, for panic. */
  readonly all: HostPicker;
  /** Null where zones do not count. */
  readonly zones: ZoneRouting | null;
}

/** A number from 0 to 99 decides about percentages. */
const PERCENT = 100;
/** In place of the index of a locality. */
const ANY_LOCALITY = -1;
const NO_HOST = -2;

/**
 * Decides in turn which priority a request goes to, whether that one panics, and which locality, and leaves the host to
 * a picker: round robin, least request or random.
 */
export class ZoneAwareLoadBalancer implements LoadBalancer, PrioritySetObserver {
  private readonly parts: BalancerParts;
  private readonly pickers: PickerFactory;
  private readonly locality: LocalityLbConfig;
  private state: PriorityState;
  private priorities: readonly Priority[] = [];
  /** The only list there is to pick from, as in most clusters; null when there is something to decide. */
  private only: HostPicker | null = null;
  private foreseeable = false;

  constructor(parts: BalancerParts, pickers: PickerFactory, locality: LocalityLbConfig) {
    this.parts = parts;
    this.pickers = pickers;
    this.locality = withRuntime(locality, parts.runtime);
    this.state = priorityStateOf(parts.prioritySet.hostSets, parts.panicThreshold);
    this.onHostsChanged();
    parts.prioritySet.addObserver(this);
    // control plane: when the proxies' own cluster changes
    parts.localSet?.addObserver({ onHostsChanged: () => this.rebuild(true) });
  }

  onHostsChanged(): void {
    this.rebuild(false);
  }

  /** @param always also priorities whose hosts are the same */
  private rebuild(always: boolean): void {
    const { prioritySet, panicThreshold } = this.parts;
    const { hostSets } = prioritySet;
    const before = this.priorities;
    this.state = priorityStateOf(hostSets, panicThreshold);
    // control plane: when hosts change, or their health
    this.priorities = hostSets.map((hostSet, index) => {
      const known = before[index];
      return known !== undefined && known.hostSet === hostSet && !always ? known : this.build(hostSet, known);
    });
    this.only = this.onlyPicker();
    this.foreseeable = this.priorities.every(isForeseeable);
  }

  /** How requests are divided over the priorities at the moment. */
  get load(): PriorityLoad {
    return this.state.load;
  }

  /** Whether a choice that is made now would be as good for the next request. */
  get isForeseeable(): boolean {
    return this.foreseeable;
  }

  private build(hostSet: HostSet, before: Priority | undefined): Priority {
    return {
      hostSet,
      healthy: this.available(hostSet, hostSet.healthyHosts, hostSet.healthyHostsPerLocality, before?.healthy),
      degraded: this.available(hostSet, hostSet.degradedHosts, hostSet.degradedHostsPerLocality, before?.degraded),
      all: this.pickers.createPicker(hostSet.hosts, before?.all.turn ?? NO_TURN),
      zones: this.zonesOf(hostSet),
    };
  }

  /** Of the first priority only: who fails over goes wherever there is room. */
  private zonesOf(hostSet: HostSet): ZoneRouting | null {
    const { localSet, stats, random } = this.parts;
    const { zoneAware: config } = this.locality;
    const localHosts = localSet?.hostSets[0];
    if (localHosts === undefined || hostSet.priority !== 0) return null;
    return zoneRoutingOf(hostSet, localHosts, { config, stats, random });
  }

  private available(
    hostSet: HostSet,
    hosts: readonly Host[],
    perLocality: HostsPerLocality,
    before: Availability | undefined,
  ): Availability {
    const { weighted } = this.locality;
    const divided = weighted || this.parts.localSet !== null;
    return {
      hosts: this.pickers.createPicker(hosts, before?.hosts.turn ?? NO_TURN),
      // control plane: when hosts change, or their health
      localities: divided ? perLocality.localities.map((some) => this.pickers.createPicker(some, NO_TURN)) : [],
      schedule: weighted ? localitySchedule(hostSet, perLocality) : null,
    };
  }

  private onlyPicker(): HostPicker | null {
    const [only] = this.priorities;
    if (this.priorities.length !== 1 || only === undefined || this.state.panic[0] === true) return null;
    const decides = only.zones !== null || only.healthy.schedule !== null || this.state.load.degraded[0] !== 0;
    return decides ? null : only.healthy.hosts;
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    let host = this.pick(context);
    if (host === null || !context.shouldSelectAnotherHost(host)) return host;
    for (let retries = context.hostSelectionRetryCount(); retries > 0; retries--) {
      host = this.pick(context);
      if (host === null || !context.shouldSelectAnotherHost(host)) return host;
    }
    return host;
  }

  /** `PeekingLoadBalancer` does it where it is wanted. */
  peekAnotherHost(): Host | null {
    return null;
  }

  private pick(context: LoadBalancerContext): Host | null {
    if (this.only !== null) return this.only.pick();
    const { random, prioritySet, stats } = this.parts;
    const load = context.priorityLoad(prioritySet, this.state.load);
    const chosen = priorityAt(load, random.below(PERCENT));
    const index = chosen & ~DEGRADED;
    const priority = this.priorities[index];
    if (priority === undefined) return null;
    if (this.state.panic[index] === true) {
      stats.healthyPanic.inc();
      return this.locality.zoneAware.failTrafficOnPanic ? null : priority.all.pick();
    }
    const available = (chosen & DEGRADED) === 0 ? priority.healthy : priority.degraded;
    const locality = this.localityFor(priority, available);
    if (locality === NO_HOST) return null;
    return (available.localities[locality] ?? available.hosts).pick();
  }

  /**
   * Index of the locality that the request goes to; `ANY_LOCALITY` when they do not count, or `NO_HOST`. Weights come
   * before zones, if localities have any.
   */
  private localityFor(priority: Priority, available: Availability): number {
    if (available.schedule !== null) return available.schedule.pick() ?? ANY_LOCALITY;
    const { random, localSet, panicThreshold, stats } = this.parts;
    const { routingEnabledPercent, failTrafficOnPanic } = this.locality.zoneAware;
    if (priority.zones === null || localSet === null) return ANY_LOCALITY;
    if (routingEnabledPercent < PERCENT && random.below(PERCENT) >= routingEnabledPercent) return ANY_LOCALITY;
    if (isInPanic(localSet.hostSets[0] as HostSet, panicThreshold)) {
      stats.localClusterNotOk.inc();
      return failTrafficOnPanic ? NO_HOST : ANY_LOCALITY;
    }
    return priority.zones.pick();
  }
}

function isForeseeable({ healthy, degraded, all }: Priority): boolean {
  const lists = [all, healthy.hosts, ...healthy.localities, degraded.hosts, ...degraded.localities];
  return lists.every((picker) => picker.isForeseeable);
}

/** What the runtime says of zones holds for all clusters, over their configuration. */
function withRuntime({ weighted, zoneAware }: LocalityLbConfig, runtime: Runtime): LocalityLbConfig {
  const forcedFromHosts = runtime.integer("upstream.zone_routing.force_local_zone.min_size", 0);
  return {
    weighted,
    zoneAware: {
      failTrafficOnPanic: zoneAware.failTrafficOnPanic,
      basis: zoneAware.basis,
      routingEnabledPercent: runtime.integer("upstream.zone_routing.enabled", zoneAware.routingEnabledPercent),
      minClusterSize: runtime.integer("upstream.zone_routing.min_cluster_size", zoneAware.minClusterSize),
      forcedFromHosts: forcedFromHosts > 0 ? forcedFromHosts : zoneAware.forcedFromHosts,
    },
  };
}
