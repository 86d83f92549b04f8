import type { Host } from "./host.js";
import { isSomewhere, type Locality, localityKey } from "./locality.js";

/** Hosts by locality; the proxy's own locality comes first when it has hosts. */
export interface HostsPerLocality {
  /** Index 0 is the proxy's own locality. */
  readonly hasLocalLocality: boolean;
  readonly localities: readonly (readonly Host[])[];
}

/** What is the same for all hosts of a priority. */
export interface HostSetOptions {
  /** Percent of the healthy share that a priority or locality counts for; more than 0, 140 by default. */
  readonly overprovisioningFactor: number;
  /** A priority's health is the share of healthy weight and not of healthy hosts. */
  readonly weightedPriorityHealth: boolean;
  /** Where this proxy is. */
  readonly localLocality: Locality;
  /** The weight of a locality by its hosts; 0 is none. Null where localities have no weights at all. */
  readonly weightOfLocality: ((hosts: readonly Host[]) => number) | null;
}

/** The hosts of one priority at one moment. Never changed: an update makes another one. */
export class HostSet {
  readonly priority: number;
  readonly options: HostSetOptions;
  readonly hosts: readonly Host[];
  readonly healthyHosts: readonly Host[];
  readonly degradedHosts: readonly Host[];
  /** Hosts that do not count in the share of healthy ones, such as those that wait for their first health check. */
  readonly excludedHosts: readonly Host[];
  readonly hostsPerLocality: HostsPerLocality;
  readonly healthyHostsPerLocality: HostsPerLocality;
  readonly degradedHostsPerLocality: HostsPerLocality;
  readonly excludedHostsPerLocality: HostsPerLocality;
  /**
   * By the index of a locality; 0 is a locality without a weight, which locality-weighted balancing passes over. Null where
   * weights do not count, and hosts are balanced as if localities did not.
   */
  readonly localityWeights: readonly number[] | null;
  /** What the hosts' weights, flags and metadata were when the set was made. */
  private readonly versions: readonly number[];

  constructor(priority: number, hosts: readonly Host[], options: HostSetOptions) {
    this.priority = priority;
    this.options = options;
    this.hosts = hosts;
    this.hostsPerLocality = perLocality(hosts, options.localLocality);
    const { localities } = this.hostsPerLocality;
    // control plane: when hosts change, or their health
    this.localityWeights = options.weightOfLocality === null ? null : localities.map(options.weightOfLocality);
    const { hostsPerLocality } = this;
    this.healthyHosts = hosts.filter(isHealthy);
    this.degradedHosts = hosts.filter(isDegraded);
    this.excludedHosts = hosts.filter(isExcludedHost);
    this.healthyHostsPerLocality = filterLocalities(hostsPerLocality, isHealthy);
    this.degradedHostsPerLocality = filterLocalities(hostsPerLocality, isDegraded);
    this.excludedHostsPerLocality = filterLocalities(hostsPerLocality, isExcludedHost);
    this.versions = hosts.map(versionOf);
  }

  /** Whether a set of these hosts would be another one than this. */
  differsFrom(hosts: readonly Host[]): boolean {
    if (hosts.length !== this.hosts.length) return true;
    // control plane: when hosts change, or their health
    return hosts.some((host, index) => host !== this.hosts[index] || host.version !== this.versions[index]);
  }
}

/** As configured. */
export function configuredLocalityWeight(hosts: readonly Host[]): number {
  return hosts[0]?.localityWeight ?? 0;
}

function isHealthy(host: Host): boolean {
  return host.health === "healthy";
}

function isDegraded(host: Host): boolean {
  return host.health === "degraded";
}

function isExcludedHost(host: Host): boolean {
  return host.isExcluded;
}

function versionOf(host: Host): number {
  return host.version;
}

function perLocality(hosts: readonly Host[], local: Locality): HostsPerLocality {
  const byKey = new Map<string, Host[]>();
  for (const host of hosts) {
    const key = localityKey(host.locality);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [host]);
    else known.push(host);
  }
  const localKey = localityKey(local);
  const hasLocalLocality = isSomewhere(local) && byKey.has(localKey);
  const keys = [...byKey.keys()].sort();
  const ordered = hasLocalLocality ? [localKey, ...keys.filter((key) => key !== localKey)] : keys;
  return { hasLocalLocality, localities: ordered.map((key) => byKey.get(key) as Host[]) };
}

function filterLocalities(all: HostsPerLocality, wanted: (host: Host) => boolean): HostsPerLocality {
  const localities = all.localities.map((hosts) => hosts.filter(wanted));
  return { hasLocalLocality: all.hasLocalLocality, localities };
}
