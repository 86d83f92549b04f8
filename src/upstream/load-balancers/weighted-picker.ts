import type { Host } from "../host.js";
import { EdfScheduler } from "./edf-scheduler.js";
import type { HostPicker } from "./host-picker.js";

/** Takes hosts in turn, each as often as its weight says at the time it is taken. */
export class WeightedPicker implements HostPicker {
  turn: number;
  readonly isForeseeable = true;
  private readonly schedule: EdfScheduler<Host>;
  private readonly size: number;

  /** @param turn how far into a round it begins */
  constructor(hosts: readonly Host[], weightOf: (host: Host) => number, turn: number) {
    this.schedule = new EdfScheduler(weightOf);
    this.size = hosts.length;
    this.turn = turn;
    for (const host of hosts) this.schedule.add(host);
    for (let picked = 0; picked < turn % Math.max(1, hosts.length); picked++) this.schedule.pick();
  }

  pick(): Host | null {
    this.turn = this.turn + 1 >= this.size ? 0 : this.turn + 1;
    return this.schedule.pick();
  }
}
