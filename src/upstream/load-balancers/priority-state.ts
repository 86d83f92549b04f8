import type { HostSet } from "../host-set.js";
import {
  allToFirst,
  availabilityOf,
  loadOf,
  type PriorityLoad,
  panicLoadOf,
  totalAvailability,
} from "../priority-load.js";

/** How requests are divided over the priorities of a cluster at the moment. */
export interface PriorityState {
  readonly load: PriorityLoad;
  /** By priority: too few of its hosts are healthy, so all of them get requests. */
  readonly panic: readonly boolean[];
}

/** @param panicThreshold percent of healthy hosts below which a priority panics; 0 is never */
export function priorityStateOf(hostSets: readonly HostSet[], panicThreshold: number): PriorityState {
  const availability = availabilityOf(hostSets);
  const total = totalAvailability(availability);
  // As long as the priorities can take everything together, none of them panics.
  const panic = hostSets.map((hostSet) => total < FULL && isInPanic(hostSet, panicThreshold));
  if (panic.every((one) => one)) return { load: panicLoadOf(hostSets), panic };
  return { load: loadOf(availability) ?? allToFirst(hostSets.length), panic };
}

/** Percent */
const FULL = 100;

export function isInPanic(hostSet: HostSet, panicThreshold: number): boolean {
  const counted = hostSet.hosts.length - hostSet.excludedHosts.length;
  const usable = hostSet.healthyHosts.length + hostSet.degradedHosts.length;
  return (counted <= 0 ? 0 : (FULL * usable) / counted) < panicThreshold;
}

/** Degraded hosts of a priority are told from its healthy ones by this bit. */
export const DEGRADED = 0x4000_0000;

/**
 * The priority that a number falls to, with `DEGRADED` set when it is for the priority's degraded hosts.
 * @param percent 0 to 99, drawn or hashed
 */
export function priorityAt(load: PriorityLoad, percent: number): number {
  let sum = 0;
  for (let priority = 0; priority < load.healthy.length; priority++) {
    sum += load.healthy[priority] as number;
    if (percent < sum) return priority;
  }
  for (let priority = 0; priority < load.degraded.length; priority++) {
    sum += load.degraded[priority] as number;
    if (percent < sum) return priority | DEGRADED;
  }
  return 0;
}
