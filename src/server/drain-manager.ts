import { DRAIN_SLOTS, DRAINS_ALL } from "../http/conn-manager/drain-decision.js";

/** How fast a graceful drain takes hold. */
export interface DrainOptions {
  /** From the first to the last connection, milliseconds (`--drain-time-s`). */
  readonly drainTimeMs: number;
  /** In proportion to the time that has passed, or all at once (`--drain-strategy`). */
  readonly strategy: "gradual" | "immediate";
}

/** The share of responses that end their connections grows in such steps. */
const STEPS = 100;

/** Tells all workers which responses end their connections: while the health check is made to fail, and while draining. */
export class DrainManager {
  private readonly states: Int32Array;
  private readonly options: DrainOptions;
  private timer: NodeJS.Timeout | null = null;
  private failed = false;

  /** @param memory `DRAIN_STATE_BYTES`, read by `DrainDecision` */
  constructor(memory: SharedArrayBuffer, options: DrainOptions) {
    this.states = new Int32Array(memory);
    this.options = options;
  }

  /** `/healthcheck/fail` */
  get healthcheckFailed(): boolean {
    return this.failed;
  }

  setHealthcheckFailed(failed: boolean): void {
    this.failed = failed;
    Atomics.store(this.states, DRAIN_SLOTS.healthcheckFailed, failed ? 1 : 0);
  }

  get isDraining(): boolean {
    return this.timer !== null;
  }

  /** Begins to drain; `onDrained` is called when the time is over. Does nothing while a drain goes on. */
  start(onDrained: () => void): void {
    if (this.timer !== null) return;
    const { drainTimeMs, strategy } = this.options;
    const startMs = performance.now();
    const step = (): void => {
      const elapsed = Math.min(1, (performance.now() - startMs) / Math.max(1, drainTimeMs));
      const share = strategy === "immediate" ? 1 : elapsed;
      Atomics.store(this.states, DRAIN_SLOTS.listenersDrain, Math.floor(share * DRAINS_ALL));
      if (elapsed < 1) return;
      this.stop();
      onDrained();
    };
    this.timer = setInterval(step, Math.max(1, drainTimeMs / STEPS));
    this.timer.unref();
    step();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
