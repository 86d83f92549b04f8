import type { RandomSource } from "../../common/random.js";
import type { Dispatcher, Timer, TimerTarget } from "../../event/dispatcher.js";
import type { DnsConfig } from "../dns-config.js";
import type { DnsResolver } from "./dns-resolver.js";

/** Told of each outcome. Implemented by `DnsDiscovery`. */
export interface NameTargetOwner {
  /** That a name has no addresses is an answer like any other; else it is a failure. */
  readonly acceptsNone: boolean;
  onAddresses(target: NameTarget, addresses: readonly string[]): void;
  onNameFailed(target: NameTarget, reason: string): void;
  onAttempt(): void;
}

/** One name that is asked for again and again, at its own pace. */
export class NameTarget implements TimerTarget {
  readonly name: string;
  /** What it resolved to last; null before the first answer, which may be a failure. */
  addresses: readonly string[] | null = null;
  private readonly config: DnsConfig;
  private readonly resolver: DnsResolver;
  private readonly random: RandomSource;
  private readonly owner: NameTargetOwner;
  private readonly timer: Timer;
  /** Milliseconds of the next pause after a failure. */
  private backOffMs: number;
  private stopped = false;

  constructor(
    name: string,
    config: DnsConfig,
    resolver: DnsResolver,
    dispatcher: Dispatcher,
    random: RandomSource,
    owner: NameTargetOwner,
  ) {
    this.name = name;
    this.config = config;
    this.resolver = resolver;
    this.random = random;
    this.owner = owner;
    this.timer = dispatcher.createTimer(this);
    this.backOffMs = config.failureRefresh?.baseMs ?? 0;
  }

  onTimer(): void {
    void this.refresh();
  }

  /** Asks, tells the owner, and sets out for the next time. Never rejects. */
  async refresh(): Promise<void> {
    this.owner.onAttempt();
    try {
      const { addresses, ttlMs } = await this.resolver.resolve(this.name, this.config.lookupFamily);
      if (this.stopped) return;
      if (addresses.length === 0 && !this.owner.acceptsNone) throw new Error("no addresses");
      this.backOffMs = this.config.failureRefresh?.baseMs ?? 0;
      this.timer.arm(this.waitMs(ttlMs));
      this.owner.onAddresses(this, addresses);
    } catch (error) {
      if (this.stopped) return;
      this.timer.arm(this.pauseMs());
      this.owner.onNameFailed(this, error instanceof Error ? error.message : String(error));
    }
  }

  /** After an answer. */
  private waitMs(ttlMs: number | null): number {
    const { jitterMs, refreshRateMs, respectTtl } = this.config;
    const waitMs = respectTtl && ttlMs !== null && ttlMs > 0 ? ttlMs : refreshRateMs;
    return jitterMs === 0 ? waitMs : waitMs + this.random.below(Math.ceil(jitterMs));
  }

  /** After a failure: drawn up to a bound that doubles each time, so that many proxies do not ask together. */
  private pauseMs(): number {
    const { failureRefresh, refreshRateMs } = this.config;
    if (failureRefresh === null) return refreshRateMs;
    const pauseMs = 1 + this.random.below(Math.max(1, this.backOffMs));
    this.backOffMs = Math.min(this.backOffMs * 2, failureRefresh.maxMs);
    return pauseMs;
  }

  stop(): void {
    this.stopped = true;
    this.timer.disarm();
  }
}
