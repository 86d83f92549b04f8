import { Worker as Thread } from "node:worker_threads";
import type { LogLevel } from "../common/logger.js";
import type { FlowSummary } from "../flow/flow-view.js";
import type { AccessLogSinkSource } from "../http/access-log/access-logger.js";
import type { StatsSource } from "../stats/stats-source.js";
import type { EndpointConfig } from "../upstream/cluster-info.js";
import type { HostFailureReceiver } from "../upstream/host-failure-receiver.js";
import type { HostHealthChange } from "../upstream/host-health.js";
import type { ListenRequest, ListenResult } from "./open-server.js";
import type { WorkerCall, WorkerReport, WorkerThreadData } from "./worker-message.js";
import type { HostCounts, WorkerOperations } from "./worker-operations.js";
import type { FlowSelection } from "./worker-snapshot.js";

/** Where a thread's reports go on the main thread. */
export interface ThreadReceiver {
  readonly stats: StatsSource;
  readonly accessLogSinks: AccessLogSinkSource;
  readonly failures: HostFailureReceiver;
  printTimeline(text: string): void;
  /** The thread ended by itself: a bug, since nothing a peer sends may do that. */
  onThreadFailed(error: Error): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A worker on a thread of its own, as the main thread sees it. */
export class ThreadWorker implements WorkerOperations {
  private readonly thread: Thread;
  private readonly receiver: ThreadReceiver;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private stopped = false;
  /** Settles when the thread has built its data plane. */
  readonly ready: Promise<void>;
  private onReady: () => void = () => {};

  constructor(data: WorkerThreadData, receiver: ThreadReceiver) {
    this.receiver = receiver;
    this.thread = new Thread(new URL("./worker-thread.js", import.meta.url), { workerData: data });
    this.ready = new Promise((resolve, reject) => {
      this.onReady = resolve;
      this.thread.once("error", reject);
    });
    this.thread.on("message", (message: WorkerReport) => this.onReport(message));
    this.thread.on("error", (error) => this.onThreadError(error));
    this.thread.on("exit", (code) => {
      if (!this.stopped) this.onThreadError(new Error(`worker thread ended with code ${code}`));
    });
  }

  listen(request: ListenRequest): Promise<ListenResult> {
    return this.call("listen", [request]) as Promise<ListenResult>;
  }

  updateHosts(clusterName: string, endpoints: readonly EndpointConfig[]): Promise<void> {
    return this.call("updateHosts", [clusterName, endpoints]) as Promise<void>;
  }

  updateHealth(clusterName: string, changes: readonly HostHealthChange[]): Promise<void> {
    return this.call("updateHealth", [clusterName, changes]) as Promise<void>;
  }

  stopAccepting(
    gate: { memory: SharedArrayBuffer; parties: number } | null,
    listenerIndexes: readonly number[] | null,
  ): Promise<void> {
    return this.call("stopAccepting", [gate, listenerIndexes]) as Promise<void>;
  }

  drain(): Promise<void> {
    return this.call("drain", []) as Promise<void>;
  }

  cut(): Promise<void> {
    return this.call("cut", []) as Promise<void>;
  }

  hostCounts(clusterName: string): Promise<readonly HostCounts[]> {
    return this.call("hostCounts", [clusterName]) as Promise<readonly HostCounts[]>;
  }

  setLogLevel(level: LogLevel): Promise<void> {
    return this.call("setLogLevel", [level]) as Promise<void>;
  }

  setFlow(selection: FlowSelection): Promise<void> {
    return this.call("setFlow", [selection]) as Promise<void>;
  }

  recentFlows(limit: number): Promise<readonly FlowSummary[]> {
    return this.call("recentFlows", [limit]) as Promise<readonly FlowSummary[]>;
  }

  flowTimeline(streamId: number): Promise<string | null> {
    return this.call("flowTimeline", [streamId]) as Promise<string | null>;
  }

  flush(): Promise<void> {
    return this.call("flush", []) as Promise<void>;
  }

  /** Ends the thread, whatever it is doing. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.thread.terminate();
    this.rejectAll(new Error("worker stopped"));
  }

  private call(operation: keyof WorkerOperations, args: readonly unknown[]): Promise<unknown> {
    const id = this.nextId++;
    const message: WorkerCall = { id, operation, args };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.thread.postMessage(message);
    });
  }

  private onReport(message: WorkerReport): void {
    switch (message.kind) {
      case "ready":
        this.onReady();
        return;
      case "result":
        this.take(message.id)?.resolve(message.value);
        return;
      case "failure": {
        const error: NodeJS.ErrnoException = new Error(message.message);
        if (message.code !== null) error.code = message.code;
        this.take(message.id)?.reject(error);
        return;
      }
      case "stats":
        this.receiver.stats.receive(message.message);
        return;
      case "accessLog":
        this.receiver.accessLogSinks.get(message.sink).write(message.text);
        return;
      case "degraded":
        this.receiver.failures.onDegraded(message.clusterName, message.address);
        return;
      case "immediateFail":
        this.receiver.failures.onImmediateHealthCheckFail(message.clusterName, message.address);
        return;
      case "failures":
        this.receiver.failures.onConsecutiveFailures(message.clusterName, message.address, message.type);
        return;
      case "timeline":
        this.receiver.printTimeline(message.text);
        return;
    }
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }

  private onThreadError(error: Error): void {
    this.rejectAll(error);
    if (this.stopped) return;
    this.stopped = true;
    this.receiver.onThreadFailed(error);
  }

  private rejectAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
