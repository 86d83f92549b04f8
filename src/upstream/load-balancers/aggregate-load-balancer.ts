import type { Hash64 } from "../../common/hash64.js";
import type { RandomSource } from "../../common/random.js";
import type { HeaderMap } from "../../http/headers/header-map.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { Host } from "../host.js";
import type { HostSet } from "../host-set.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext, OverrideHost } from "../load-balancer-context.js";
import type { MetadataMatchCriteria } from "../metadata-match.js";
import type { PriorityLoad, PriorityView } from "../priority-load.js";
import type { PrioritySet, PrioritySetObserver } from "../priority-set.js";
import { DEGRADED, type PriorityState, priorityAt, priorityStateOf } from "./priority-state.js";

/** A cluster that an aggregate may choose. Implemented by `Cluster`. */
export interface AggregateMember {
  readonly info: { readonly name: string };
  readonly prioritySet: PrioritySet;
  /** A host by the member's own balancer; null when there is none. */
  balance(context: LoadBalancerContext): Host | null;
}

/** One priority of one member. */
interface Level {
  readonly member: AggregateMember;
  readonly hostSet: HostSet;
  /** The member's load when requests are for the healthy, or for the degraded hosts of this priority. */
  readonly healthyLoad: PriorityLoad;
  readonly degradedLoad: PriorityLoad;
}

const PERCENT = 100;

/**
 * The priorities of several clusters one behind the other, as if they were one cluster's: those of the first, then those of
 * the second, and so on. The level that a request falls to says which cluster balances it (`envoy.clusters.aggregate`).
 */
export class AggregateLoadBalancer implements LoadBalancer, PrioritySetObserver, PriorityView {
  private readonly members: readonly AggregateMember[];
  private readonly panicThreshold: number;
  private readonly random: RandomSource;
  private readonly context = new MemberContext();
  private levels: readonly Level[] = [];
  private state: PriorityState = priorityStateOf([], 0);
  hostSets: readonly HostSet[] = [];

  constructor(members: readonly AggregateMember[], panicThreshold: number, random: RandomSource) {
    this.members = members;
    this.panicThreshold = panicThreshold;
    this.random = random;
    this.onHostsChanged();
    for (const { prioritySet } of members) prioritySet.addObserver(this);
  }

  onHostsChanged(): void {
    this.levels = this.members.flatMap(levelsOf);
    this.hostSets = this.levels.map(hostSetOf);
    this.state = priorityStateOf(this.hostSets, this.panicThreshold);
  }

  priorityOf(host: Host): number {
    for (let level = 0; level < this.levels.length; level++) {
      const { member, hostSet } = this.levels[level] as Level;
      if (member.info.name === host.clusterName && hostSet.priority === host.priority) return level;
    }
    return 0;
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    const load = context.priorityLoad(this, this.state.load);
    const chosen = priorityAt(load, this.random.below(PERCENT));
    const index = chosen & ~DEGRADED;
    const level = this.levels[index];
    if (level === undefined) return null;
    this.context.enter(context, (chosen & DEGRADED) === 0 ? level.healthyLoad : level.degradedLoad);
    return level.member.balance(this.context);
  }

  /** Which cluster the next request falls to is not foreseen, as in Envoy. */
  peekAnotherHost(): Host | null {
    return null;
  }
}

/** Priorities without hosts are passed over. */
function levelsOf(member: AggregateMember): Level[] {
  const { hostSets } = member.prioritySet;
  return hostSets
    .filter(({ hosts }) => hosts.length > 0)
    .map((hostSet) => {
      const all = hostSets.map(({ priority }) => (priority === hostSet.priority ? PERCENT : 0));
      const none = hostSets.map(() => 0);
      return {
        member,
        hostSet,
        healthyLoad: { healthy: all, degraded: none },
        degradedLoad: { healthy: none, degraded: all },
      };
    });
}

function hostSetOf({ hostSet }: Level): HostSet {
  return hostSet;
}

/** The request as the chosen member sees it: its priority has been decided. One for all requests; read at once. */
class MemberContext implements LoadBalancerContext {
  private request!: LoadBalancerContext;
  private load!: PriorityLoad;

  enter(request: LoadBalancerContext, load: PriorityLoad): void {
    this.request = request;
    this.load = load;
  }

  priorityLoad(): PriorityLoad {
    return this.load;
  }

  hashKey(): Hash64 | null {
    return this.request.hashKey();
  }

  metadataMatch(): MetadataMatchCriteria | null {
    return this.request.metadataMatch();
  }

  overrideHost(): OverrideHost | null {
    return this.request.overrideHost();
  }

  shouldSelectAnotherHost(host: Host): boolean {
    return this.request.shouldSelectAnotherHost(host);
  }

  hostSelectionRetryCount(): number {
    return this.request.hostSelectionRetryCount();
  }

  get headers(): HeaderMap | null {
    return this.request.headers;
  }

  get streamInfo(): StreamInfo | null {
    return this.request.streamInfo;
  }

  downstreamAddress(): string {
    return this.request.downstreamAddress();
  }
}
