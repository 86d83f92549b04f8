import type { Host } from "./host.js";
import type { HostSet } from "./host-set.js";

/** Percent of the requests that go to the healthy and to the degraded hosts of each priority; all sum up to 100. */
export interface PriorityLoad {
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
}

/** Priorities as a retry sees them: those of one cluster, or those of an aggregate's members one behind the other. */
export interface PriorityView {
  /** By priority. */
  readonly hostSets: readonly HostSet[];
  /** The priority that the load here calls the host's. */
  priorityOf(host: Host): number;
}

/** How much each priority could take, 0 to 100, through its healthy and through its degraded hosts. */
export interface PriorityAvailability {
  readonly healthy: number[];
  readonly degraded: number[];
}

/** A full load, in percent. */
const FULL = 100;

/**
 * The availability of every priority: its share of healthy (degraded) hosts times the overprovisioning factor, at most
 * 100. All figures here are whole numbers, rounded down.
 */
export function availabilityOf(hostSets: readonly HostSet[]): PriorityAvailability {
  const healthy = hostSets.map((hostSet) => shareOf(hostSet, hostSet.healthyHosts));
  const degraded = hostSets.map((hostSet) => shareOf(hostSet, hostSet.degradedHosts));
  return { healthy, degraded };
}

function shareOf(hostSet: HostSet, part: HostSet["hosts"]): number {
  const { overprovisioningFactor, weightedPriorityHealth } = hostSet.options;
  const counted = hostSet.hosts.length - hostSet.excludedHosts.length;
  if (counted <= 0) return 0;
  const share = weightedPriorityHealth
    ? (overprovisioningFactor * weightOf(part)) / (weightOf(hostSet.hosts) - weightOf(hostSet.excludedHosts))
    : (overprovisioningFactor * part.length) / counted;
  return Math.min(FULL, Math.floor(share));
}

function weightOf(hosts: HostSet["hosts"]): number {
  let sum = 0;
  for (const host of hosts) sum += host.weight;
  return sum;
}

/** What all priorities can take together, at most 100. */
export function totalAvailability({ healthy, degraded }: PriorityAvailability): number {
  let sum = 0;
  for (const one of healthy) sum += one;
  for (const one of degraded) sum += one;
  return Math.min(FULL, sum);
}

/**
 * Gives each priority in turn what its healthy hosts can take, then what remains to the degraded ones. What rounding
 * leaves over goes to the first priority that can take anything. Null when none can.
 */
export function loadOf(availability: PriorityAvailability): PriorityLoad | null {
  const total = totalAvailability(availability);
  if (total === 0) return null;
  let left = FULL;
  const distribute = (available: readonly number[]): number[] => {
    return available.map((one) => {
      const load = Math.min(left, Math.floor((one * FULL) / total));
      left -= load;
      return load;
    });
  };
  const healthy = distribute(availability.healthy);
  const degraded = distribute(availability.degraded);
  const firstHealthy = availability.healthy.findIndex(isPositive);
  if (firstHealthy !== -1) {
    healthy[firstHealthy] = (healthy[firstHealthy] as number) + left;
  } else {
    const firstDegraded = availability.degraded.findIndex(isPositive);
    degraded[firstDegraded] = (degraded[firstDegraded] as number) + left;
  }
  return { healthy, degraded };
}

function isPositive(value: number): boolean {
  return value > 0;
}

/** In panic everywhere each priority gets load in proportion to the number of its hosts, healthy or not. */
export function panicLoadOf(hostSets: readonly HostSet[]): PriorityLoad {
  let total = 0;
  for (const { hosts } of hostSets) total += hosts.length;
  if (total === 0) return allToFirst(hostSets.length);
  let left = FULL;
  const healthy = hostSets.map(({ hosts }) => {
    const load = Math.floor((FULL * hosts.length) / total);
    left -= load;
    return load;
  });
  const first = hostSets.findIndex(({ hosts }) => hosts.length > 0);
  healthy[first] = (healthy[first] as number) + left;
  return { healthy, degraded: hostSets.map(() => 0) };
}

/** The load has to go somewhere, also where no host can take it. */
export function allToFirst(priorities: number): PriorityLoad {
  return {
    healthy: Array.from({ length: priorities }, (_, priority) => (priority === 0 ? FULL : 0)),
    degraded: Array.from({ length: priorities }, () => 0),
  };
}
