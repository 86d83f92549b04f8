import type { LogLevel } from "../common/logger.js";
import { SystemRandom } from "../common/system-random.js";
import type { RuntimeConfig } from "../config/runtime-config.js";
import { NodeDispatcher } from "../event/node-dispatcher.js";
import { AccessLogSinks } from "../http/access-log/access-log-sinks.js";
import { type Address, addressText } from "../network/address.js";
import { NodeSocketFactory } from "../network/node-socket-factory.js";
import { ReadBuffers } from "../network/read-buffers.js";
import { StatsAggregator } from "../stats/stats-aggregator.js";
import { StatsStore } from "../stats/stats-store.js";
import { CircuitBreakerStats } from "../upstream/circuit-breaker-stats.js";
import type { ClusterMemory } from "../upstream/cluster.js";
import type { EndpointConfig } from "../upstream/cluster-info.js";
import { countClusters } from "../upstream/cluster-manager-stats.js";
import type { HostHealthChange } from "../upstream/host-health.js";
import { AdminServer } from "./admin/admin-server.js";
import { adminContext } from "./admin-composition.js";
import { ClusterDiscovery } from "./cluster-discovery.js";
import { globalConnectionLimit } from "./connection-limits.js";
import { DrainManager } from "./drain-manager.js";
import { HostSupervision } from "./host-supervision.js";
import { openAccessLogs } from "./open-access-logs.js";
import { OverloadManager } from "./overload/overload-manager.js";
import { ProcessLogger } from "./process-logger.js";
import type { ServerOptions } from "./server-options.js";
import { ServerStats } from "./server-stats.js";
import { SharedIds } from "./shared-ids.js";
import { WorkerPool } from "./worker-pool.js";
import { createWorkerSnapshot } from "./worker-snapshot.js";

type State = "PRE_INITIALIZING" | "INITIALIZING" | "LIVE" | "DRAINING";

/** A listener that is bound, with the ports the kernel chose. */
export interface BoundListener {
  readonly name: string;
  readonly addresses: readonly [Address, ...Address[]];
}

/**
 * The whole proxy: the main thread's part of it (discovery, admin, logs' files, stats' sums) and its workers. Made of a
 * loaded configuration; `start` brings it up, `shutdown` ends it without losing requests.
 */
export class Server {
  readonly config: RuntimeConfig;
  readonly options: ServerOptions;
  readonly log: ProcessLogger;
  readonly aggregator = new StatsAggregator();
  readonly workers: WorkerPool;
  readonly accessLogSinks: AccessLogSinks;
  /** Called when a worker died: the process is of no more use. */
  onFatal: (error: Error) => void = () => {};
  private readonly dispatcher = new NodeDispatcher();
  private readonly stats: ServerStats;
  /** In the order of the clusters. */
  readonly circuitBreakers: readonly CircuitBreakerStats[];
  readonly supervision: HostSupervision;
  private readonly discovery: ClusterDiscovery;
  readonly drainManager: DrainManager;
  private currentLogLevel: LogLevel;
  private readonly overload: OverloadManager | null;
  private readonly admin: AdminServer | null;
  private readonly statsFlush: NodeJS.Timeout;
  private currentState: State = "PRE_INITIALIZING";
  private bound: readonly BoundListener[] = [];
  private adminBound: Address | null = null;
  private started: Promise<void> = Promise.resolve();
  private ended: Promise<void> | null = null;

  /** Throws when a file of an access log cannot be opened. */
  constructor(config: RuntimeConfig, options: ServerOptions, onShutdownRequest: () => void) {
    this.config = config;
    this.options = options;
    this.log = new ProcessLogger(options.logLevel);
    const scope = new StatsStore(this.aggregator.addSource()).root;
    this.stats = new ServerStats(scope, options.concurrency);
    countClusters(scope, config.clusters);
    this.accessLogSinks = new AccessLogSinks(this.dispatcher, scope, options.fileFlushIntervalMs);
    openAccessLogs(config.listeners, this.accessLogSinks);
    const snapshot = createWorkerSnapshot(config, options.flow);
    this.circuitBreakers = config.clusters.map(
      (info, index) =>
        new CircuitBreakerStats(info, (snapshot.clusterMemories[index] as ClusterMemory).resourceCounts, scope),
    );
    const checkContext = { dispatcher: this.dispatcher, readBuffers: new ReadBuffers() };
    this.supervision = new HostSupervision(config, {
      random: new SystemRandom(),
      stats: scope,
      outlierBoards: snapshot.clusterMemories.map(({ outlierBoard }) => outlierBoard),
      outlierEvents: config.outlierEventLog === null ? null : this.accessLogSinks.get(config.outlierEventLog),
      healthEvents: (path) => this.accessLogSinks.get({ kind: "file", path }),
      ...checkContext,
      sockets: new NodeSocketFactory(checkContext),
      connectionIds: new SharedIds(snapshot.connectionIds),
      hasTraffic: (statName) => (this.aggregator.value(`cluster.${statName}.upstream_cx_total`) ?? 0) > 0,
      receiver: this,
    });
    this.discovery = new ClusterDiscovery(config.clusters, this, {
      dispatcher: this.dispatcher,
      random: new SystemRandom(),
      log: this.log,
      scope,
    });
    this.drainManager = new DrainManager(snapshot.drainStates, options.drain);
    this.currentLogLevel = options.logLevel;
    this.overload =
      config.overload === null
        ? null
        : new OverloadManager(config.overload, {
            states: snapshot.overloadStates,
            connections: globalConnectionLimit(config, snapshot.connectionCounts),
            stats: scope,
            log: this.log,
          });
    this.workers = new WorkerPool(options.concurrency, snapshot, {
      failures: this.supervision,
      dispatcher: this.dispatcher,
      aggregator: this.aggregator,
      accessLogSinks: this.accessLogSinks,
      log: this.log,
      logLevel: options.logLevel,
      printTimeline: options.printTimeline,
      onWorkerFailed: (error) => this.onWorkerFailed(error),
    });
    this.admin = config.admin === null ? null : new AdminServer(adminContext(this, onShutdownRequest), this.log);
    this.statsFlush = setInterval(() => this.aggregator.flush(), config.statsFlushIntervalMs);
    this.statsFlush.unref();
  }

  get state(): State {
    return this.currentState === "LIVE" && this.drainManager.healthcheckFailed ? "DRAINING" : this.currentState;
  }

  get logLevel(): LogLevel {
    return this.currentLogLevel;
  }

  /** Of this thread and of all workers. */
  setLogLevel(level: LogLevel): void {
    this.currentLogLevel = level;
    this.log.setLevel(level);
    for (const worker of this.workers.workers) {
      worker.setLogLevel(level).catch((error: unknown) => this.log.error("a worker keeps its log level", error));
    }
  }

  get listeners(): readonly BoundListener[] {
    return this.bound;
  }

  /** Where the admin listens, null without one. */
  get adminAddress(): Address | null {
    return this.adminBound;
  }

  /** Gauges that are read on demand, brought up to date. */
  refreshStats(): void {
    this.stats.refresh(this.state);
    for (const breakers of this.circuitBreakers) breakers.refresh();
  }

  /**
   * Resolves names, starts the workers and listens. Rejects when an address cannot be had; nothing is left open then.
   */
  start(): Promise<void> {
    this.started = this.bringUp();
    return this.started;
  }

  private async bringUp(): Promise<void> {
    this.currentState = "INITIALIZING";
    try {
      await this.workers.ready();
      await this.startAdmin();
      await this.overload?.start();
      this.supervision.start(this.config);
      await this.discovery.start();
      await this.supervision.firstRound();
      await this.startListening();
    } catch (error) {
      await this.release();
      throw error;
    }
    this.currentState = "LIVE";
    this.stats.initialized();
  }

  private async startAdmin(): Promise<void> {
    if (this.admin === null || this.config.admin === null) return;
    const { address } = this.config.admin;
    try {
      this.adminBound = await this.admin.start(address);
    } catch (error) {
      throw listenError("admin", address, error);
    }
    this.log.info(`admin address: ${addressText(this.adminBound)}`);
  }

  onEndpoints(clusterName: string, found: readonly EndpointConfig[]): void {
    this.onHosts(clusterName, this.supervision.stabilized(clusterName, found));
  }

  onHosts(clusterName: string, endpoints: readonly EndpointConfig[]): void {
    for (const worker of this.workers.workers) {
      worker.updateHosts(clusterName, endpoints).catch((error: unknown) => {
        this.log.error(`cluster ${clusterName}: hosts could not be updated`, error);
      });
    }
    this.supervision.setHosts(clusterName, endpoints);
  }

  onHostHealth(clusterName: string, changes: readonly HostHealthChange[]): void {
    for (const worker of this.workers.workers) {
      worker.updateHealth(clusterName, changes).catch((error: unknown) => {
        this.log.error(`cluster ${clusterName}: health of hosts could not be updated`, error);
      });
    }
  }

  private async startListening(): Promise<void> {
    const bound: BoundListener[] = [];
    for (const [index, listener] of this.config.listeners.entries()) {
      try {
        const addresses = await this.workers.listen(index, listener);
        bound.push({ name: listener.name, addresses });
        this.log.info(`listener ${listener.name}: ${addresses.map(addressText).join(", ")}`);
      } catch (error) {
        throw listenError(`listener ${listener.name}`, listener.address, error);
      }
    }
    this.bound = bound;
  }

  private onWorkerFailed(error: Error): void {
    this.log.error("a worker thread died", error);
    this.onFatal(error);
  }

  /** Stops accepting at some listeners, for good; connections that live go on, and so does the server. */
  async closeListeners(inboundOnly: boolean): Promise<void> {
    const indexes = [...this.config.listeners.keys()].filter((index) => {
      return !inboundOnly || this.config.listeners[index]?.trafficDirection === "inbound";
    });
    const names = new Set(indexes.map((index) => this.config.listeners[index]?.name));
    this.bound = this.bound.filter(({ name }) => !names.has(name));
    await this.workers.stopAccepting(indexes);
  }

  /** Stops accepting; connections that live go on. */
  async stopAccepting(): Promise<void> {
    this.currentState = "DRAINING";
    this.bound = [];
    await this.workers.stopAccepting();
  }

  /**
   * Ends the server: no new connections, requests in flight finish within the time the options give, then everything
   * closes. Resolves when that is done. Idempotent.
   */
  shutdown(): Promise<void> {
    this.ended ??= this.finish();
    return this.ended;
  }

  private async finish(): Promise<void> {
    // Told to end while it comes up: a start that fails has released everything itself, and reports its error.
    const isUp = await this.started.then(
      () => true,
      () => false,
    );
    if (!isUp) return;
    await this.stopAccepting();
    await this.drainInTime();
    await this.release();
  }

  private async drainInTime(): Promise<void> {
    const { shutdownTimeoutMs } = this.options;
    let timeout: NodeJS.Timeout | undefined;
    const expired = new Promise<"expired">((resolve) => {
      timeout = setTimeout(() => resolve("expired"), shutdownTimeoutMs);
    });
    const outcome = await Promise.race([this.workers.drain(), expired]);
    clearTimeout(timeout);
    if (outcome !== "expired") return;
    this.log.warn(`requests still in flight after ${shutdownTimeoutMs} ms are cut`);
    await this.workers.cut();
  }

  private async release(): Promise<void> {
    clearInterval(this.statsFlush);
    this.discovery.stop();
    this.overload?.stop();
    this.drainManager.stop();
    this.supervision.destroy();
    await this.workers.flush();
    await this.workers.stop();
    await this.accessLogSinks.close();
    await this.admin?.close();
  }
}

/** An address could not be listened on: the configuration and this machine do not go together. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

function listenError(who: string, address: Address, cause: unknown): ListenError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ListenError(`${who}: cannot listen on ${addressText(address)}: ${reason}`, { cause });
}
