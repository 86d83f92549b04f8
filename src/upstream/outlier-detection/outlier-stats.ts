import type { Counter, Gauge, StatsScope } from "../../stats/stat.js";
import { EJECTION_TYPES, type EjectionType } from "../outlier/outlier-config.js";

/** `cluster.<name>.outlier_detection.*`. */
export class OutlierStats {
  readonly ejectionsActive: Gauge;
  readonly ejectionsEnforcedTotal: Counter;
  readonly ejectionsOverflow: Counter;
  /** Deprecated in Envoy, and still what many dashboards show. */
  readonly ejectionsTotal: Counter;
  readonly ejectionsConsecutive5xx: Counter;
  readonly ejectionsSuccessRate: Counter;
  private readonly enforced: ReadonlyMap<EjectionType, Counter>;
  private readonly detected: ReadonlyMap<EjectionType, Counter>;

  constructor(clusterScope: StatsScope) {
    const scope = clusterScope.scope("outlier_detection");
    this.ejectionsActive = scope.gauge("ejections_active");
    this.ejectionsEnforcedTotal = scope.counter("ejections_enforced_total");
    this.ejectionsOverflow = scope.counter("ejections_overflow");
    this.ejectionsTotal = scope.counter("ejections_total");
    this.ejectionsConsecutive5xx = scope.counter("ejections_consecutive_5xx");
    this.ejectionsSuccessRate = scope.counter("ejections_success_rate");
    this.enforced = new Map(
      EJECTION_TYPES.map((type) => [type, scope.counter(`ejections_enforced_${statName(type)}`)]),
    );
    this.detected = new Map(
      EJECTION_TYPES.map((type) => [type, scope.counter(`ejections_detected_${statName(type)}`)]),
    );
  }

  countDetected(type: EjectionType): void {
    this.detected.get(type)?.inc();
    if (type === "consecutive_5xx") this.ejectionsConsecutive5xx.inc();
    // The old counter knows of no origins.
    if (type === "success_rate" || type === "local_origin_success_rate") this.ejectionsSuccessRate.inc();
  }

  countEnforced(type: EjectionType): void {
    this.ejectionsEnforcedTotal.inc();
    this.enforced.get(type)?.inc();
  }
}

/** Envoy's stats turn this one's words round, its documentation does not; dashboards show what is counted. */
function statName(type: EjectionType): string {
  return type === "failure_percentage_local_origin" ? "local_origin_failure_percentage" : type;
}
