import type { OverloadActionConfig, OverloadTriggerConfig } from "../../overload/overload-config.js";
import { actionSlot, SATURATED } from "../../overload/overload-state.js";
import type { Gauge, StatsScope } from "../../stats/stat.js";

/** One action on the main thread: from the pressures that trigger it to the share that workers see. */
export class OverloadAction {
  readonly name: string;
  private readonly triggers: readonly OverloadTriggerConfig[];
  private readonly slot: number;
  private readonly states: Int32Array;
  private readonly active: Gauge;
  private readonly scalePercent: Gauge;
  private share = 0;

  constructor(config: OverloadActionConfig, states: Int32Array, stats: StatsScope) {
    const scope = stats.scope(`overload.${config.name}`);
    this.name = config.name;
    this.triggers = config.triggers;
    this.slot = actionSlot(config.name);
    this.states = states;
    this.active = scope.gauge("active");
    this.scalePercent = scope.gauge("scale_percent");
  }

  /** True when the action has begun or ended. @param pressures by the names of the monitors */
  update(pressures: ReadonlyMap<string, number>): boolean {
    let share = 0;
    for (const trigger of this.triggers) {
      share = Math.max(share, triggeredShare(trigger, pressures.get(trigger.resource) ?? 0));
    }
    const before = this.share;
    this.share = share;
    Atomics.store(this.states, this.slot, Math.floor(share * SATURATED));
    this.active.set(share === 1 ? 1 : 0);
    this.scalePercent.set(Math.floor(share * 100));
    return (before === 0) !== (share === 0);
  }

  get isActive(): boolean {
    return this.share > 0;
  }
}

function triggeredShare(trigger: OverloadTriggerConfig, pressure: number): number {
  const { from, to } = trigger;
  if (pressure >= to) return 1;
  return pressure <= from ? 0 : (pressure - from) / (to - from);
}
