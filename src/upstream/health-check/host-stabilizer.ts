import { addressText } from "../../network/address.js";
import type { EndpointConfig } from "../cluster-info.js";

/**
 * Keeps the hosts of a cluster that discovery has lost for as long as their health checks pass: a name server that
 * forgets them for a while does no harm. They go when they fail.
 */
export class HostStabilizer {
  private readonly passes: (addressText: string) => boolean;
  private hosts = new Map<string, EndpointConfig>();

  constructor(passes: (addressText: string) => boolean) {
    this.passes = passes;
  }

  /** The hosts that there are from now on. Those that discovery has lost say so (`isPendingRemoval`). */
  onDiscovered(found: readonly EndpointConfig[]): readonly EndpointConfig[] {
    const after = new Map<string, EndpointConfig>();
    for (const endpoint of found) after.set(addressText(endpoint.address), endpoint);
    const kept: EndpointConfig[] = [];
    for (const [address, endpoint] of this.hosts) {
      if (after.has(address) || !this.passes(address)) continue;
      const pending = { ...endpoint, isPendingRemoval: true };
      after.set(address, pending);
      kept.push(pending);
    }
    this.hosts = after;
    return kept.length === 0 ? found : [...found, ...kept];
  }

  /** The hosts that are left when those go that discovery has lost and that fail now; null when none goes. */
  withoutFailed(): readonly EndpointConfig[] | null {
    const left = [...this.hosts].filter(([address, { isPendingRemoval }]) => !isPendingRemoval || this.passes(address));
    if (left.length === this.hosts.size) return null;
    this.hosts = new Map(left);
    return [...this.hosts.values()];
  }
}
