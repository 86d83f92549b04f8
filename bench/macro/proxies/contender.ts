/** A proxy that the benchmark can run. */
export interface Contender {
  readonly name: string;
  /** Why it cannot run here, or null. May install what it needs. */
  missing(): string | null;
  /** How to start it between these two ports; writes its configuration into the folder. */
  prepare(setup: ProxySetup): ProxyCommand;
}

export interface ProxySetup {
  /** A folder of this one run. */
  readonly folder: string;
  readonly listenPort: number;
  readonly upstreamPort: number;
  /** Connections that the load keeps open: the pool to the upstream is at least that large. */
  readonly connections: number;
}

export interface ProxyCommand {
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}
