/** Why a check failed (`envoy.data.core.v3.HealthCheckFailureType`). */
export type CheckFailure =
  /** The host answered, and not as it should. */
  | "ACTIVE"
  | "NETWORK"
  /** A response to an ordinary request said so. */
  | "PASSIVE"
  | "NETWORK_TIMEOUT";

/** How one check ended. */
export type CheckResult =
  | { readonly healthy: true; readonly degraded: boolean }
  | {
      readonly healthy: false;
      readonly failure: CheckFailure;
      /** Counts towards the threshold, as a failure of the network does, and does not decide by itself. */
      readonly retriable: boolean;
      /** `x-envoy-immediate-health-check-fail` */
      readonly immediate: boolean;
    };

export const HEALTHY: CheckResult = { healthy: true, degraded: false };
export const DEGRADED: CheckResult = { healthy: true, degraded: true };
export const NETWORK_FAILURE: CheckResult = { healthy: false, failure: "NETWORK", retriable: false, immediate: false };
export const TIMED_OUT: CheckResult = {
  healthy: false,
  failure: "NETWORK_TIMEOUT",
  retriable: false,
  immediate: false,
};

/** Performs the checks of one host, one at a time. Implemented for each protocol. */
export interface CheckSession {
  /**
   * Begins a check; the receiver is told how it ended, once, and never before this returns. Between checks it may be told
   * of one more failure: that a connection which was kept for the next one is gone.
   */
  start(): void;
  /** The check takes too long: it ends without a result. */
  cancel(): void;
  /** Closes what is kept. Idempotent. */
  destroy(): void;
}

export interface CheckReceiver {
  onCheckResult(result: CheckResult): void;
}
