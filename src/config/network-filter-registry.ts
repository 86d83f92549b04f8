import type { HttpConnectionManager } from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { CONNECTION_MANAGER_FIELDS, convertConnectionManager } from "./connection-manager-config.js";
import { type Extension, extension } from "./extension.js";

/** How a network filter is configured; its `convert` makes the `config` of `NetworkFilterConfig`. */
export interface NetworkFilterExtension extends Extension<unknown> {
  /** Takes every byte itself, so nothing can come after it. */
  readonly isTerminal: boolean;
}

/** The network filters that exist. A new one is added here, and its factory where the proxy is put together. */
export const NETWORK_FILTERS: readonly NetworkFilterExtension[] = [
  {
    ...extension<HttpConnectionManager, ConnectionManagerConfig>(
      "envoy.filters.network.http_connection_manager",
      CONNECTION_MANAGER_FIELDS,
      convertConnectionManager,
    ),
    isTerminal: true,
  },
];
