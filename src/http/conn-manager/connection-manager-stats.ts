import type { ConnectionStats } from "../../network/connection.js";
import type { Counter, Gauge, Histogram, StatsScope } from "../../stats/stat.js";

/** The stats of one connection manager under `http.<stat_prefix>.`, looked up once. */
export class ConnectionManagerStats {
  readonly cxTotal: Counter;
  readonly cxHttp1Total: Counter;
  readonly cxActive: Gauge;
  readonly cxHttp1Active: Gauge;
  readonly cxUpgradesTotal: Counter;
  readonly cxUpgradesActive: Gauge;
  readonly cxDestroy: Counter;
  readonly cxDestroyLocal: Counter;
  readonly cxDestroyRemote: Counter;
  readonly cxDestroyActiveRq: Counter;
  readonly cxDestroyLocalActiveRq: Counter;
  readonly cxDestroyRemoteActiveRq: Counter;
  readonly cxProtocolError: Counter;
  readonly cxLengthMs: Histogram;
  readonly cxIdleTimeout: Counter;
  readonly cxMaxDurationReached: Counter;
  readonly cxMaxRequestsReached: Counter;
  readonly cxDrainClose: Counter;
  readonly cxOverloadDisableKeepalive: Counter;
  readonly flowControlPausedReading: Counter;
  readonly flowControlResumedReading: Counter;
  readonly rqTotal: Counter;
  readonly rqHttp1Total: Counter;
  readonly rqActive: Gauge;
  readonly rqCompleted: Counter;
  readonly rqTime: Histogram;
  readonly rqRxReset: Counter;
  readonly rqTxReset: Counter;
  readonly rqResponseBeforeRqComplete: Counter;
  readonly rqNonRelativePath: Counter;
  readonly rqFailedPathNormalization: Counter;
  readonly rqRedirectedWithNormalizedPath: Counter;
  readonly rqRejectedViaIpDetection: Counter;
  readonly rqOverloadClose: Counter;
  readonly rqTooLarge: Counter;
  readonly rsTooLarge: Counter;
  readonly rqIdleTimeout: Counter;
  readonly rqTimeout: Counter;
  readonly rqHeaderTimeout: Counter;
  readonly rqMaxDurationReached: Counter;
  readonly rqWsOnNonWsRoute: Counter;
  readonly filterFailure: Counter;
  readonly connection: ConnectionStats;
  /** 1xx to 5xx, by the first digit. */
  private readonly classes: readonly Counter[];

  constructor(scope: StatsScope) {
    this.cxTotal = scope.counter("downstream_cx_total");
    this.cxHttp1Total = scope.counter("downstream_cx_http1_total");
    this.cxActive = scope.gauge("downstream_cx_active");
    this.cxHttp1Active = scope.gauge("downstream_cx_http1_active");
    this.cxUpgradesTotal = scope.counter("downstream_cx_upgrades_total");
    this.cxUpgradesActive = scope.gauge("downstream_cx_upgrades_active");
    this.cxDestroy = scope.counter("downstream_cx_destroy");
    this.cxDestroyLocal = scope.counter("downstream_cx_destroy_local");
    this.cxDestroyRemote = scope.counter("downstream_cx_destroy_remote");
    this.cxDestroyActiveRq = scope.counter("downstream_cx_destroy_active_rq");
    this.cxDestroyLocalActiveRq = scope.counter("downstream_cx_destroy_local_active_rq");
    this.cxDestroyRemoteActiveRq = scope.counter("downstream_cx_destroy_remote_active_rq");
    this.cxProtocolError = scope.counter("downstream_cx_protocol_error");
    this.cxLengthMs = scope.histogram("downstream_cx_length_ms");
    this.cxIdleTimeout = scope.counter("downstream_cx_idle_timeout");
    this.cxMaxDurationReached = scope.counter("downstream_cx_max_duration_reached");
    this.cxMaxRequestsReached = scope.counter("downstream_cx_max_requests_reached");
    this.cxDrainClose = scope.counter("downstream_cx_drain_close");
    this.cxOverloadDisableKeepalive = scope.counter("downstream_cx_overload_disable_keepalive");
    this.flowControlPausedReading = scope.counter("downstream_flow_control_paused_reading_total");
    this.flowControlResumedReading = scope.counter("downstream_flow_control_resumed_reading_total");
    this.rqTotal = scope.counter("downstream_rq_total");
    this.rqHttp1Total = scope.counter("downstream_rq_http1_total");
    this.rqActive = scope.gauge("downstream_rq_active");
    this.rqCompleted = scope.counter("downstream_rq_completed");
    this.rqTime = scope.histogram("downstream_rq_time");
    this.rqRxReset = scope.counter("downstream_rq_rx_reset");
    this.rqTxReset = scope.counter("downstream_rq_tx_reset");
    this.rqResponseBeforeRqComplete = scope.counter("downstream_rq_response_before_rq_complete");
    this.rqNonRelativePath = scope.counter("downstream_rq_non_relative_path");
    this.rqFailedPathNormalization = scope.counter("downstream_rq_failed_path_normalization");
    this.rqRedirectedWithNormalizedPath = scope.counter("downstream_rq_redirected_with_normalized_path");
    this.rqRejectedViaIpDetection = scope.counter("downstream_rq_rejected_via_ip_detection");
    this.rqOverloadClose = scope.counter("downstream_rq_overload_close");
    this.rqTooLarge = scope.counter("downstream_rq_too_large");
    this.rsTooLarge = scope.counter("rs_too_large");
    this.rqIdleTimeout = scope.counter("downstream_rq_idle_timeout");
    this.rqTimeout = scope.counter("downstream_rq_timeout");
    this.rqHeaderTimeout = scope.counter("downstream_rq_header_timeout");
    this.rqMaxDurationReached = scope.counter("downstream_rq_max_duration_reached");
    this.rqWsOnNonWsRoute = scope.counter("downstream_rq_ws_on_non_ws_route");
    this.filterFailure = scope.counter("filter_failure");
    const classes: Counter[] = [];
    for (const digit of [1, 2, 3, 4, 5]) classes.push(scope.counter(`downstream_rq_${digit}xx`));
    this.classes = classes;
    this.connection = {
      rxBytes: scope.counter("downstream_cx_rx_bytes_total"),
      txBytes: scope.counter("downstream_cx_tx_bytes_total"),
      rxBuffered: scope.gauge("downstream_cx_rx_bytes_buffered"),
      txBuffered: scope.gauge("downstream_cx_tx_bytes_buffered"),
      delayedCloseTimeouts: scope.counter("downstream_cx_delayed_close_timeout"),
    };
  }

  /** An interim response was sent; the response it announces completes the request. */
  countInterimResponse(): void {
    this.classes[0]?.inc();
  }

  /** A response of this status was started. */
  countResponse(status: number): void {
    this.rqCompleted.inc();
    this.classes[Math.floor(status / 100) - 1]?.inc();
  }
}
