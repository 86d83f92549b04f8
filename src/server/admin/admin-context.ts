import type { ExplainRequest } from "../explain/explain-request.js";
import type { Explanation } from "../explain/explanation.js";
import type { Certificate } from "./certs-endpoint.js";
import type { ClusterStatus } from "./cluster-status.js";
import type { FlowSource } from "./flow-endpoint.js";
import type { HealthcheckSwitch } from "./lifecycle-endpoints.js";
import type { DrainRequest, ListenerStatus } from "./listener-endpoints.js";
import type { LoggingControl } from "./logging-endpoint.js";
import type { RuntimeLayer } from "./runtime-endpoint.js";
import type { ServerInfo, ServerState } from "./server-info-endpoints.js";
import type { AdminStats } from "./stats-endpoints.js";

/**
 * What the server can do for its admin interface. A capability that is null has no endpoint, and is not listed.
 * Functions are plain functions, methods must come bound.
 */
export interface AdminContext {
  /** `/ready`. */
  readonly state: () => ServerState;
  /** `/server_info`. */
  readonly serverInfo: (() => ServerInfo) | null;
  /** `/memory`: this process's memory, in bytes. */
  readonly memoryUsage: (() => NodeJS.MemoryUsage) | null;
  /** `/stats`, `/stats/prometheus`, `/reset_counters`. */
  readonly stats: AdminStats | null;
  /** `/listeners`: those that are bound. */
  readonly listeners: (() => readonly ListenerStatus[]) | null;
  /** `/drain_listeners`. */
  readonly drainListeners: ((request: DrainRequest) => void) | null;
  /** `/clusters`; asynchronous, as the hosts' numbers are the workers'. */
  readonly clusters: (() => Promise<readonly ClusterStatus[]>) | null;
  /** `/runtime` */
  readonly runtimeLayers: readonly RuntimeLayer[] | null;
  /** `/config_dump`: the object as it is printed, `{ configs: [...] }`. */
  readonly configDump: (() => object | Promise<object>) | null;
  /** `/certs`: the certificates of all TLS contexts. */
  readonly certificates: (() => readonly Certificate[]) | null;
  /** `/quitquitquit`: begins to end the process; called when the response has been written. */
  readonly requestShutdown: (() => void) | null;
  /** `/healthcheck/fail` and `/healthcheck/ok`. */
  readonly healthcheck: HealthcheckSwitch | null;
  /** `/logging`. */
  readonly logging: LoggingControl | null;
  /** `/reopen_logs`: access logs are opened anew, after their files were moved away. */
  readonly reopenLogs: (() => void | Promise<void>) | null;
  /** `/explain`: which way a request would take; throws `ExplainRequestError`. */
  readonly explain: ((request: ExplainRequest) => Explanation) | null;
  /** `/flow`. */
  readonly flow: FlowSource | null;
  /** `admin.allow_paths`: whether a path, without its query, may be requested; null allows all. */
  readonly allowsPath: ((path: string) => boolean) | null;
}

/** A server that can do nothing yet, to be spread into one that can. */
export const EMPTY_ADMIN_CONTEXT: Omit<AdminContext, "state"> = {
  serverInfo: null,
  memoryUsage: null,
  stats: null,
  listeners: null,
  drainListeners: null,
  clusters: null,
  runtimeLayers: null,
  configDump: null,
  certificates: null,
  requestShutdown: null,
  healthcheck: null,
  logging: null,
  reopenLogs: null,
  explain: null,
  flow: null,
  allowsPath: null,
};
