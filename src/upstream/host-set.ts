import type { Host } from "./host.js";

/** Told when the hosts of a cluster changed. Implemented by load balancers. */
export interface HostSetObserver {
  onHostsChanged(): void;
}

/** The hosts that a cluster has now. */
export class HostSet {
  private current: readonly Host[] = [];
  private observer: HostSetObserver | null = null;

  get hosts(): readonly Host[] {
    return this.current;
  }

  /** Hosts that may take requests. */
  get healthy(): readonly Host[] {
    return this.current;
  }

  setObserver(observer: HostSetObserver): void {
    this.observer = observer;
  }

  update(hosts: readonly Host[]): void {
    this.current = hosts;
    this.observer?.onHostsChanged();
  }
}
