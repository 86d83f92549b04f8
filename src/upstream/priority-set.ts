import type { Host } from "./host.js";
import { HostSet, type HostSetOptions } from "./host-set.js";
import type { PriorityView } from "./priority-load.js";

/** Told after hosts came, went, or changed in health, weight or metadata. Implemented by load balancers. */
export interface PrioritySetObserver {
  onHostsChanged(): void;
}

/** The hosts that a cluster has now, by priority. 0 is the highest; there is always at least one. */
export class PrioritySet implements PriorityView {
  private current: readonly HostSet[];
  private all: readonly Host[] = [];
  private byAddress: ReadonlyMap<string, Host> | null = null;
  readonly options: HostSetOptions;
  private readonly observers: PrioritySetObserver[] = [];

  constructor(options: HostSetOptions) {
    this.options = options;
    this.current = [new HostSet(0, [], options)];
  }

  /** By priority. A priority whose hosts did not change keeps its object. */
  get hostSets(): readonly HostSet[] {
    return this.current;
  }

  /** The hosts of all priorities. */
  get hosts(): readonly Host[] {
    return this.all;
  }

  priorityOf(host: Host): number {
    return host.priority;
  }

  /** A host by its `addressText`, null when there is none. */
  hostAt(address: string): Host | null {
    this.byAddress ??= new Map(this.all.map((host) => [host.addressText, host])); // control plane: once after hosts change
    return this.byAddress.get(address) ?? null;
  }

  /** Observers are told in the order in which they came. */
  addObserver(observer: PrioritySetObserver): void {
    this.observers.push(observer);
  }

  /** These are the hosts from now on. */
  update(hosts: readonly Host[]): void {
    const before = this.current;
    this.all = hosts;
    this.byAddress = null;
    // control plane: when hosts change, or their health
    this.current = hostsByPriority(hosts).map((ofPriority, priority) => {
      const known = before[priority];
      if (known !== undefined && !known.differsFrom(ofPriority)) return known;
      return new HostSet(priority, ofPriority, this.options);
    });
    for (const observer of this.observers) observer.onHostsChanged();
  }

  /** Takes in what changed in the hosts themselves: their health, weight or metadata. */
  refresh(): void {
    this.update(this.all);
  }
}

/** There is always a priority 0. */
function hostsByPriority(hosts: readonly Host[]): Host[][] {
  const byPriority: Host[][] = [[]];
  for (const host of hosts) {
    while (byPriority.length <= host.priority) byPriority.push([]);
    (byPriority[host.priority] as Host[]).push(host);
  }
  return byPriority;
}
