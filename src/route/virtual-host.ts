import type { VirtualHostConfig } from "./route-config.js";

/** What the routes of a virtual host have in common. */
export class VirtualHost {
  readonly name: string;

  constructor(config: VirtualHostConfig) {
    this.name = config.name;
  }
}
