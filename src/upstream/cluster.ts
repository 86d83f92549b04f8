import type { RandomSource } from "../common/random.js";
import { addressText } from "../network/address.js";
import type { StatsScope } from "../stats/stat.js";
import type { ClusterInfo, EndpointConfig } from "./cluster-info.js";
import { ClusterStats } from "./cluster-stats.js";
import { Host } from "./host.js";
import { HostSet } from "./host-set.js";
import type { LoadBalancer } from "./load-balancer.js";
import { LeastRequestLoadBalancer } from "./load-balancers/least-request-load-balancer.js";
import { RandomLoadBalancer } from "./load-balancers/random-load-balancer.js";
import { RoundRobinLoadBalancer } from "./load-balancers/round-robin-load-balancer.js";
import { ResourceManager } from "./resource-manager.js";

/** A cluster in one worker: its configuration, its hosts of the moment, and what they share. */
export class Cluster {
  readonly info: ClusterInfo;
  readonly stats: ClusterStats;
  readonly resources: ResourceManager;
  readonly hostSet = new HostSet();
  private readonly loadBalancer: LoadBalancer;
  private readonly countsMembership: boolean;
  /** Hosts that discovery no longer finds and whose last streams are being served. */
  private leaving: Host[] = [];

  /** @param resourceCounts memory of `RESOURCE_COUNTS_BYTES` that all workers share */
  constructor(
    info: ClusterInfo,
    resourceCounts: SharedArrayBuffer,
    scope: StatsScope,
    random: RandomSource,
    countsMembership = true,
  ) {
    this.info = info;
    this.countsMembership = countsMembership;
    this.stats = new ClusterStats(scope.scope(`cluster.${info.statName}`));
    this.resources = new ResourceManager(resourceCounts, "default", info.defaultLimits);
    this.loadBalancer = createLoadBalancer(info, this.hostSet, random);
    if (info.discovery === "static") this.updateHosts(info.endpoints);
  }

  /** Every worker has the same hosts; one of them counts them, since the workers' stats are added up. */
  private countMembership(added: number): void {
    this.stats.membershipChange.inc();
    this.stats.membershipTotal.add(added);
    this.stats.membershipHealthy.add(added);
  }

  /** B6: the host of the next attempt, null when there is none. */
  chooseHost(): Host | null {
    const host = this.loadBalancer.chooseHost();
    if (host === null) this.stats.cxNoneHealthy.inc();
    return host;
  }

  /** Takes over what discovery found. Hosts that stay keep their connections, those that are gone finish theirs. */
  updateHosts(endpoints: readonly EndpointConfig[]): void {
    const [logicalHost] = this.hostSet.hosts;
    const [first] = endpoints;
    if (this.info.discovery === "logicalDns" && logicalHost !== undefined && first !== undefined) {
      logicalHost.moveTo(first.address);
      return;
    }
    this.replaceHosts(this.info.discovery === "static" ? endpoints : withoutRepeated(endpoints));
  }

  private replaceHosts(endpoints: readonly EndpointConfig[]): void {
    // control plane: when discovery found something new
    const before = new Map(this.hostSet.hosts.map((host) => [host.addressText, host]));
    const after: Host[] = [];
    let changed = false;
    for (const endpoint of endpoints) {
      const fresh = new Host(endpoint, this.info.name);
      const known = before.get(fresh.addressText);
      const kept = known !== undefined && known.weight === fresh.weight && known.hostname === fresh.hostname;
      if (kept) before.delete(fresh.addressText);
      else changed = true;
      after.push(kept ? known : fresh);
    }
    if (!changed && before.size === 0) return;
    if (this.countsMembership) this.countMembership(after.length - this.hostSet.hosts.length);
    this.hostSet.update(after);
    for (const gone of before.values()) {
      gone.pool?.drain();
      this.leaving.push(gone);
    }
    // control plane: when hosts change
    this.leaving = this.leaving.filter(({ pool }) => pool !== null && !pool.isIdle);
  }

  /** Closes all connections, those to hosts that are leaving too. */
  destroy(): void {
    for (const host of [...this.hostSet.hosts, ...this.leaving]) host.pool?.destroy();
  }
}

/** Names may resolve to the same address; that is one host, as in Envoy. */
function withoutRepeated(endpoints: readonly EndpointConfig[]): readonly EndpointConfig[] {
  const byAddress = new Map<string, EndpointConfig>();
  for (const endpoint of endpoints) {
    const key = addressText(endpoint.address);
    if (!byAddress.has(key)) byAddress.set(key, endpoint);
  }
  return [...byAddress.values()];
}

function createLoadBalancer(info: ClusterInfo, hostSet: HostSet, random: RandomSource): LoadBalancer {
  switch (info.lbPolicy) {
    case "roundRobin":
      return new RoundRobinLoadBalancer(hostSet, random);
    case "random":
      return new RandomLoadBalancer(hostSet, random);
    case "leastRequest":
      return new LeastRequestLoadBalancer(hostSet, random);
  }
}
