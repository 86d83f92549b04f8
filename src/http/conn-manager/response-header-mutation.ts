import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import { addProxyStatus } from "./proxy-status.js";
import { appendVia } from "./request-header-mutation.js";

/** Makes of a response's headers those that the client gets. */
export function mutateResponseHeaders(
  headers: HeaderMap,
  context: ConnectionManagerContext,
  requestHeaders: HeaderMap | null,
  info: StreamInfo,
): void {
  const { config } = context;
  if (!headers.has("date")) headers.add("date", context.date.value);
  setServer(headers, context);
  if (config.alwaysSetRequestIdInResponse || isTraceForced(requestHeaders, context)) {
    const id = requestHeaders?.get("x-request-id") ?? null;
    if (id !== null) headers.set("x-request-id", id);
  }
  if (config.via !== "") appendVia(headers, config.via);
  if (config.proxyStatus !== null) addProxyStatus(headers, config.proxyStatus, info);
}

/** Only a caller that is trusted as internal can ask for it. */
function isTraceForced(requestHeaders: HeaderMap | null, context: ConnectionManagerContext): boolean {
  return context.internalAddresses !== null && requestHeaders?.has("x-envoy-force-trace") === true;
}

function setServer(headers: HeaderMap, context: ConnectionManagerContext): void {
  const { config } = context;
  switch (config.serverHeaderTransformation) {
    case "overwrite":
      headers.set("server", config.serverName);
      return;
    case "appendIfAbsent":
      if (!headers.has("server")) headers.add("server", config.serverName);
      return;
    case "passThrough":
      return;
  }
}
