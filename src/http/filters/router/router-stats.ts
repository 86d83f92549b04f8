import type { Counter, StatsScope } from "../../../stats/stat.js";

/** The router's part of `http.<stat_prefix>.`. */
export class RouterStats {
  readonly noRoute: Counter;
  readonly noCluster: Counter;
  readonly rqTotal: Counter;
  readonly rqDirectResponse: Counter;
  readonly rqRedirect: Counter;
  /** Redirects that a policy would have followed, handed to the client: why. */
  readonly passthroughBadLocation: Counter;
  readonly passthroughNoRoute: Counter;
  readonly passthroughPredicate: Counter;
  readonly passthroughTooManyRedirects: Counter;
  readonly passthroughUnsafeScheme: Counter;
  readonly rqResetAfterDownstreamResponseStarted: Counter;

  constructor(scope: StatsScope) {
    this.noRoute = scope.counter("no_route");
    this.noCluster = scope.counter("no_cluster");
    this.rqTotal = scope.counter("rq_total");
    this.rqDirectResponse = scope.counter("rq_direct_response");
    this.rqRedirect = scope.counter("rq_redirect");
    this.passthroughBadLocation = scope.counter("passthrough_internal_redirect_bad_location");
    this.passthroughNoRoute = scope.counter("passthrough_internal_redirect_no_route");
    this.passthroughPredicate = scope.counter("passthrough_internal_redirect_predicate");
    this.passthroughTooManyRedirects = scope.counter("passthrough_internal_redirect_too_many_redirects");
    this.passthroughUnsafeScheme = scope.counter("passthrough_internal_redirect_unsafe_scheme");
    this.rqResetAfterDownstreamResponseStarted = scope.counter("rq_reset_after_downstream_response_started");
  }
}
