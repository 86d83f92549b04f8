import type { HostSet, HostsPerLocality } from "../host-set.js";
import { EdfScheduler } from "./edf-scheduler.js";

/**
 * A schedule of localities by weight, each reduced by how many of its hosts are available, times the overprovisioning
 * factor. Null when no locality has a weight and an available host.
 */
export function localitySchedule(hostSet: HostSet, available: HostsPerLocality): EdfScheduler<number> | null {
  const { localityWeights } = hostSet;
  if (localityWeights === null) return null;
  const weights = available.localities.map(
    (hosts, index) => (localityWeights[index] as number) * availability(hostSet, index, hosts.length),
  );
  const schedule = new EdfScheduler<number>((index) => weights[index] as number);
  for (const [index, weight] of weights.entries()) if (weight > 0) schedule.add(index);
  return schedule.size === 0 ? null : schedule;
}

/** The part of its weight that a locality counts for, 0 to 1. */
function availability(hostSet: HostSet, index: number, available: number): number {
  const all = hostSet.hostsPerLocality.localities[index]?.length ?? 0;
  const counted = all - (hostSet.excludedHostsPerLocality.localities[index]?.length ?? 0);
  if (counted <= 0) return 0;
  const share = ((available / counted) * hostSet.options.overprovisioningFactor) / 100;
  return Math.min(1, share);
}
