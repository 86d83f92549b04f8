import type {
  HttpConnectionManager,
  HttpConnectionManager_ProxyStatusConfig,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { ProxyStatusConfig } from "../http/conn-manager/proxy-status.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

const DEFAULT_NAME = "sluice";

export const PROXY_STATUS_FIELDS: MessageTable = implemented<HttpConnectionManager_ProxyStatusConfig>(
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig",
  {
    remove_details: true,
    remove_connection_termination_details: true,
    remove_response_flags: true,
    set_recommended_response_code: true,
    use_node_id: true,
    literal_proxy_name: true,
  },
);

/** Null where errors are not told in `proxy-status`. */
export function convertProxyStatus(message: HttpConnectionManager, nodeId: string): ProxyStatusConfig | null {
  const { proxyStatusConfig: config } = message;
  if (config === undefined) return null;
  const { proxyName } = config;
  const serverName = message.serverName === "" ? DEFAULT_NAME : message.serverName;
  let name = proxyName.case === "literalProxyName" ? proxyName.value : serverName;
  if (proxyName.case === "useNodeId" && proxyName.value && nodeId !== "") name = nodeId;
  return {
    name,
    removeDetails: config.removeDetails,
    removeConnectionTerminationDetails: config.removeConnectionTerminationDetails,
    removeResponseFlags: config.removeResponseFlags,
    setRecommendedStatus: config.setRecommendedResponseCode,
  };
}
