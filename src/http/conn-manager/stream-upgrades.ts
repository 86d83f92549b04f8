import type { Route } from "../../route/route.js";
import { routeUpgrade } from "../../route/route-upgrade.js";
import type { HttpFilterFactory } from "../filter/filter.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerStats } from "./connection-manager-stats.js";

/** One kind of upgrade that the connection manager knows. */
export interface UpgradeChain {
  /** Lower case. */
  readonly upgradeType: string;
  /** A route may still enable what is not, and disable what is. */
  readonly enabled: boolean;
  /** Null for the filters of ordinary requests. */
  readonly filterFactories: readonly HttpFilterFactory[] | null;
}

/** A stream whose request asks for an upgrade. Implemented by `ActiveStream`. */
export interface UpgradingStream {
  readonly requestHeaders: HeaderMap;
  /** The request was taken for an upgrade. */
  isUpgrade: boolean;
  route(): Route | null;
}

/**
 * Decides which upgrades are taken, and through which filters their requests go. One object for all streams of a
 * configuration.
 */
export class StreamUpgrades {
  private readonly chains: readonly UpgradeChain[];
  private readonly defaultFactories: readonly HttpFilterFactory[];
  private readonly stats: ConnectionManagerStats;

  constructor(
    chains: readonly UpgradeChain[],
    defaultFactories: readonly HttpFilterFactory[],
    stats: ConnectionManagerStats,
  ) {
    this.chains = chains;
    this.defaultFactories = defaultFactories;
    this.stats = stats;
  }

  /**
   * Takes the upgrade that a request asks for, or refuses it. Returns the filters that the request passes; null when it is
   * to be answered with a refusal. One that no route would take is no matter of upgrades: it goes the way of other requests.
   */
  accept(stream: UpgradingStream): readonly HttpFilterFactory[] | null {
    const route = stream.route();
    const factories = this.factoriesFor(stream.requestHeaders.upgradeType, route);
    if (factories === null) {
      if (route === null) return this.defaultFactories;
      this.stats.rqWsOnNonWsRoute.inc();
      return null;
    }
    stream.isUpgrade = true;
    this.stats.cxUpgradesTotal.inc();
    this.stats.cxUpgradesActive.inc();
    return factories;
  }

  /** A stream whose upgrade was taken is over. */
  onEnd(): void {
    this.stats.cxUpgradesActive.dec();
  }

  /**
   * The filters for an upgrade, null when it is not allowed. What the route says of it counts before what the connection
   * manager says.
   */
  private factoriesFor(upgradeType: string, route: Route | null): readonly HttpFilterFactory[] | null {
    const name = upgradeType.toLowerCase();
    const chain = this.find(name);
    const ofRoute = route === null ? null : routeUpgrade(route, name);
    const allowed = ofRoute?.enabled ?? chain?.enabled ?? false;
    return allowed ? (chain?.filterFactories ?? this.defaultFactories) : null;
  }

  private find(name: string): UpgradeChain | null {
    for (let i = 0; i < this.chains.length; i++) {
      const chain = this.chains[i] as UpgradeChain;
      if (chain.upgradeType === name) return chain;
    }
    return null;
  }
}
