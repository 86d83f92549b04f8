import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { NodeDispatcher } from "../event/node-dispatcher.js";
import { sinkKey } from "../http/access-log/access-log-sinks.js";
import type { AccessLogSink, AccessLogSinkSource } from "../http/access-log/access-logger.js";
import { BatchingSink } from "../http/access-log/batching-sink.js";
import { StatsReporter } from "../stats/stats-reporter.js";
import { StatsStore } from "../stats/stats-store.js";
import type { AccessLogSinkConfig } from "../stream-info/access-log-config.js";
import { ProcessLogger } from "./process-logger.js";
import { Worker } from "./worker.js";
import type { WorkerCall, WorkerReport, WorkerThreadData } from "./worker-message.js";

/*
 * The program of a worker thread: builds the data plane from the snapshot it was given and does what the main thread
 * asks. It knows no configuration format and opens no files.
 */

const port = parentPort as MessagePort;
const data = workerData as WorkerThreadData;
const dispatcher = new NodeDispatcher();

function report(message: WorkerReport): void {
  port.postMessage(message);
}

const reporter = new StatsReporter((message) => report({ kind: "stats", message }), dispatcher);

/** Log lines are written by the main thread, which alone has the files; they go there in batches. */
class ForwardingSinks implements AccessLogSinkSource {
  private readonly sinks = new Map<string, BatchingSink>();

  get(sink: AccessLogSinkConfig): AccessLogSink {
    const key = sinkKey(sink);
    let forwarding = this.sinks.get(key);
    if (forwarding === undefined) {
      forwarding = new BatchingSink(dispatcher, { deliver: (text) => report({ kind: "accessLog", sink, text }) });
      this.sinks.set(key, forwarding);
    }
    return forwarding;
  }

  flush(): void {
    for (const sink of this.sinks.values()) sink.flush();
  }
}

const sinks = new ForwardingSinks();
const log = new ProcessLogger(data.logLevel);
const worker = new Worker(data.snapshot, {
  dispatcher,
  stats: new StatsStore(reporter).root,
  log,
  setLogLevel: (level) => log.setLevel(level),
  accessLogSinks: sinks,
  printTimeline: data.printTimelines ? (text) => report({ kind: "timeline", text }) : null,
  failures: {
    onImmediateHealthCheckFail: (clusterName, address) => report({ kind: "immediateFail", clusterName, address }),
    onDegraded: (clusterName, address) => report({ kind: "degraded", clusterName, address }),
    onConsecutiveFailures: (clusterName, address, type) => report({ kind: "failures", clusterName, address, type }),
  },
  flush: () => {
    sinks.flush();
    reporter.flush();
  },
});

port.on("message", (call: WorkerCall) => {
  void perform(call);
});
report({ kind: "ready" });

async function perform(call: WorkerCall): Promise<void> {
  const operation = worker[call.operation] as (...args: readonly unknown[]) => Promise<unknown>;
  try {
    report({ kind: "result", id: call.id, value: await operation.apply(worker, [...call.args]) });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    report({ kind: "failure", id: call.id, message, code: code ?? null });
  }
}
