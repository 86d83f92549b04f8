import type { RandomSource } from "../../common/random.js";
import type { HostSet } from "../host-set.js";
import type { LoadBalancerStats } from "../load-balancer-stats.js";
import { localityKey } from "../locality.js";

/** Shares are counted in hundredths of a percent. */
const WHOLE = 10_000;

/**
 * Which zone a request goes to, so that requests stay in the proxy's own zone as far as all zones' proxies together do
 * not overload it: a zone with a smaller share of the upstream hosts than of the proxies sends the surplus to zones
 * where it is the other way round, in proportion to what is free there.
 */
export class ZoneRouting {
  /** Hundredths of a percent of the requests that stay here. */
  private readonly localShare: number;
  /** By locality: what is free there and in all before it. */
  private readonly freeUpTo: readonly number[];
  private readonly stats: LoadBalancerStats;
  private readonly random: RandomSource;

  constructor(localShare: number, freeUpTo: readonly number[], stats: LoadBalancerStats, random: RandomSource) {
    this.localShare = localShare;
    this.freeUpTo = freeUpTo;
    this.stats = stats;
    this.random = random;
  }

  /** Index of a locality of the host set; 0 is the own one. */
  pick(): number {
    const { stats, random, freeUpTo } = this;
    if (this.localShare >= WHOLE) {
      stats.zoneRoutingAllDirectly.inc();
      return 0;
    }
    if (random.below(WHOLE) < this.localShare) {
      stats.zoneRoutingSampled.inc();
      return 0;
    }
    stats.zoneRoutingCrossZone.inc();
    const free = freeUpTo[freeUpTo.length - 1] as number;
    if (free === 0) {
      // Rounding alone leads here: any zone will do.
      stats.zoneNoCapacityLeft.inc();
      return random.below(freeUpTo.length);
    }
    const drawn = random.below(free);
    let index = 0;
    while ((freeUpTo[index] as number) <= drawn) index++;
    return index;
  }
}

/** The routing of one priority; null when zones do not count there. @param local the proxies, this one among them */
export function zoneRoutingOf(
  hostSet: HostSet,
  local: HostSet,
  minClusterSize: number,
  stats: LoadBalancerStats,
  random: RandomSource,
): ZoneRouting | null {
  const { hasLocalLocality, localities } = hostSet.healthyHostsPerLocality;
  stats.recalculateZoneStructures.inc();
  if (localities.length < 2) return null;
  if (!hasLocalLocality || local.hosts.length === 0) {
    stats.localClusterNotOk.inc();
    return null;
  }
  if (hostSet.healthyHosts.length < minClusterSize) {
    stats.zoneClusterTooSmall.inc();
    return null;
  }
  const upstream = localities.map((hosts) => share(hosts.length, hostSet.healthyHosts.length));
  const proxies = proxyShares(hostSet, local);
  const [upstreamHere = 0] = upstream;
  const [proxiesHere = 0] = proxies;
  if (upstreamHere > 0 && upstreamHere >= proxiesHere) return new ZoneRouting(WHOLE, [], stats, random);
  const localShare = proxiesHere === 0 ? 0 : Math.floor((upstreamHere * WHOLE) / proxiesHere);
  let free = 0;
  const freeUpTo = upstream.map((one, index) => {
    if (index > 0) free += Math.max(0, one - (proxies[index] as number));
    return free;
  });
  return new ZoneRouting(localShare, freeUpTo, stats, random);
}

/** What part of the healthy proxies is in each of the host set's localities. */
function proxyShares(hostSet: HostSet, local: HostSet): number[] {
  const counts = new Map<string, number>();
  for (const { locality } of local.healthyHosts) {
    const key = localityKey(locality);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return hostSet.hostsPerLocality.localities.map((hosts) => {
    const [first] = hosts;
    const count = first === undefined ? 0 : (counts.get(localityKey(first.locality)) ?? 0);
    return share(count, local.healthyHosts.length);
  });
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * WHOLE) / whole);
}
