import type { AdminContext } from "./admin-context.js";
import type { AdminEndpoint } from "./admin-endpoint.js";
import { CertsEndpoint } from "./certs-endpoint.js";
import { ClustersEndpoint } from "./clusters-endpoint.js";
import { ConfigDumpEndpoint } from "./config-dump-endpoint.js";
import { ExplainEndpoint } from "./explain-endpoint.js";
import { FlowEndpoint } from "./flow-endpoint.js";
import { HealthcheckEndpoint, QuitEndpoint } from "./lifecycle-endpoints.js";
import { DrainListenersEndpoint, ListenersEndpoint } from "./listener-endpoints.js";
import { LoggingEndpoint, ReopenLogsEndpoint } from "./logging-endpoint.js";
import { RuntimeEndpoint } from "./runtime-endpoint.js";
import { MemoryEndpoint, ReadyEndpoint, ServerInfoEndpoint } from "./server-info-endpoints.js";
import { PrometheusEndpoint, ResetCountersEndpoint, StatsEndpoint } from "./stats-endpoints.js";

/** One endpoint, or several, for each thing that the server can do. */
export function adminEndpoints(context: AdminContext): AdminEndpoint[] {
  const endpoints: AdminEndpoint[] = [new ReadyEndpoint(context.state)];
  if (context.serverInfo !== null) endpoints.push(new ServerInfoEndpoint(context.serverInfo, context.state));
  if (context.memoryUsage !== null) endpoints.push(new MemoryEndpoint(context.memoryUsage));
  if (context.stats !== null) {
    endpoints.push(new StatsEndpoint(context.stats));
    endpoints.push(new PrometheusEndpoint(context.stats));
    endpoints.push(new ResetCountersEndpoint(context.stats));
  }
  if (context.listeners !== null) endpoints.push(new ListenersEndpoint(context.listeners));
  if (context.drainListeners !== null) endpoints.push(new DrainListenersEndpoint(context.drainListeners));
  if (context.clusters !== null) endpoints.push(new ClustersEndpoint(context.clusters));
  if (context.runtimeLayers !== null) endpoints.push(new RuntimeEndpoint(context.runtimeLayers));
  if (context.configDump !== null) endpoints.push(new ConfigDumpEndpoint(context.configDump));
  if (context.certificates !== null) endpoints.push(new CertsEndpoint(context.certificates));
  if (context.requestShutdown !== null) endpoints.push(new QuitEndpoint(context.requestShutdown));
  if (context.healthcheck !== null) {
    endpoints.push(new HealthcheckEndpoint("fail", context.healthcheck));
    endpoints.push(new HealthcheckEndpoint("ok", context.healthcheck));
  }
  if (context.logging !== null) endpoints.push(new LoggingEndpoint(context.logging));
  if (context.reopenLogs !== null) endpoints.push(new ReopenLogsEndpoint(context.reopenLogs));
  if (context.explain !== null) endpoints.push(new ExplainEndpoint(context.explain));
  if (context.flow !== null) endpoints.push(new FlowEndpoint(context.flow));
  return endpoints;
}
