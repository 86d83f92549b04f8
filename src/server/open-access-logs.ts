import type { AccessLogSinkSource } from "../http/access-log/access-logger.js";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import type { ListenerConfig } from "../network/listener-config.js";
import type { AccessLogSinkConfig } from "../stream-info/access-log-config.js";
import { CONNECTION_MANAGER } from "./build-listener.js";

/**
 * Opens the files of all access logs, so that one that cannot be opened is an error of the start, and not of the first
 * request that a worker logs to it.
 */
export function openAccessLogs(listeners: readonly ListenerConfig[], sinks: AccessLogSinkSource): void {
  for (const listener of listeners) {
    for (const { sink } of listener.accessLogs) open(sink, sinks);
    const chains = listener.filterChains.concat(listener.defaultFilterChain ?? []);
    for (const { typeName, config } of chains.flatMap(({ filters }) => filters)) {
      if (typeName !== CONNECTION_MANAGER) continue;
      for (const { sink } of (config as ConnectionManagerConfig).accessLogs) open(sink, sinks);
    }
  }
}

function open(sink: AccessLogSinkConfig, sinks: AccessLogSinkSource): void {
  try {
    sinks.get(sink);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the access log cannot be opened: ${reason}`, { cause: error });
  }
}
