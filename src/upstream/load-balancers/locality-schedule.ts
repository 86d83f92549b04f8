import type { HostSet, HostsPerLocality } from "../host-set.js";
import { EdfScheduler } from "./edf-scheduler.js";

/**
 * A schedule of localities by weight, each reduced by how many of its hosts are available, times the overprovisioning
 * factor. Null when no locality has a weight and an available host.
 */
export function localitySchedule(hostSet: HostSet, available: HostsPerLocality): EdfScheduler<number> | null {
  const weights = available.localities.map((hosts, index) => effectiveWeight(hostSet, index, hosts.length));
  const schedule = new EdfScheduler<number>((index) => weights[index] as number);
  for (const [index, weight] of weights.entries()) if (weight > 0) schedule.add(index);
  return schedule.size === 0 ? null : schedule;
}

function effectiveWeight(hostSet: HostSet, index: number, available: number): number {
  const all = hostSet.hostsPerLocality.localities[index]?.length ?? 0;
  const counted = all - (hostSet.excludedHostsPerLocality.localities[index]?.length ?? 0);
  if (counted <= 0) return 0;
  const share = ((available / counted) * hostSet.options.overprovisioningFactor) / 100;
  return (hostSet.localityWeights[index] as number) * Math.min(1, share);
}
