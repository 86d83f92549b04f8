import type { LogLevel } from "../common/logger.js";
import type { StatsMessage } from "../stats/stats-reporter.js";
import type { AccessLogSinkConfig } from "../stream-info/access-log-config.js";
import type { ConsecutiveEjectionType } from "../upstream/outlier/outlier-config.js";
import type { WorkerOperations } from "./worker-operations.js";
import type { WorkerSnapshot } from "./worker-snapshot.js";

/** What a thread is started with. */
export interface WorkerThreadData {
  readonly snapshot: WorkerSnapshot;
  readonly logLevel: LogLevel;
  readonly printTimelines: boolean;
}

/** Main thread to worker: call this operation. */
export interface WorkerCall {
  readonly id: number;
  readonly operation: keyof WorkerOperations;
  readonly args: readonly unknown[];
}

/** Worker to main thread. */
export type WorkerReport =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly message: string; readonly code: string | null }
  | { readonly kind: "stats"; readonly message: StatsMessage }
  | { readonly kind: "accessLog"; readonly sink: AccessLogSinkConfig; readonly text: string }
  | { readonly kind: "degraded"; readonly clusterName: string; readonly address: string }
  | { readonly kind: "immediateFail"; readonly clusterName: string; readonly address: string }
  | {
      readonly kind: "failures";
      readonly clusterName: string;
      readonly address: string;
      readonly type: ConsecutiveEjectionType;
    }
  | { readonly kind: "timeline"; readonly text: string };
