import type { Host } from "../host.js";

/** Picks among a fixed list of hosts by one policy; priorities, localities and panic have been decided before. */
export interface HostPicker {
  /** Null when the list is empty. */
  pick(): Host | null;
  /** Where its turn stands; the picker for the list's next version goes on from there. */
  readonly turn: number;
  /** A host that is picked now would be as good a choice for the next request: nothing in between counts. */
  readonly isForeseeable: boolean;
}

/** Makes the pickers of one policy. */
export interface PickerFactory {
  /** @param turn where the list's last picker stood; -1 when there was none */
  createPicker(hosts: readonly Host[], turn: number): HostPicker;
}

/** A list that has no picker yet. */
export const NO_TURN = -1;

export function haveEqualWeights(hosts: readonly Host[]): boolean {
  const weight = hosts[0]?.weight;
  for (const host of hosts) if (host.weight !== weight) return false;
  return true;
}
