import { type AdminEndpoint, type AdminResponse, jsonResponse, textResponse } from "./admin-endpoint.js";

/** `envoy.admin.v3.ServerInfo.State`. */
export type ServerState = "LIVE" | "DRAINING" | "PRE_INITIALIZING" | "INITIALIZING";

/** `envoy.admin.v3.ServerInfo`, apart from the state. */
export interface ServerInfo {
  /** `<commit>/<version>/<Clean|Modified>/<build>/<TLS library>`. */
  readonly version: string;
  /** Milliseconds since this process started. */
  readonly uptimeMs: number;
  /** As JSON of `envoy.admin.v3.CommandLineOptions`. */
  readonly commandLineOptions: object;
  /** As JSON of `envoy.config.core.v3.Node`. */
  readonly node: object;
}

/** `/ready`: for load balancers and orchestrators that ask whether to send requests here. */
export class ReadyEndpoint implements AdminEndpoint {
  readonly path = "/ready";
  readonly help = "print server state, return 200 if LIVE, otherwise return 503";
  readonly mutates = false;
  readonly parameters = [];
  private readonly state: () => ServerState;

  constructor(state: () => ServerState) {
    this.state = state;
  }

  handle(): AdminResponse {
    const state = this.state();
    return textResponse(`${state}\n`, state === "LIVE" ? 200 : 503);
  }
}

/** `/server_info`. */
export class ServerInfoEndpoint implements AdminEndpoint {
  readonly path = "/server_info";
  readonly help = "print server version/status information";
  readonly mutates = false;
  readonly parameters = [];
  private readonly serverInfo: () => ServerInfo;
  private readonly state: () => ServerState;

  constructor(serverInfo: () => ServerInfo, state: () => ServerState) {
    this.serverInfo = serverInfo;
    this.state = state;
  }

  handle(): AdminResponse {
    const info = this.serverInfo();
    const uptime = `${Math.floor(info.uptimeMs / 1000)}s`;
    return jsonResponse({
      version: info.version,
      state: this.state(),
      hot_restart_version: "disabled",
      command_line_options: info.commandLineOptions,
      node: info.node,
      uptime_current_epoch: uptime,
      // Without hot restart there is one epoch only.
      uptime_all_epochs: uptime,
    });
  }
}

/** `/memory`: the fields of `envoy.admin.v3.Memory` that a Node process has; 64-bit numbers are strings in proto JSON. */
export class MemoryEndpoint implements AdminEndpoint {
  readonly path = "/memory";
  readonly help = "print current allocation/heap usage";
  readonly mutates = false;
  readonly parameters = [];
  private readonly memoryUsage: () => NodeJS.MemoryUsage;

  constructor(memoryUsage: () => NodeJS.MemoryUsage) {
    this.memoryUsage = memoryUsage;
  }

  handle(): AdminResponse {
    const usage = this.memoryUsage();
    return jsonResponse({
      allocated: String(usage.heapUsed + usage.external),
      heap_size: String(usage.heapTotal + usage.external),
      pageheap_unmapped: "0",
      pageheap_free: String(usage.heapTotal - usage.heapUsed),
      total_thread_cache: "0",
      total_physical_bytes: String(usage.rss),
    });
  }
}
