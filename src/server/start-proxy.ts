import type { LogLevel } from "../common/logger.js";
import { type BootstrapSource, loadBootstrap } from "../config/bootstrap.js";
import type { ConfigProblem } from "../config/decode/config-problem.js";
import type { Address } from "../network/address.js";
import { bootstrapViews } from "./bootstrap-views.js";
import { type BoundListener, Server } from "./server.js";
import { DEFAULT_SERVER_OPTIONS, type ServerOptions } from "./server-options.js";

/** What problems of a bootstrap given as an object or a text name as its file. */
const BOOTSTRAP_NAME = "bootstrap";

/** An Envoy v3 bootstrap: the path of a YAML or JSON file, a text, or the object that such a text stands for. */
export type ProxyBootstrap = { readonly path: string } | { readonly text: string } | { readonly message: object };

/** How a proxy runs inside an application. What is left out has the command line's default, apart from `logLevel`. */
export interface ProxyOptions
  extends Partial<
    Pick<
      ServerOptions,
      "concurrency" | "flow" | "printTimeline" | "fileFlushIntervalMs" | "drain" | "shutdownTimeoutMs"
    >
  > {
  /** Fields that are not implemented are errors and not warnings; false by default. */
  readonly strict?: boolean;
  /** Of the log on stderr; `warning` by default. */
  readonly logLevel?: LogLevel;
  /** A worker thread died; the proxy is of no more use. Without it, only the log says so. */
  readonly onFatal?: (error: Error) => void;
  /** Somebody asked the admin to end the process (`POST /quitquitquit`). By default the proxy shuts down. */
  readonly onQuitRequest?: () => void;
}

/** A proxy that runs inside an application, until `shutdown`. */
export class EmbeddedProxy {
  /** Fields of the bootstrap that have no effect, and deprecated ones. */
  readonly warnings: readonly ConfigProblem[];
  private readonly server: Server;

  /** Use `startProxy`. */
  constructor(server: Server, warnings: readonly ConfigProblem[]) {
    this.server = server;
    this.warnings = warnings;
  }

  /** The listeners with the ports that the kernel chose, in the order of the bootstrap; empty once `shutdown` was called. */
  get listeners(): readonly BoundListener[] {
    return this.server.listeners;
  }

  /** Where the admin listens; null without one. */
  get adminAddress(): Address | null {
    return this.server.adminAddress;
  }

  /** The TCP port of a listener's first address. Throws when there is no such listener, or it listens on a Unix socket. */
  port(listenerName: string): number {
    const { listeners } = this;
    const listener = listeners.find(({ name }) => name === listenerName);
    if (listener === undefined) {
      const names = listeners.map(({ name }) => name).join(", ");
      throw new Error(`no listener '${listenerName}' is bound; there is: ${names === "" ? "none" : names}`);
    }
    const [address] = listener.addresses;
    if (address.kind !== "ip") throw new Error(`listener '${listenerName}' listens on ${address.path}`);
    return address.port;
  }

  /** A counter or gauge over all workers, by its full name (`cluster.app.upstream_rq_total`); null when there is none. */
  stat(name: string): number | null {
    this.server.refreshStats();
    return this.server.aggregator.value(name);
  }

  /** Of this thread and of all workers. */
  setLogLevel(level: LogLevel): void {
    this.server.setLogLevel(level);
  }

  /**
   * Accepts no more, lets requests in flight finish within `shutdownTimeoutMs`, then closes everything. Resolves when that is
   * done. Idempotent.
   */
  shutdown(): Promise<void> {
    return this.server.shutdown();
  }
}

/**
 * Starts a proxy inside an application; resolves when its listeners are bound. Rejects with a `ConfigError` that has
 * everything that is wrong with the bootstrap, or with a `ListenError` when an address cannot be had; nothing is left open
 * then. The process's signals stay the application's.
 */
export async function startProxy(bootstrap: ProxyBootstrap, options: ProxyOptions = {}): Promise<EmbeddedProxy> {
  const { strict = false, onFatal, onQuitRequest, ...serverOptions } = options;
  const loaded = loadBootstrap({ ...sourceOf(bootstrap), strict });
  const server = new Server(
    loaded.config,
    { ...DEFAULT_SERVER_OPTIONS, logLevel: "warning", ...serverOptions, ...bootstrapViews(loaded) },
    onQuitRequest ?? (() => void shutDown(server)),
  );
  if (onFatal !== undefined) server.onFatal = onFatal;
  await server.start();
  return new EmbeddedProxy(server, loaded.warnings);
}

function sourceOf(bootstrap: ProxyBootstrap): BootstrapSource {
  if ("path" in bootstrap) return bootstrap;
  // As lines, so that an error's line says something.
  const text = "text" in bootstrap ? bootstrap.text : JSON.stringify(bootstrap.message, null, 2);
  return { text, textName: BOOTSTRAP_NAME };
}

/** Nobody waits for a shutdown that a request asked for: the log has to say when it fails. */
async function shutDown(server: Server): Promise<void> {
  try {
    await server.shutdown();
  } catch (error) {
    server.log.error("the shutdown failed", error);
  }
}
