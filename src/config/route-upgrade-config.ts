import type {
  RouteAction,
  RouteAction_UpgradeConfig,
  RouteAction_UpgradeConfig_ConnectConfig,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import { CONNECT_UPGRADE } from "../http/headers/upgrade.js";
import type { ConnectConfig, RouteUpgradeConfig } from "../route/route-upgrade.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable, refused } from "./implemented-fields.js";

const CONNECT_FIELDS = implemented<RouteAction_UpgradeConfig_ConnectConfig>(
  "envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig",
  {
    proxy_protocol_config: refused("the server would take the first bytes of the tunnel for the PROXY header"),
    allow_post: true,
  },
);

export const ROUTE_UPGRADE_FIELDS: MessageTable = implemented<RouteAction_UpgradeConfig>(
  "envoy.config.route.v3.RouteAction.UpgradeConfig",
  { upgrade_type: true, enabled: true, connect_config: CONNECT_FIELDS },
);

/** `RouteAction.upgrade_configs`: each kind of upgrade once, whatever its case. */
export function convertRouteUpgrades(action: RouteAction, context: ConversionContext): RouteUpgradeConfig[] {
  const upgrades: RouteUpgradeConfig[] = [];
  for (const message of action.upgradeConfigs) {
    const upgradeType = message.upgradeType.toLowerCase();
    if (upgrades.some((known) => known.upgradeType === upgradeType)) {
      context.error(message, "upgradeType", `the route has two configurations for upgrades to "${upgradeType}"`);
      continue;
    }
    const connect = convertConnect(message, upgradeType, context);
    upgrades.push({ upgradeType, enabled: message.enabled ?? true, connect });
  }
  return upgrades;
}

function convertConnect(
  message: RouteAction_UpgradeConfig,
  upgradeType: string,
  context: ConversionContext,
): ConnectConfig | null {
  const config = message.connectConfig;
  if (config === undefined) return null;
  if (upgradeType !== CONNECT_UPGRADE.toLowerCase()) {
    const hint = `set \`upgrade_type: ${CONNECT_UPGRADE}\``;
    context.error(message, "connectConfig", "`connect_config` is for CONNECT alone", hint);
    return null;
  }
  return { allowPost: config.allowPost };
}
