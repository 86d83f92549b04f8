import type { Host } from "../host.js";
import type { HostSet } from "../host-set.js";

/** A host and the part of all requests that it should get. */
export interface WeightedHost {
  readonly host: Host;
  /** Above 0; those of all hosts sum up to 1. */
  readonly share: number;
}

/** The hosts of a priority that a hash may lead to. @param localityWeighted shares of localities come first */
export function normalizedWeights(hostSet: HostSet, inPanic: boolean, localityWeighted: boolean): WeightedHost[] {
  const { localityWeights } = hostSet;
  if (!localityWeighted || localityWeights === null) return sharesOf(inPanic ? hostSet.hosts : hostSet.healthyHosts, 1);
  const sum = total(localityWeights);
  const { localities } = inPanic ? hostSet.hostsPerLocality : hostSet.healthyHostsPerLocality;
  return localities.flatMap((hosts, index) => sharesOf(hosts, (localityWeights[index] as number) / sum));
}

/** What a locality of weight 0 holds gets nothing and is left out. */
function sharesOf(hosts: readonly Host[], of: number): WeightedHost[] {
  if (!(of > 0)) return [];
  const sum = total(hosts.map(({ weight }) => weight));
  return hosts.map((host) => ({ host, share: (host.weight / sum) * of }));
}

function total(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}
