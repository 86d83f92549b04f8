import type { Logger, LogLevel } from "../common/logger.js";
import { Runtime } from "../common/runtime.js";
import { SystemRandom } from "../common/system-random.js";
import type { NodeDispatcher } from "../event/node-dispatcher.js";
import { type FlowListener, FlowRecorder } from "../flow/flow-recorder.js";
import { type FlowSummary, recentStreams, streamTimeline } from "../flow/flow-view.js";
import type { AccessLogSinkSource } from "../http/access-log/access-logger.js";
import { ConnectionManager } from "../http/conn-manager/connection-manager.js";
import type { Listener } from "../network/listener.js";
import { NodeListenSocket, NodeSocketFactory } from "../network/node-socket-factory.js";
import { ReadBuffers } from "../network/read-buffers.js";
import { OverloadState } from "../overload/overload-state.js";
import { clusterPoliciesByName } from "../route/cluster-policies.js";
import type { StatsScope } from "../stats/stat.js";
import type { ClusterMemory } from "../upstream/cluster.js";
import type { EndpointConfig } from "../upstream/cluster-info.js";
import { ClusterManager } from "../upstream/cluster-manager.js";
import type { HostFailureReceiver } from "../upstream/host-failure-receiver.js";
import type { HostHealthChange } from "../upstream/host-health.js";
import { buildListener } from "./build-listener.js";
import { ClosingGate } from "./closing-gate.js";
import { connectionLimits } from "./connection-limits.js";
import { boundAddress, descriptorOf, type ListenRequest, type ListenResult, openServer } from "./open-server.js";
import { SharedIds } from "./shared-ids.js";
import type { HostCounts, WorkerOperations } from "./worker-operations.js";
import type { FlowSelection, WorkerSnapshot } from "./worker-snapshot.js";

/** What a worker gets from the thread it runs on. */
export interface WorkerEnvironment {
  readonly dispatcher: NodeDispatcher;
  readonly stats: StatsScope;
  readonly log: Logger;
  readonly accessLogSinks: AccessLogSinkSource;
  /** Shows a finished stream's timeline; null when nobody wants them printed. */
  readonly printTimeline: ((timeline: string) => void) | null;
  /** Told of hosts that failed too often in a row. */
  readonly failures: HostFailureReceiver;
  setLogLevel(level: LogLevel): void;
  /** Hands on what is gathered for the main thread. */
  flush(): void;
}

/** How often a draining worker looks whether its last socket has gone, milliseconds. */
const DRAIN_POLL_MS = 20;

/** The data plane of one thread: its listeners, clusters and connections. Ends with its thread. */
export class Worker implements WorkerOperations, FlowListener {
  private readonly environment: WorkerEnvironment;
  private readonly context: { readonly dispatcher: NodeDispatcher; readonly readBuffers: ReadBuffers };
  private readonly clusters: ClusterManager;
  private readonly listeners: readonly Listener[];
  private recorder: FlowRecorder | null = null;

  constructor(snapshot: WorkerSnapshot, environment: WorkerEnvironment) {
    this.environment = environment;
    const { dispatcher, stats, log, accessLogSinks } = environment;
    const { config } = snapshot;
    this.context = { dispatcher, readBuffers: new ReadBuffers() };
    const random = new SystemRandom();
    const connectionIds = new SharedIds(snapshot.connectionIds);
    this.clusters = new ClusterManager(
      config.clusters.map((info, index) => ({
        info,
        memory: snapshot.clusterMemories[index] as ClusterMemory,
      })),
      { ...this.context, sockets: new NodeSocketFactory(this.context), connectionIds },
      stats,
      random,
      {
        countsMembership: snapshot.countsMembership,
        localLocality: config.node.locality,
        failures: environment.failures,
        runtime: new Runtime(config.runtime),
        localCluster: config.localCluster,
      },
    );
    const parts = {
      ...this.context,
      log,
      random,
      node: config.node,
      runtime: new Runtime(config.runtime),
      stats,
      clusters: this.clusters,
      clusterPolicies: clusterPoliciesByName(config.clusterPolicies),
      accessLogSinks,
      connectionIds,
      streamIds: new SharedIds(snapshot.streamIds),
      overload:
        config.overload === null ? null : new OverloadState(config.overload, snapshot.overloadStates, random, stats),
      drainStates: snapshot.drainStates,
      connectionLimits: connectionLimits(config, snapshot.connectionCounts),
    };
    this.listeners = config.listeners.map((listener, index) => buildListener(listener, parts, index));
    this.selectFlow(snapshot.flow);
  }

  async listen(request: ListenRequest): Promise<ListenResult> {
    const listener = this.listeners[request.listenerIndex] as Listener;
    const server = await openServer(request);
    const address = boundAddress(server, request.address);
    listener.addSocket(new NodeListenSocket(server, address, this.context, listener));
    return { address, fd: descriptorOf(server) };
  }

  async updateHosts(clusterName: string, endpoints: readonly EndpointConfig[]): Promise<void> {
    this.clusters.updateHosts(clusterName, endpoints);
  }

  async updateHealth(clusterName: string, changes: readonly HostHealthChange[]): Promise<void> {
    this.clusters.updateHealth(clusterName, changes);
  }

  async stopAccepting(
    gate: { memory: SharedArrayBuffer; parties: number } | null,
    listenerIndexes: readonly number[] | null,
  ): Promise<void> {
    const listeners = listenerIndexes?.map((index) => this.listeners[index] as Listener) ?? this.listeners;
    const close = (): void => {
      for (const listener of listeners) listener.stopAccepting();
    };
    if (gate === null) close();
    else new ClosingGate(gate.parties, gate.memory).pass(close);
  }

  async drain(): Promise<void> {
    this.eachConnectionManager((manager) => manager.drain());
    while (this.listeners.some(({ openSockets }) => openSockets > 0)) await pause(DRAIN_POLL_MS);
    this.clusters.destroy();
  }

  async cut(): Promise<void> {
    this.eachConnectionManager((manager) => manager.cut("shutdown_timeout"));
  }

  private eachConnectionManager(act: (manager: ConnectionManager) => void): void {
    this.context.dispatcher.beginEvent();
    for (const listener of this.listeners) {
      for (const chain of listener.filterChains) {
        for (const filter of chain.filters) if (filter instanceof ConnectionManager) act(filter);
      }
    }
    this.context.dispatcher.endEvent();
  }

  async hostCounts(clusterName: string): Promise<readonly HostCounts[]> {
    const hosts = this.clusters.get(clusterName)?.prioritySet.hosts ?? [];
    return hosts.map((host) => ({
      address: host.addressText,
      socketAddress: host.address,
      hostname: host.hostname,
      weight: host.weight,
      priority: host.priority,
      locality: host.locality,
      canary: host.canary,
      healthFlags: host.healthFlags,
      ...host.stats,
    }));
  }

  async setLogLevel(level: LogLevel): Promise<void> {
    this.environment.setLogLevel(level);
  }

  async setFlow(selection: FlowSelection): Promise<void> {
    this.selectFlow(selection);
  }

  async recentFlows(limit: number): Promise<readonly FlowSummary[]> {
    return this.recorder === null ? [] : recentStreams(this.recorder.records(), limit);
  }

  async flowTimeline(streamId: number): Promise<string | null> {
    return this.recorder === null ? null : streamTimeline(this.recorder.records(), streamId);
  }

  async flush(): Promise<void> {
    this.environment.flush();
  }

  onStreamRecorded(recorder: FlowRecorder, streamId: number): void {
    const print = this.environment.printTimeline;
    if (print === null) return;
    // On the next turn: the last flush of the stream is recorded when the running event ends.
    this.context.dispatcher.post({
      run: () => {
        const timeline = streamTimeline(recorder.records(), streamId);
        if (timeline !== null) print(timeline);
      },
    });
  }

  /** Applies to connections that are accepted from now on; what was recorded stays readable. */
  private selectFlow(selection: FlowSelection): void {
    if (selection !== "none") this.recorder ??= new FlowRecorder(() => performance.now(), this);
    for (const listener of this.listeners) {
      const selected = selection === "all" || (selection !== "none" && selection.listener === listener.config.name);
      listener.flow = selected ? this.recorder : null;
    }
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
