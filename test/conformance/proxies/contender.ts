import type { ProxyCommand } from "../../../bench/macro/proxies/contender.js";

/** A proxy that the probes are put to. */
export interface Contender {
  readonly name: string;
  /** How it is set up, in half a sentence: what differs from its defaults. */
  readonly setup: string;
  /** Why it cannot run here, or null. May install what it needs. */
  missing(): string | null;
  /** As the report names it. */
  version(): string;
  /** How to start it between these two ports; writes its configuration into the folder. */
  prepare(place: ProxyPlace): ProxyCommand;
}

export interface ProxyPlace {
  readonly folder: string;
  readonly listenPort: number;
  readonly originPort: number;
}
