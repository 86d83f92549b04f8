import { NO_METADATA } from "../../common/metadata.js";
import type { Dispatcher, Timer, TimerTarget } from "../../event/dispatcher.js";
import { addressText, type IpAddress, parseIpAddress } from "../../network/address.js";
import type { EndpointConfig } from "../cluster-info.js";
import type { Host } from "../host.js";
import type { LoadBalancer } from "../load-balancer.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import { NO_LOCALITY } from "../locality.js";
import type { OriginalDstConfig } from "../original-dst-config.js";

/** What Envoy calls the filter state that names a host. */
const FILTER_STATE = "envoy.network.transport_socket.original_dst_address";

/** The cluster that the hosts are of. */
export interface OnDemandCluster {
  readonly info: { readonly name: string };
  updateHosts(endpoints: readonly EndpointConfig[]): void;
  hostAt(addressText: string): Host | null;
  countInvalidAddress(): void;
}

/**
 * Sends each request to the address that it names (`ORIGINAL_DST`), and makes hosts of addresses that it has not seen.
 * Hosts that were not asked for during an interval, and have no connection, are removed at its end. Each worker has hosts
 * of its own. Owner: `ClusterManager`.
 */
export class OriginalDstLoadBalancer implements LoadBalancer, TimerTarget {
  private readonly cluster: OnDemandCluster;
  private readonly config: OriginalDstConfig;
  private readonly timer: Timer;
  /** By `addressText`. */
  private endpoints = new Map<string, EndpointConfig>();
  /** Asked for since the last cleanup. */
  private readonly used = new Set<Host>();

  constructor(cluster: OnDemandCluster, config: OriginalDstConfig, dispatcher: Dispatcher) {
    this.cluster = cluster;
    this.config = config;
    this.timer = dispatcher.createCoarseTimer(this);
  }

  chooseHost(context: LoadBalancerContext): Host | null {
    const address = this.addressOf(context);
    if (address === null) return null;
    const text = addressText(address);
    const host = this.cluster.hostAt(text) ?? this.addHost(text, address);
    if (host !== null) this.used.add(host);
    return host;
  }

  /** The next request will say. */
  peekAnotherHost(): Host | null {
    return null;
  }

  private addressOf(context: LoadBalancerContext): IpAddress | null {
    const { portOverride } = this.config;
    const address = this.fromFilterState(context) ?? this.fromMetadata(context) ?? this.fromHeader(context);
    return address === null || portOverride === null ? address : { kind: "ip", host: address.host, port: portOverride };
  }

  private fromFilterState(context: LoadBalancerContext): IpAddress | null {
    const text = context.streamInfo?.filterState?.get(FILTER_STATE);
    return text === undefined ? null : parseIpAddress(text);
  }

  private fromMetadata(context: LoadBalancerContext): IpAddress | null {
    const { metadataKey } = this.config;
    if (metadataKey === null) return null;
    const found = context.streamInfo?.dynamicMetadata?.get(metadataKey.namespace, metadataKey.path);
    const value = Array.isArray(found) ? found[0] : found;
    return typeof value === "string" ? this.parse(value) : null;
  }

  /** Anybody may have sent it: only the first value counts. */
  private fromHeader(context: LoadBalancerContext): IpAddress | null {
    const { headerName } = this.config;
    const value = headerName === "" ? null : (context.headers?.get(headerName) ?? null);
    return value === null ? null : this.parse(value);
  }

  private parse(text: string): IpAddress | null {
    const address = parseIpAddress(text);
    if (address === null) this.cluster.countInvalidAddress();
    return address;
  }

  private addHost(text: string, address: IpAddress): Host | null {
    if (this.endpoints.size === 0) this.timer.arm(this.config.cleanupIntervalMs);
    this.endpoints.set(text, endpointAt(address, this.cluster.info.name + text));
    this.cluster.updateHosts([...this.endpoints.values()]); // control plane: once for an address
    return this.cluster.hostAt(text);
  }

  /** Removes the hosts that nobody uses. */
  onTimer(): void {
    // control plane: once in an interval
    const kept = [...this.endpoints].filter(([text]) => {
      const host = this.cluster.hostAt(text);
      return host !== null && (this.used.has(host) || !host.pools.isIdle);
    });
    this.used.clear();
    if (kept.length < this.endpoints.size) {
      this.endpoints = new Map(kept);
      this.cluster.updateHosts([...this.endpoints.values()]);
    }
    if (this.endpoints.size > 0) this.timer.arm(this.config.cleanupIntervalMs);
  }

  destroy(): void {
    this.timer.disarm();
  }
}

/** @param hostname as Envoy names such hosts: the cluster's name, then the address */
function endpointAt(address: IpAddress, hostname: string): EndpointConfig {
  return {
    address,
    hostname,
    weight: 1,
    priority: 0,
    locality: NO_LOCALITY,
    localityWeight: 0,
    health: "unknown",
    metadata: NO_METADATA,
  };
}
