import type { ClusterInfo } from "../upstream/cluster-info.js";
import { type DiscoveryCallbacks, type DiscoveryContext, DnsDiscovery } from "../upstream/discovery/dns-discovery.js";

/** Finds the endpoints of all clusters that have names, on the main thread. */
export class ClusterDiscovery {
  private readonly discoveries: readonly DnsDiscovery[];
  private readonly clusters: readonly ClusterInfo[];

  constructor(clusters: readonly ClusterInfo[], callbacks: DiscoveryCallbacks, context: DiscoveryContext) {
    this.clusters = clusters.filter(({ discovery }) => discovery === "strictDns" || discovery === "logicalDns");
    this.discoveries = this.clusters.map((info) => new DnsDiscovery(info, callbacks, context));
  }

  /** Resolves when every cluster that the server waits for is warm. */
  async start(): Promise<void> {
    const warming = this.discoveries.map((discovery) => discovery.start());
    await Promise.all(warming.filter((_, index) => this.clusters[index]?.dns.waitForWarm));
  }

  stop(): void {
    for (const discovery of this.discoveries) discovery.stop();
  }
}
