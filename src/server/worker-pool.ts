import type { Logger, LogLevel } from "../common/logger.js";
import type { NodeDispatcher } from "../event/node-dispatcher.js";
import type { AccessLogSinks } from "../http/access-log/access-log-sinks.js";
import type { Address } from "../network/address.js";
import type { ListenerConfig } from "../network/listener-config.js";
import type { StatsAggregator } from "../stats/stats-aggregator.js";
import { StatsStore } from "../stats/stats-store.js";
import type { HostFailureReceiver } from "../upstream/host-failure-receiver.js";
import { ClosingGate } from "./closing-gate.js";
import { ThreadWorker } from "./thread-worker.js";
import { Worker } from "./worker.js";
import type { WorkerOperations } from "./worker-operations.js";
import type { WorkerSnapshot } from "./worker-snapshot.js";

/** What workers share on the main thread. */
export interface WorkerPoolParts {
  readonly dispatcher: NodeDispatcher;
  readonly aggregator: StatsAggregator;
  readonly accessLogSinks: AccessLogSinks;
  readonly log: Logger;
  readonly logLevel: LogLevel;
  /** Shows a finished stream's timeline; null when nobody wants them printed. */
  readonly printTimeline: ((text: string) => void) | null;
  readonly failures: HostFailureReceiver;
  /** A worker thread died. */
  onWorkerFailed(error: Error): void;
}

/** True where the kernel can give each thread a queue of its own for one address (Node 22.12, 23.1). */
function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return process.platform === "linux" && (major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12));
}

/**
 * The workers of a process. A single one runs on this thread and costs what a single-threaded proxy would; several run
 * on threads of their own, and share the listening sockets.
 */
export class WorkerPool {
  readonly workers: readonly WorkerOperations[];
  private readonly threads: readonly ThreadWorker[];
  private readonly reusePort: boolean;

  constructor(concurrency: number, snapshot: WorkerSnapshot, parts: WorkerPoolParts) {
    this.reusePort = concurrency > 1 && canReusePort();
    if (concurrency <= 1) {
      this.threads = [];
      this.workers = [localWorker(snapshot, parts)];
      return;
    }
    const threads: ThreadWorker[] = [];
    for (let i = 0; i < concurrency; i++) threads.push(threadWorker({ ...snapshot, countsMembership: i === 0 }, parts));
    this.threads = threads;
    this.workers = threads;
  }

  async ready(): Promise<void> {
    await Promise.all(this.threads.map(({ ready }) => ready));
  }

  /** Listens on every worker. Returns the bound addresses of the listener; rejects when one cannot be had. */
  async listen(listenerIndex: number, listener: ListenerConfig): Promise<readonly [Address, ...Address[]]> {
    const first = await this.listenOn(listenerIndex, listener, listener.address);
    const others: Address[] = [];
    for (const address of listener.additionalAddresses) {
      others.push(await this.listenOn(listenerIndex, listener, address));
    }
    return [first, ...others];
  }

  private async listenOn(listenerIndex: number, listener: ListenerConfig, address: Address): Promise<Address> {
    const reusePort = this.reusePort && address.kind === "ip";
    const request = { listenerIndex, address, backlog: listener.tcpBacklogSize, fd: null, reusePort };
    const [first, ...others] = this.workers;
    if (first === undefined) throw new Error("no workers");
    // The first one finds out which port it is; the others join it.
    const bound = await first.listen(request);
    await Promise.all(
      others.map((worker) => worker.listen({ ...request, address: bound.address, fd: reusePort ? null : bound.fd })),
    );
    return bound.address;
  }

  /** @param listenerIndexes which listeners stop; null for all */
  async stopAccepting(listenerIndexes: readonly number[] | null = null): Promise<void> {
    const shared = this.threads.length > 1 && !this.reusePort;
    if (!shared) {
      await Promise.all(this.workers.map((worker) => worker.stopAccepting(null, listenerIndexes)));
      return;
    }
    // This thread is a party too: it must not open a descriptor while the shared ones are closed.
    const parties = this.threads.length + 1;
    const gate = new ClosingGate(parties);
    const stopped = this.threads.map((thread) =>
      thread.stopAccepting({ memory: gate.memory, parties }, listenerIndexes),
    );
    gate.pass(() => {});
    await Promise.all(stopped);
  }

  /** Settles when no worker has a connection left. */
  async drain(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.drain()));
  }

  /** Ends the connections that `drain` still waits for. */
  async cut(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.cut()));
  }

  /** Takes in what the workers have gathered. */
  async flush(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.flush()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }
}

function localWorker(snapshot: WorkerSnapshot, parts: WorkerPoolParts): Worker {
  return new Worker(snapshot, {
    dispatcher: parts.dispatcher,
    stats: new StatsStore(parts.aggregator.addSource()).root,
    log: parts.log,
    // The main thread's own logger is set by whoever asks for the level.
    setLogLevel: () => {},
    accessLogSinks: parts.accessLogSinks,
    printTimeline: parts.printTimeline,
    failures: parts.failures,
    flush: () => {},
  });
}

function threadWorker(snapshot: WorkerSnapshot, parts: WorkerPoolParts): ThreadWorker {
  const data = { snapshot, logLevel: parts.logLevel, printTimelines: parts.printTimeline !== null };
  return new ThreadWorker(data, {
    stats: parts.aggregator.addSource(),
    accessLogSinks: parts.accessLogSinks,
    failures: parts.failures,
    printTimeline: (text) => parts.printTimeline?.(text),
    onThreadFailed: parts.onWorkerFailed,
  });
}
