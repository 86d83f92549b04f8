import type { Counter, StatsScope } from "../stats/stat.js";

/** What balancers count of a cluster under `cluster.<name>.`, looked up once. */
export class LoadBalancerStats {
  readonly scope: StatsScope;
  readonly healthyPanic: Counter;
  readonly recalculateZoneStructures: Counter;
  readonly localClusterNotOk: Counter;
  readonly zoneClusterTooSmall: Counter;
  readonly zoneRoutingAllDirectly: Counter;
  readonly zoneRoutingSampled: Counter;
  readonly zoneRoutingCrossZone: Counter;
  readonly zoneNoCapacityLeft: Counter;

  constructor(scope: StatsScope) {
    this.scope = scope;
    this.healthyPanic = scope.counter("lb_healthy_panic");
    this.recalculateZoneStructures = scope.counter("lb_recalculate_zone_structures");
    this.localClusterNotOk = scope.counter("lb_local_cluster_not_ok");
    this.zoneClusterTooSmall = scope.counter("lb_zone_cluster_too_small");
    this.zoneRoutingAllDirectly = scope.counter("lb_zone_routing_all_directly");
    this.zoneRoutingSampled = scope.counter("lb_zone_routing_sampled");
    this.zoneRoutingCrossZone = scope.counter("lb_zone_routing_cross_zone");
    this.zoneNoCapacityLeft = scope.counter("lb_zone_no_capacity_left");
  }
}
