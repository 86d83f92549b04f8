import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Logger } from "../../common/logger.js";
import type { Dispatcher, Timer, TimerTarget } from "../../event/dispatcher.js";
import type { ClusterInfo, DnsLookupFamily, EndpointConfig } from "../cluster-info.js";

/** Told of the endpoints that a cluster has from now on. */
export interface DiscoveryCallbacks {
  onEndpoints(clusterName: string, endpoints: readonly EndpointConfig[]): void;
}

/** Asks the name service. Injected, so that tests need no names. */
export type Resolve = (name: string, family: DnsLookupFamily) => Promise<readonly string[]>;

/**
 * Keeps the endpoints of one `STRICT_DNS` or `LOGICAL_DNS` cluster up to date, on the main thread. A failed lookup keeps
 * the addresses that were found last (BEHAVIOUR 6.1).
 */
export class DnsDiscovery implements TimerTarget {
  private readonly info: ClusterInfo;
  private readonly callbacks: DiscoveryCallbacks;
  private readonly log: Logger;
  private readonly resolve: Resolve;
  private readonly timer: Timer;
  /** What each configured endpoint was resolved to last. */
  private readonly resolved: (readonly EndpointConfig[])[];
  private stopped = false;

  constructor(
    info: ClusterInfo,
    callbacks: DiscoveryCallbacks,
    dispatcher: Dispatcher,
    log: Logger,
    resolve: Resolve = resolveBySystem,
  ) {
    this.info = info;
    this.callbacks = callbacks;
    this.log = log;
    this.resolve = resolve;
    this.timer = dispatcher.createTimer(this);
    this.resolved = info.endpoints.map(() => []);
  }

  /** Looks everything up once and goes on doing so. The promise settles after the first round, found or not. */
  async start(): Promise<void> {
    await this.refresh();
  }

  stop(): void {
    this.stopped = true;
    this.timer.disarm();
  }

  onTimer(): void {
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    await Promise.all(this.info.endpoints.map((endpoint, index) => this.refreshEndpoint(endpoint, index)));
    if (this.stopped) return;
    this.callbacks.onEndpoints(this.info.name, this.endpoints());
    this.timer.arm(this.info.dnsRefreshRateMs);
  }

  private async refreshEndpoint(endpoint: EndpointConfig, index: number): Promise<void> {
    const { address } = endpoint;
    if (address.kind === "pipe" || isIP(address.host) !== 0) {
      this.resolved[index] = [endpoint];
      return;
    }
    try {
      const hosts = await this.resolve(address.host, this.info.dnsLookupFamily);
      if (hosts.length === 0) throw new Error("no addresses");
      this.resolved[index] = hosts.map((host) => ({
        ...endpoint,
        address: { kind: "ip", host, port: address.port },
        hostname: endpoint.hostname === "" ? address.host : endpoint.hostname,
      }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.warn(`cluster ${this.info.name}: cannot resolve ${address.host}, its last addresses stay: ${reason}`);
    }
  }

  private endpoints(): readonly EndpointConfig[] {
    const all = this.resolved.flat();
    // A logical host is one: the first answer is where new connections go.
    return this.info.discovery === "logicalDns" ? all.slice(0, 1) : all;
  }
}

/** `getaddrinfo`, which knows the hosts file and the system's order of addresses. */
async function resolveBySystem(name: string, family: DnsLookupFamily): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, family: FAMILY_NUMBERS[family] });
  const v4 = found.filter((entry) => entry.family === 4).map((entry) => entry.address);
  const v6 = found.filter((entry) => entry.family === 6).map((entry) => entry.address);
  switch (family) {
    case "auto":
      // AUTO means IPv6, and IPv4 only where there is none (`envoy.config.cluster.v3.Cluster.DnsLookupFamily`).
      return v6.length > 0 ? v6 : v4;
    case "v4Preferred":
      return v4.length > 0 ? v4 : v6;
    case "v4Only":
      return v4;
    case "v6Only":
      return v6;
    case "all":
      return [...v6, ...v4];
  }
}

/** What `getaddrinfo` is asked for; 0 is both. */
const FAMILY_NUMBERS = { auto: 0, v4Only: 4, v6Only: 6, v4Preferred: 0, all: 0 } as const;
