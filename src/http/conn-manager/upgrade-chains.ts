import type { Route } from "../../route/route.js";
import { routeUpgrade } from "../../route/route-upgrade.js";
import type { HttpFilterFactory } from "../filter/filter.js";

/** One kind of upgrade that the connection manager knows. */
export interface UpgradeChain {
  /** Lower case. */
  readonly upgradeType: string;
  /** A route may still enable what is not, and disable what is. */
  readonly enabled: boolean;
  /** Null for the filters of ordinary requests. */
  readonly filterFactories: readonly HttpFilterFactory[] | null;
}

/** Decides which upgrades are taken, and through which filters their requests go. */
export class UpgradeChains {
  private readonly chains: readonly UpgradeChain[];
  private readonly defaultFactories: readonly HttpFilterFactory[];

  constructor(chains: readonly UpgradeChain[], defaultFactories: readonly HttpFilterFactory[]) {
    this.chains = chains;
    this.defaultFactories = defaultFactories;
  }

  /**
   * The filters for an upgrade, null when it is not allowed. What the route says of it counts before what the connection
   * manager says.
   */
  factoriesFor(upgradeType: string, route: Route | null): readonly HttpFilterFactory[] | null {
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
