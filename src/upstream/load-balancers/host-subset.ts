import type { Host } from "../host.js";
import type { HostSet, HostSetOptions } from "../host-set.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LbPolicyConfig, SubsetConfig } from "../load-balancing-config.js";
import { localityKey } from "../locality.js";
import { PrioritySet } from "../priority-set.js";
import type { BalancerParts } from "./zone-aware-load-balancer.js";

/** Makes the balancer of a policy over some hosts. */
export type BalancerMaker = (config: LbPolicyConfig, parts: BalancerParts) => LoadBalancer;

export interface Subset {
  readonly balancer: LoadBalancer;
  /** These are its hosts now, at least one. */
  update(hosts: readonly Host[]): void;
}

/** Some of a cluster's hosts with a balancer of their own. */
export class HostSubset implements Subset {
  readonly balancer: LoadBalancer;
  private readonly prioritySet: PrioritySet;

  constructor(config: SubsetConfig, parts: BalancerParts, make: BalancerMaker) {
    this.prioritySet = new PrioritySet(optionsOf(config, parts.prioritySet));
    this.balancer = make(config.policy, withSet(parts, this.prioritySet));
  }

  get size(): number {
    return this.prioritySet.hosts.length;
  }

  update(hosts: readonly Host[]): void {
    this.prioritySet.update(hosts);
  }
}

function withSet(parts: BalancerParts, prioritySet: PrioritySet): BalancerParts {
  const { panicThreshold, stats, random, runtime, clock, localSet, showsGauges, peeks } = parts;
  return { prioritySet, panicThreshold, stats, random, runtime, clock, localSet, showsGauges, peeks };
}

/** But for the weights of localities what holds for all hosts holds for some. */
function optionsOf(config: SubsetConfig, all: PrioritySet): HostSetOptions {
  const { overprovisioningFactor, weightedPriorityHealth, localLocality } = all.options;
  return { overprovisioningFactor, weightedPriorityHealth, localLocality, weightOfLocality: weightsOf(config, all) };
}

/** Localities count in a subset only if configured; scaled, by the part of their hosts that the subset has. */
function weightsOf(config: SubsetConfig, all: PrioritySet): HostSetOptions["weightOfLocality"] {
  const { weightOfLocality } = all.options;
  if (!config.localityWeightAware || weightOfLocality === null) return null;
  if (!config.scaleLocalityWeight) return weightOfLocality;
  // control plane: once for a subset
  return (hosts) => {
    const [first] = hosts;
    if (first === undefined) return 0;
    const before = hostsInLocality(all.hostSets[first.priority], first);
    return before === 0 ? 0 : Math.round((weightOfLocality([first]) * hosts.length) / before);
  };
}

function hostsInLocality(hostSet: HostSet | undefined, host: Host): number {
  const key = localityKey(host.locality);
  const found = hostSet?.hostsPerLocality.localities.find(
    ([first]) => first !== undefined && localityKey(first.locality) === key,
  );
  return found?.length ?? 0;
}
