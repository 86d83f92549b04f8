import type { RandomSource } from "../common/random.js";
import type { Runtime, RuntimeFraction } from "../common/runtime.js";
import type { ClusterInfo } from "./cluster-info.js";

/** Why a request is turned away before a host is chosen for it. */
export type Shedding = "maintenance" | "drop" | "dropAll";

/** Draws from here, so that shares of a millionth count. */
const RANDOM_BOUND = 1_000_000;

/**
 * Turns away a share of a cluster's requests: all or some for maintenance (runtime key
 * `upstream.maintenance_mode.<cluster>`, percent), and what `load_assignment.policy.drop_overloads` says.
 */
export class LoadShedding {
  private readonly maintenance: RuntimeFraction;
  private readonly drop: RuntimeFraction | null;
  private readonly random: RandomSource;

  private constructor(maintenance: RuntimeFraction, drop: RuntimeFraction | null, random: RandomSource) {
    this.maintenance = maintenance;
    this.drop = drop;
    this.random = random;
  }

  /** Null for a cluster that turns nothing away, which most do. */
  static create(info: ClusterInfo, runtime: Runtime, random: RandomSource): LoadShedding | null {
    const runtimeKey = `upstream.maintenance_mode.${info.name}`;
    const maintenance = runtime.fraction({ defaultValue: { numerator: 0, denominator: 100 }, runtimeKey });
    const drop =
      info.dropOverload === null ? null : runtime.fraction({ defaultValue: info.dropOverload, runtimeKey: "" });
    if (maintenance.numerator === 0 && drop === null) return null;
    return new LoadShedding(maintenance, drop, random);
  }

  /** Null for a request that may go on. */
  shed(): Shedding | null {
    if (this.maintenance.numerator > 0 && this.maintenance.includes(this.random.below(RANDOM_BOUND))) {
      return "maintenance";
    }
    const { drop } = this;
    if (drop === null) return null;
    if (drop.numerator >= drop.denominator) return "dropAll";
    return drop.includes(this.random.below(RANDOM_BOUND)) ? "drop" : null;
  }
}
