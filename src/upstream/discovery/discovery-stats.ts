import type { Counter, StatsScope } from "../../stats/stat.js";

/** What is counted of a cluster's discovery under `cluster.<name>.`, on the main thread. */
export class DiscoveryStats {
  readonly attempt: Counter;
  readonly success: Counter;
  readonly failure: Counter;
  /** The answer was what is known already. */
  readonly noRebuild: Counter;

  constructor(scope: StatsScope) {
    this.attempt = scope.counter("update_attempt");
    this.success = scope.counter("update_success");
    this.failure = scope.counter("update_failure");
    this.noRebuild = scope.counter("update_no_rebuild");
  }
}
