import type { Counter, Gauge } from "../../stats/stat.js";
import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { SubsetConfig, SubsetFallback, SubsetSelectorConfig } from "../load-balancing-config.js";
import type { MetadataMatchCriteria } from "../metadata-match.js";
import type { PrioritySetObserver } from "../priority-set.js";
import { type BalancerMaker, HostSubset, type Subset } from "./host-subset.js";
import { SingleHostSubset } from "./single-host-subset.js";
import { alternatives, reduced, selectorFor } from "./subset-search.js";
import { hasValues, type SubsetName, subsetNameOf, subsetNamesOf } from "./subset-values.js";
import type { BalancerParts } from "./zone-aware-load-balancer.js";

/** A balancer to ask, and what to count: that it was asked, or that it had a host. */
interface Step {
  readonly balancer: LoadBalancer;
  readonly whenAsked: Counter | null;
  readonly whenFound: Counter | null;
}

/** The hosts of one subset, and what they were found by. */
interface Division {
  readonly members: Host[];
  readonly selector: SubsetSelectorConfig;
}

/**
 * Divides the hosts by their metadata and balances each part by itself; what a route asks of the metadata leads to the
 * part (`lb_subset_config`).
 */
export class SubsetLoadBalancer implements LoadBalancer, PrioritySetObserver {
  private readonly config: SubsetConfig;
  private readonly parts: BalancerParts;
  private readonly make: BalancerMaker;
  private readonly stats: SubsetStats;
  private readonly subsets = new Map<SubsetName, Subset>();
  private readonly any: HostSubset | null;
  private readonly defaultSubset: HostSubset | null;
  private readonly withoutSubset: readonly Step[];
  /** What criteria lead to; they are few objects, one for a route. Forgotten when subsets come or go. */
  private known = new WeakMap<MetadataMatchCriteria, readonly Step[]>();

  constructor(config: SubsetConfig, parts: BalancerParts, make: BalancerMaker) {
    this.config = config;
    this.parts = parts;
    this.make = make;
    this.stats = new SubsetStats(parts);
    const fallbacks = new Set([config.fallback, ...selectorFallbacks(config)]);
    this.any = fallbacks.has("any") || config.panicModeAny ? this.create() : null;
    this.defaultSubset = fallbacks.has("default") ? this.create() : null;
    this.onHostsChanged();
    this.withoutSubset = this.stepsWithoutSubset();
    parts.prioritySet.addObserver(this);
  }

  private create(): HostSubset {
    return new HostSubset(this.config, this.parts, this.make);
  }

  onHostsChanged(): void {
    const { hosts } = this.parts.prioritySet;
    const { defaultSubset, listAsAny } = this.config;
    this.any?.update(hosts);
    this.defaultSubset?.update(hosts.filter((host) => hasValues(host, defaultSubset, listAsAny))); // control plane: hosts
    // control plane: when hosts change
    const found = this.divide([...hosts].sort((a, b) => a.priority - b.priority));
    for (const [name, { members, selector }] of found) this.subsetFor(name, selector).update(members);
    for (const name of this.subsets.keys()) if (!found.has(name)) this.remove(name);
    this.known = new WeakMap();
  }

  /** The members of each subset. @param hosts by their priority */
  private divide(hosts: readonly Host[]): Map<SubsetName, Division> {
    const found = new Map<SubsetName, Division>();
    let duplicates = 0;
    for (const selector of this.config.selectors) {
      for (const host of hosts) {
        for (const name of subsetNamesOf(host, selector.keys, this.config.listAsAny)) {
          const members = found.get(name)?.members;
          if (members === undefined) found.set(name, { members: [host], selector });
          else if (!selector.singleHost) addOnce(members, host);
          // The first of each priority; that of the first one is taken.
          else if (members.at(-1)?.priority !== host.priority) members.push(host);
          else if (members.at(-1) !== host) duplicates++;
        }
      }
    }
    this.stats.duplicates?.set(duplicates);
    return found;
  }

  private subsetFor(name: SubsetName, { singleHost }: SubsetSelectorConfig): Subset {
    const known = this.subsets.get(name);
    if (known !== undefined) return known;
    const subset = singleHost ? new SingleHostSubset() : this.create();
    this.subsets.set(name, subset);
    this.stats.created.inc();
    this.stats.active?.inc();
    return subset;
  }

  private remove(name: SubsetName): void {
    this.subsets.delete(name);
    this.stats.removed.inc();
    this.stats.active?.dec();
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    const criteria = context.metadataMatch();
    const steps = criteria === null ? this.withoutSubset : this.stepsFor(criteria);
    for (let index = 0; index < steps.length; index++) {
      const { balancer, whenAsked, whenFound } = steps[index] as Step;
      whenAsked?.inc();
      const host = balancer.chooseHost(context);
      if (host === null) continue;
      whenFound?.inc();
      return host;
    }
    return null;
  }

  /** The next request is thought to ask for the same as this one. */
  peekAnotherHost(context: LoadBalancerContext): Host | null {
    const criteria = context.metadataMatch();
    const steps = criteria === null ? this.withoutSubset : this.stepsFor(criteria);
    return steps[0]?.balancer.peekAnotherHost(context) ?? null;
  }

  private stepsFor(criteria: MetadataMatchCriteria): readonly Step[] {
    const known = this.known.get(criteria);
    if (known !== undefined) return known;
    const steps = alternatives(criteria, this.config).flatMap((one) => this.stepsOfOne(one)); // control plane: once a route
    this.known.set(criteria, steps);
    return steps;
  }

  private stepsOfOne(criteria: MetadataMatchCriteria): readonly Step[] {
    const selector = selectorFor(criteria, this.config);
    if (selector === null) return this.withoutSubset;
    const subset = this.subsets.get(subsetNameOf(criteria, selector.keys));
    // A subset without an available host is still the subset that was asked for.
    if (subset !== undefined) return [{ balancer: subset.balancer, whenAsked: this.stats.selected, whenFound: null }];
    return this.stepsOfFallback(selector, criteria);
  }

  private stepsOfFallback(selector: SubsetSelectorConfig, criteria: MetadataMatchCriteria): readonly Step[] {
    if (selector.fallback === null) return this.withoutSubset;
    if (selector.fallback === "keysSubset") return this.stepsOfOne(reduced(criteria, selector.fallbackKeys));
    const subset = this.fallbackSubset(selector.fallback);
    return subset === null ? [] : [{ balancer: subset.balancer, whenAsked: null, whenFound: null }];
  }

  private stepsWithoutSubset(): readonly Step[] {
    const fallback = this.fallbackSubset(this.config.fallback);
    if (fallback === null) return [];
    const { stats } = this;
    const steps: Step[] = [{ balancer: fallback.balancer, whenAsked: null, whenFound: stats.fallback }];
    if (this.config.panicModeAny && this.any !== null) {
      steps.push({ balancer: this.any.balancer, whenAsked: null, whenFound: stats.fallbackPanic });
    }
    return steps;
  }

  private fallbackSubset(fallback: SubsetFallback): HostSubset | null {
    switch (fallback) {
      case "none":
        return null;
      case "any":
        return this.any;
      case "default":
        return this.defaultSubset;
    }
  }
}

function selectorFallbacks(config: SubsetConfig): readonly SubsetSelectorConfig["fallback"][] {
  return config.selectors.map(({ fallback }) => fallback);
}

/** The same host comes again right after itself, when two of its values are the same subset. */
function addOnce(members: Host[], host: Host): void {
  if (members.at(-1) !== host) members.push(host);
}

/** What subsets count under `cluster.<name>.` */
class SubsetStats {
  readonly created: Counter;
  readonly removed: Counter;
  readonly selected: Counter;
  readonly fallback: Counter;
  readonly fallbackPanic: Counter;
  /** Null in workers whose stats do not count what all workers have. */
  readonly active: Gauge | null;
  readonly duplicates: Gauge | null;

  constructor({ stats, showsGauges }: BalancerParts) {
    const { scope } = stats;
    this.created = scope.counter("lb_subsets_created");
    this.removed = scope.counter("lb_subsets_removed");
    this.selected = scope.counter("lb_subsets_selected");
    this.fallback = scope.counter("lb_subsets_fallback");
    this.fallbackPanic = scope.counter("lb_subsets_fallback_panic");
    this.active = showsGauges ? scope.gauge("lb_subsets_active") : null;
    this.duplicates = showsGauges ? scope.gauge("lb_subsets_single_host_per_subset_duplicate") : null;
  }
}
