import type { Runtime } from "../../common/runtime.js";
import type { Host } from "../host.js";
import type { SlowStartConfig } from "../load-balancing-config.js";

/** Where the time comes from: the dispatcher. */
export interface Clock {
  now(): number;
}

/** The part of their weight that hosts get which have not been healthy for long. */
export class SlowStart {
  private readonly config: SlowStartConfig;
  private readonly clock: Clock;
  /** More than 0. */
  private readonly aggression: number;

  constructor(config: SlowStartConfig, clock: Clock, runtime: Runtime) {
    this.config = config;
    this.clock = clock;
    const aggression = runtime.double(config.aggression);
    // What is not above 0 is no curve at all; Envoy takes the straight one then.
    this.aggression = aggression > 0 ? aggression : 1;
  }

  /** Whether one of the hosts gets less than its weight now. */
  includesOneOf(hosts: readonly Host[]): boolean {
    const since = this.clock.now() - this.config.windowMs;
    for (const host of hosts) if (host.healthySinceMs > since) return true;
    return false;
  }

  /** 0 to 1; grows from the least share to 1 within the window: `(elapsed / window) ^ (1 / aggression)`. */
  shareOf(host: Host): number {
    const { windowMs, minWeight } = this.config;
    const { aggression } = this;
    const elapsedMs = this.clock.now() - host.healthySinceMs;
    if (elapsedMs >= windowMs || host.health !== "healthy") return 1;
    const time = Math.max(1, elapsedMs) / windowMs;
    return Math.max(minWeight, aggression === 1 ? time : time ** (1 / aggression));
  }
}
