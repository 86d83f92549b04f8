import type { Route } from "./route.js";
import type { ForwardActionConfig } from "./route-action-config.js";

/** What a route says of one kind of upgrade (`envoy.config.route.v3.RouteAction.UpgradeConfig`). Plain frozen data. */
export interface RouteUpgradeConfig {
  /** `websocket`, `connect`, ...; lower case. */
  readonly upgradeType: string;
  /** Counts before what the connection manager says. */
  readonly enabled: boolean;
  /** CONNECT only: the tunnel's bytes go upstream without HTTP around them; null forwards the request. */
  readonly connect: ConnectConfig | null;
}

/** `envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig`. */
export interface ConnectConfig {
  /** POST is taken for CONNECT. */
  readonly allowPost: boolean;
}

/**
 * What a route says of an upgrade; null when it leaves the question to the connection manager.
 * @param upgradeType lower case
 */
export function routeUpgrade(route: Route, upgradeType: string): RouteUpgradeConfig | null {
  if (route.action.kind !== "forward") return null;
  const { upgrades } = route.action;
  for (let i = 0; i < upgrades.length; i++) {
    const upgrade = upgrades[i] as RouteUpgradeConfig;
    if (upgrade.upgradeType === upgradeType) return upgrade;
  }
  return null;
}

/** What becomes of CONNECT where the route ends its tunnels itself. */
export function connectOf({ upgrades }: ForwardActionConfig): ConnectConfig | null {
  return upgrades.find(({ upgradeType }) => upgradeType === "connect")?.connect ?? null; // control plane: for a configuration
}
