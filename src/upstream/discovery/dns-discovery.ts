import { isIP } from "node:net";
import type { Logger } from "../../common/logger.js";
import type { RandomSource } from "../../common/random.js";
import type { Dispatcher, Timer, TimerTarget } from "../../event/dispatcher.js";
import type { StatsScope } from "../../stats/stat.js";
import type { ClusterInfo, EndpointConfig } from "../cluster-info.js";
import { createDnsResolver } from "./create-dns-resolver.js";
import { DiscoveryStats } from "./discovery-stats.js";
import type { DnsResolver } from "./dns-resolver.js";
import { NameTarget, type NameTargetOwner } from "./name-target.js";

/** Told of the endpoints that a cluster has from now on. */
export interface DiscoveryCallbacks {
  onEndpoints(clusterName: string, endpoints: readonly EndpointConfig[]): void;
}

/** What a discovery needs of the main thread. */
export interface DiscoveryContext {
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly scope: StatsScope;
}

/** Milliseconds that the start of the server waits for names that do not resolve. */
const WARMING_LIMIT_MS = 15_000;

/**
 * Keeps the endpoints of one `STRICT_DNS` or `LOGICAL_DNS` cluster up to date, on the main thread: every name at its own
 * pace. A failed lookup keeps the addresses that were found last; an answer without addresses leaves a `STRICT_DNS` cluster
 * without hosts, while a logical host stays where it is.
 */
export class DnsDiscovery implements NameTargetOwner, TimerTarget {
  private readonly info: ClusterInfo;
  private readonly callbacks: DiscoveryCallbacks;
  private readonly log: Logger;
  private readonly stats: DiscoveryStats;
  readonly acceptsNone: boolean;
  /** By the index of the configured endpoint; null for one that is an address already. */
  private readonly targets: readonly (NameTarget | null)[];
  private readonly warming: Timer;
  /** Endpoints are told from then on, all at once at first. */
  private warm = false;
  private onWarm: () => void = () => {};

  constructor(
    info: ClusterInfo,
    callbacks: DiscoveryCallbacks,
    context: DiscoveryContext,
    resolver: DnsResolver = createDnsResolver(info.dns),
  ) {
    this.info = info;
    this.acceptsNone = info.discovery !== "logicalDns";
    this.callbacks = callbacks;
    this.log = context.log;
    this.stats = new DiscoveryStats(context.scope.scope(`cluster.${info.statName}`));
    this.warming = context.dispatcher.createTimer(this);
    this.targets = info.endpoints.map(({ address }) => {
      if (address.kind === "pipe" || isIP(address.host) !== 0) return null;
      return new NameTarget(address.host, info.dns, resolver, context.dispatcher, context.random, this);
    });
  }

  /** Begins. The promise settles when all names have had an answer, found or not, or after a while without. */
  start(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.onWarm = resolve;
    });
    this.warming.arm(WARMING_LIMIT_MS);
    const rounds = this.targets.map((target) => target?.refresh());
    void Promise.all(rounds).then(() => this.becomeWarm());
    return done;
  }

  /** Some name has no answer yet: those that have one are told. */
  onTimer(): void {
    const missing = this.targets.filter((target) => target?.addresses === null).map((target) => target?.name);
    this.log.warn(`cluster ${this.info.name}: goes on without addresses for ${missing.join(", ")}`);
    this.becomeWarm();
  }

  private becomeWarm(): void {
    this.warming.disarm();
    this.onWarm();
    if (this.warm) return;
    this.warm = true;
    this.tell();
  }

  stop(): void {
    this.warm = true;
    this.warming.disarm();
    for (const target of this.targets) target?.stop();
    this.onWarm();
  }

  onAttempt(): void {
    this.stats.attempt.inc();
  }

  onAddresses(target: NameTarget, answered: readonly string[]): void {
    this.stats.success.inc();
    const addresses = [...new Set(answered)];
    const before = target.addresses;
    if (before !== null && this.areSame(before, addresses)) {
      this.stats.noRebuild.inc();
      return;
    }
    target.addresses = addresses;
    if (this.warm) this.tell();
  }

  /** The order of answers changes from one to the next; only a logical host follows it. */
  private areSame(before: readonly string[], after: readonly string[]): boolean {
    if (this.info.discovery === "logicalDns") return before.join() === after.join();
    return before.length === after.length && new Set([...before, ...after]).size === before.length;
  }

  onNameFailed({ name }: NameTarget, reason: string): void {
    this.stats.failure.inc();
    this.log.warn(`cluster ${this.info.name}: cannot resolve ${name}, its last addresses stay: ${reason}`);
  }

  private tell(): void {
    this.callbacks.onEndpoints(this.info.name, this.endpoints());
  }

  private endpoints(): readonly EndpointConfig[] {
    const all = this.info.endpoints.flatMap((endpoint, index) => resolvedTo(endpoint, this.targets[index] ?? null));
    return this.info.discovery === "logicalDns" ? asOne(all) : all;
  }
}

/** A logical host is one: the first answer is where new connections go, the others if that fails. */
function asOne([first, ...others]: readonly EndpointConfig[]): readonly EndpointConfig[] {
  if (first === undefined || first.address.kind === "pipe") return [];
  const otherHosts = others.map(({ address }) => (address.kind === "pipe" ? "" : address.host));
  return others.length === 0 ? [first] : [{ ...first, address: { ...first.address, otherHosts } }];
}

/** An endpoint with a name is one for each address. */
function resolvedTo(endpoint: EndpointConfig, target: NameTarget | null): EndpointConfig[] {
  const { address } = endpoint;
  if (target === null || address.kind === "pipe") return [endpoint];
  const hostname = endpoint.hostname === "" ? address.host : endpoint.hostname;
  return (target.addresses ?? []).map((host) => ({
    ...endpoint,
    address: { kind: "ip", host, port: address.port },
    hostname,
  }));
}
