import assert from "node:assert/strict";
import type { Logger } from "../../src/common/logger.js";
import { Runtime } from "../../src/common/runtime.js";
import { loadBootstrap } from "../../src/config/bootstrap.js";
import type { AccessLogSink } from "../../src/http/access-log/access-logger.js";
import type { Address } from "../../src/network/address.js";
import type { IdSource, Listener } from "../../src/network/listener.js";
import { ReadBuffers } from "../../src/network/read-buffers.js";
import { clusterPoliciesByName } from "../../src/route/cluster-policies.js";
import { buildListener } from "../../src/server/build-listener.js";
import { HostSupervision } from "../../src/server/host-supervision.js";
import { type ClusterMemory, createClusterMemory } from "../../src/upstream/cluster.js";
import type { EndpointConfig } from "../../src/upstream/cluster-info.js";
import { ClusterManager } from "../../src/upstream/cluster-manager.js";
import type { LinkOptions } from "./link-options.js";
import { RecordedStats } from "./recorded-stats.js";
import { SeededRandom } from "./seeded-random.js";
import { SimulatedDispatcher } from "./simulated-dispatcher.js";
import { SimulatedNetwork } from "./simulated-network.js";

/** How the network carries bytes in one run. */
export interface SimulatedProxyOptions {
  readonly seed?: number;
  readonly link?: Partial<LinkOptions>;
  /** The configuration may have warnings. */
  readonly warnings?: boolean;
}

/**
 * The whole data plane of one worker on the simulated network: the very listeners, filters and pools of the real one,
 * from a bootstrap configuration. Nothing happens before the dispatcher is run. Upstreams are for the test to script.
 */
export class SimulatedProxy {
  readonly dispatcher = new SimulatedDispatcher();
  readonly network: SimulatedNetwork;
  readonly listeners: readonly Listener[];
  readonly clusters: ClusterManager;
  /** Lines of all access logs, wherever the configuration sends them. */
  readonly accessLog: string[] = [];
  /** Lines of the logs of health and ejections. */
  readonly events: string[] = [];
  readonly supervision: HostSupervision;
  readonly stats = new RecordedStats();

  /** @param bootstrap YAML or JSON of an Envoy v3 bootstrap. */
  constructor(bootstrap: string, options: SimulatedProxyOptions = {}) {
    const { config, warnings } = loadOnce(bootstrap);
    // Deprecated fields are tested as well, and work.
    const others = warnings.filter(({ message }) => !message.includes(" is deprecated in Envoy's API"));
    if (options.warnings !== true) assert.deepEqual(others, [], "the configuration of a test has no warnings");
    const random = new SeededRandom(options.seed ?? 1);
    const context = { dispatcher: this.dispatcher, readBuffers: new ReadBuffers() };
    this.network = new SimulatedNetwork(this.dispatcher, { ...options, readBuffers: context.readBuffers });
    const stats = this.stats.root;
    const connectionIds = new SequentialIds();
    const memories = config.clusters.map(createClusterMemory);
    this.clusters = new ClusterManager(
      config.clusters.map((info, index) => ({ info, memory: memories[index] as ClusterMemory })),
      { ...context, sockets: this.network, connectionIds },
      stats,
      random,
      {
        countsMembership: true,
        localCluster: config.localCluster,
        localLocality: config.node.locality,
        runtime: new Runtime(config.runtime),
        failures: {
          // As in the process: the main thread decides, and its answer comes in an event of its own.
          onConsecutiveFailures: (...args) =>
            this.dispatcher.post({ run: () => this.supervision.onConsecutiveFailures(...args) }),
          onDegraded: (...args) => this.dispatcher.post({ run: () => this.supervision.onDegraded(...args) }),
          onImmediateHealthCheckFail: (...args) =>
            this.dispatcher.post({ run: () => this.supervision.onImmediateHealthCheckFail(...args) }),
        },
      },
    );
    this.supervision = new HostSupervision(config, {
      dispatcher: this.dispatcher,
      random,
      stats,
      outlierBoards: memories.map(({ outlierBoard }) => outlierBoard),
      outlierEvents: { write: (line) => void this.events.push(line.trimEnd()) },
      healthEvents: () => ({ write: (line) => void this.events.push(line.trimEnd()) }),
      readBuffers: context.readBuffers,
      sockets: this.network,
      connectionIds,
      hasTraffic: (statName) => this.stats.value(`cluster.${statName}.upstream_cx_total`) > 0,
      receiver: {
        onHostHealth: (name, changes) => this.clusters.updateHealth(name, changes),
        onHosts: (name, endpoints) => this.setHosts(name, endpoints),
      },
    });
    this.supervision.start(config);
    const sink: AccessLogSink = { write: (line) => void this.accessLog.push(line.trimEnd()) };
    const parts = {
      ...context,
      log: new FailingLogger(),
      random,
      node: config.node,
      runtime: new Runtime(config.runtime),
      stats,
      clusters: this.clusters,
      clusterPolicies: clusterPoliciesByName(config.clusterPolicies),
      accessLogSinks: { get: () => sink },
      connectionIds,
      streamIds: new SequentialIds(),
      overload: null,
      connectionLimits: null,
      drainStates: null,
    };
    this.listeners = config.listeners.map((listenerConfig) => {
      const listener = buildListener(listenerConfig, parts);
      listener.addSocket(this.network.listen(listenerConfig.address, listener));
      return listener;
    });
  }

  /** Discovery found these, as the main thread takes it. */
  discover(clusterName: string, found: readonly EndpointConfig[]): void {
    this.setHosts(clusterName, this.supervision.stabilized(clusterName, found));
  }

  private setHosts(clusterName: string, endpoints: readonly EndpointConfig[]): void {
    this.clusters.updateHosts(clusterName, endpoints);
    this.supervision.setHosts(clusterName, endpoints);
  }

  /** Stops accepting, and closes all connections upstream. */
  stop(): void {
    for (const listener of this.listeners) listener.stopAccepting();
    this.supervision.destroy();
    this.dispatcher.inEvent(() => this.clusters.destroy());
    this.dispatcher.runUntilIdle();
  }

  /** Connections and requests that still count as active, with their number: a leak when all should be over. */
  leftovers(): readonly string[] {
    const active = [...this.stats.nonZero].filter(([name]) => name.endsWith("_active") && !name.endsWith(LASTING));
    return active.map(([name, value]) => `${name}: ${value}`);
  }

  /** Where the first listener listens. */
  get listenAddress(): Address {
    const address = this.listeners[0]?.addresses[0];
    assert.ok(address !== undefined, "the proxy has no listener");
    return address;
  }
}

/** Subsets of hosts are there as long as their hosts. */
const LASTING = ".lb_subsets_active";

const loaded = new Map<string, ReturnType<typeof loadBootstrap>>();

/** Many proxies of a test file have the same configuration, which is plain frozen data. */
function loadOnce(bootstrap: string): ReturnType<typeof loadBootstrap> {
  let result = loaded.get(bootstrap);
  if (result === undefined) {
    result = loadBootstrap({ text: bootstrap });
    loaded.set(bootstrap, result);
  }
  return result;
}

/** Numbers from 1 on, the same in every run. */
class SequentialIds implements IdSource {
  private last = 0;

  next(): number {
    return ++this.last;
  }
}

/** A simulated proxy logs nothing but errors, and those are bugs. */
class FailingLogger implements Logger {
  readonly debugEnabled = false;

  debug(): void {}

  info(): void {}

  warn(): void {}

  error(message: string, error?: unknown): void {
    throw new Error(`the proxy logged an error: ${message}`, { cause: error });
  }
}
