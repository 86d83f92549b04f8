import type {
  HttpConnectionManager,
  HttpConnectionManager_UpgradeConfig,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { UpgradeConfig } from "../http/conn-manager/connection-manager-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertFilterChain, HTTP_FILTER_FIELDS } from "./http-filter-config.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const UPGRADE_FIELDS: MessageTable = implemented<HttpConnectionManager_UpgradeConfig>(
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig",
  { upgrade_type: true, filters: HTTP_FILTER_FIELDS, enabled: true },
);

/** `HttpConnectionManager.upgrade_configs`: each kind of upgrade once, whatever its case. */
export function convertUpgrades(manager: HttpConnectionManager, context: ConversionContext): UpgradeConfig[] {
  const upgrades: UpgradeConfig[] = [];
  for (const message of manager.upgradeConfigs) {
    const upgradeType = message.upgradeType.toLowerCase();
    if (upgradeType === "") {
      context.error(message, "upgradeType", "the upgrade has no `upgrade_type`", "websocket, for example");
      continue;
    }
    if (upgrades.some((known) => known.upgradeType === upgradeType)) {
      context.error(message, "upgradeType", `there are two configurations for upgrades to "${upgradeType}"`);
      continue;
    }
    const httpFilters = message.filters.length === 0 ? null : convertFilterChain(message.filters, context);
    upgrades.push({ upgradeType, enabled: message.enabled ?? true, httpFilters });
  }
  return upgrades;
}
