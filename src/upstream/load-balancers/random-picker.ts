import type { RandomSource } from "../../common/random.js";
import type { Host } from "../host.js";
import type { HostPicker, PickerFactory } from "./host-picker.js";

/** Takes any host with equal chance; weights do not count. */
export class RandomPicker implements HostPicker {
  readonly turn = 0;
  readonly isForeseeable = true;
  private readonly hosts: readonly Host[];
  private readonly random: RandomSource;

  constructor(hosts: readonly Host[], random: RandomSource) {
    this.hosts = hosts;
    this.random = random;
  }

  pick(): Host | null {
    const { hosts } = this;
    return hosts.length === 0 ? null : (hosts[this.random.below(hosts.length)] as Host);
  }
}

export class RandomPickerFactory implements PickerFactory {
  private readonly random: RandomSource;

  constructor(random: RandomSource) {
    this.random = random;
  }

  createPicker(hosts: readonly Host[]): HostPicker {
    return new RandomPicker(hosts, this.random);
  }
}
