import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { HostSet } from "../host-set.js";
import type { LoadBalancerStats } from "../load-balancer-stats.js";
import { NEVER_FORCED, type ZoneAwareConfig } from "../load-balancing-config.js";
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

  /** Index of a locality of the host set; 0 is the own one, if hosts are there. */
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

/** What it takes to find a routing. */
export interface ZoneRoutingParts {
  readonly config: ZoneAwareConfig;
  readonly stats: LoadBalancerStats;
  readonly random: RandomSource;
}

/**
 * The routing of the first priority; null when zones do not count.
 * @param hostSet the hosts that requests go to
 * @param local the proxies, this one among them
 */
export function zoneRoutingOf(hostSet: HostSet, local: HostSet, parts: ZoneRoutingParts): ZoneRouting | null {
  const { config, stats, random } = parts;
  stats.recalculateZoneStructures.inc();
  if (!zonesCount(hostSet, local, config, stats)) return null;
  const { hasLocalLocality, localities } = hostSet.healthyHostsPerLocality;
  const upstream = localities.map((hosts) => sizeOf(hosts, config.basis));
  const proxies = proxySizes(localities, local, config.basis);
  const total = upstream.reduce(sum, 0);
  const totalProxies = local.healthyHostsPerLocality.localities.reduce(
    (all, one) => all + sizeOf(one, config.basis),
    0,
  );
  const upstreamShares = upstream.map((size) => share(size, total));
  const proxyShares = proxies.map((size) => share(size, totalProxies));
  const upstreamHere = hasLocalLocality ? (upstreamShares[0] as number) : 0;
  const proxiesHere = hasLocalLocality ? (proxyShares[0] as number) : 0;
  const isForced = hasLocalLocality && (localities[0] as readonly Host[]).length >= config.forcedFromHosts;
  if (isForced || (upstreamHere > 0 && upstreamHere >= proxiesHere)) return new ZoneRouting(WHOLE, [], stats, random);
  const localShare = proxiesHere === 0 ? 0 : Math.floor((upstreamHere * WHOLE) / proxiesHere);
  let free = 0;
  const freeUpTo = upstreamShares.map((one, index) => {
    // What can stay here stays here anyway.
    if (index > 0 || !hasLocalLocality) free += Math.max(0, one - (proxyShares[index] as number));
    return free;
  });
  return new ZoneRouting(localShare, freeUpTo, stats, random);
}

/** There are zones to choose from, enough hosts, and this proxy is among the known ones. */
function zonesCount(hostSet: HostSet, local: HostSet, config: ZoneAwareConfig, stats: LoadBalancerStats): boolean {
  if (hostSet.hostsPerLocality.localities.length < 2) return false;
  // Proxies that are all in one zone divide their requests as if there were none.
  const { hasLocalLocality, localities } = local.hostsPerLocality;
  if (localities.length < 2 && config.forcedFromHosts === NEVER_FORCED) return false;
  if (!hasLocalLocality) {
    stats.localClusterNotOk.inc();
    return false;
  }
  if (hostSet.healthyHosts.length < config.minClusterSize) {
    stats.zoneClusterTooSmall.inc();
    return false;
  }
  return true;
}

/** How much of the healthy proxies is in each of the localities. */
function proxySizes(
  localities: readonly (readonly Host[])[],
  local: HostSet,
  basis: ZoneAwareConfig["basis"],
): number[] {
  const sizes = new Map<string, number>();
  for (const hosts of local.healthyHostsPerLocality.localities) {
    const [first] = hosts;
    if (first !== undefined) sizes.set(localityKey(first.locality), sizeOf(hosts, basis));
  }
  // Where no host is healthy it does not matter how many proxies there are.
  return localities.map(([first]) => (first === undefined ? 0 : (sizes.get(localityKey(first.locality)) ?? 0)));
}

function sizeOf(hosts: readonly Host[], basis: ZoneAwareConfig["basis"]): number {
  if (basis === "hosts") return hosts.length;
  let weight = 0;
  for (const host of hosts) weight += host.weight;
  return weight;
}

function sum(a: number, b: number): number {
  return a + b;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * WHOLE) / whole);
}
