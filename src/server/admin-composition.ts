import { compileStringMatcher } from "../matching/string-matcher.js";
import type { StringMatcherConfig } from "../matching/string-matcher-config.js";
import { TagExtractor } from "../stats/tag-extractor.js";
import type { CircuitBreakerStats } from "../upstream/circuit-breaker-stats.js";
import { type AdminContext, EMPTY_ADMIN_CONTEXT } from "./admin/admin-context.js";
import type { FlowSource } from "./admin/flow-endpoint.js";
import type { DrainRequest } from "./admin/listener-endpoints.js";
import { clusterStatus } from "./cluster-status-source.js";
import { endpointStats } from "./endpoint-stats.js";
import { explain } from "./explain/explain.js";
import type { Server } from "./server.js";
import { versionText } from "./version.js";

/** `admin.allow_paths`; null where all may be asked for. */
function allowsPath(allowPaths: readonly StringMatcherConfig[]): ((path: string) => boolean) | null {
  if (allowPaths.length === 0) return null;
  const matchers = allowPaths.map(compileStringMatcher);
  return (path) => matchers.some((matcher) => matcher.matches(path));
}

/** What the admin interface may ask of a server. */
export function adminContext(server: Server, onShutdownRequest: () => void): AdminContext {
  return {
    ...EMPTY_ADMIN_CONTEXT,
    state: () => server.state,
    serverInfo: () => ({
      version: versionText(),
      uptimeMs: process.uptime() * 1000,
      commandLineOptions: server.options.commandLineOptions,
      node: server.config.node,
    }),
    memoryUsage: () => process.memoryUsage(),
    stats: {
      totals: server.aggregator,
      tags: new TagExtractor(),
      refresh: async () => {
        server.refreshStats();
        await server.workers.flush();
      },
      endpoints: () => endpointStats(server.config.clusters, server.workers.workers),
    },
    listeners: () => server.listeners,
    clusters: () =>
      Promise.all(
        server.config.clusters.map((info, index) =>
          clusterStatus(
            info,
            server.workers.workers,
            server.supervision.detectorOf(info.name),
            server.circuitBreakers[index] as CircuitBreakerStats,
          ),
        ),
      ),
    certificates: () => [],
    requestShutdown: onShutdownRequest,
    healthcheck: {
      fail: () => server.drainManager.setHealthcheckFailed(true),
      ok: () => server.drainManager.setHealthcheckFailed(false),
    },
    drainListeners: (request) => drainListeners(server, request),
    logging: {
      levels: () => new Map([[MAIN_LOGGER, server.logLevel]]),
      setLevel: (_name, level) => server.setLogLevel(level),
    },
    runtimeLayers: server.config.runtimeLayers,
    configDump: server.options.configDump,
    reopenLogs: () => server.accessLogSinks.reopen(),
    explain: explainOf(server),
    allowsPath: allowsPath(server.config.admin?.allowPaths ?? []),
    flow: new WorkerFlows(server),
  };
}

/** There is one logger: what Envoy calls components write to it. */
const MAIN_LOGGER = "main";

function drainListeners(server: Server, { inboundOnly, graceful, skipExit }: DrainRequest): void {
  const close = (): void => {
    server.closeListeners(inboundOnly).catch((error: unknown) => server.log.error("listeners stay open", error));
  };
  if (!graceful) close();
  else server.drainManager.start(skipExit ? () => {} : close);
}

/** Null for a configuration without a way back to its lines. */
function explainOf(server: Server): AdminContext["explain"] {
  const { lookup } = server.options;
  return lookup === null ? null : (request) => explain(request, { config: server.config, lookup });
}

/** The flow records of all workers. */
class WorkerFlows implements FlowSource {
  private readonly server: Server;
  private on: boolean;

  constructor(server: Server) {
    this.server = server;
    this.on = server.options.flow !== "none";
  }

  enabled(): boolean {
    return this.on;
  }

  async setEnabled(on: boolean): Promise<void> {
    this.on = on;
    await Promise.all(this.server.workers.workers.map((worker) => worker.setFlow(on ? "all" : "none")));
  }

  async list(limit: number): ReturnType<FlowSource["list"]> {
    const lists = await Promise.all(this.server.workers.workers.map((worker) => worker.recentFlows(limit)));
    return lists
      .flat()
      .sort((a, b) => b.streamId - a.streamId)
      .slice(0, limit);
  }

  async timeline(streamId: number): Promise<string | null> {
    const timelines = await Promise.all(this.server.workers.workers.map((worker) => worker.flowTimeline(streamId)));
    return timelines.find((timeline) => timeline !== null) ?? null;
  }
}
