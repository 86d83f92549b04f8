import type { Counter, StatsScope } from "../../../stats/stat.js";

/** The router's part of `http.<stat_prefix>.` (BEHAVIOUR 9.1). */
export class RouterStats {
  readonly noRoute: Counter;
  readonly noCluster: Counter;
  readonly rqTotal: Counter;
  readonly rqDirectResponse: Counter;
  readonly rqResetAfterDownstreamResponseStarted: Counter;

  constructor(scope: StatsScope) {
    this.noRoute = scope.counter("no_route");
    this.noCluster = scope.counter("no_cluster");
    this.rqTotal = scope.counter("rq_total");
    this.rqDirectResponse = scope.counter("rq_direct_response");
    this.rqResetAfterDownstreamResponseStarted = scope.counter("rq_reset_after_downstream_response_started");
  }
}
