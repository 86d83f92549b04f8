import type { OutlierBoard } from "./outlier-board.js";
import type { ConsecutiveEjectionType, OutlierDetectionConfig } from "./outlier-config.js";

/** Told when a host has failed as often in a row as it may; on the main thread it is decided what becomes of it. */
export interface OutlierReceiver {
  onDegraded(addressText: string): void;
  onConsecutiveFailures(addressText: string, type: ConsecutiveEjectionType): void;
}

/** What happened to an attempt on our side of the wire. */
export type LocalOriginResult = "connected" | "connectFailed";

/** What stands in for a failure on our side where it counts like one that the host reports. */
const CONNECT_FAILED_STATUS = 503;

/**
 * Counts the results of one host's requests in one worker, into memory that all workers share: "in a row" means over all
 * of them. Steps of the hot path: one or two atomic additions for a request, and only in clusters that are watched.
 */
export class HostOutlierMonitor {
  private readonly addressText: string;
  private readonly config: OutlierDetectionConfig;
  private readonly board: OutlierBoard;
  /** -1 where nothing is counted. */
  private row: number;
  private readonly receiver: OutlierReceiver;

  constructor(addressText: string, config: OutlierDetectionConfig, board: OutlierBoard, receiver: OutlierReceiver) {
    this.addressText = addressText;
    this.config = config;
    this.board = board;
    this.row = board.take(addressText);
    this.receiver = receiver;
  }

  /** The host answered. @param status of HTTP; that of gRPC is turned into one before */
  putResponse(status: number): void {
    const { board, row } = this;
    if (row < 0) return;
    board.increment(row, "requests");
    if (status < 500 || status > 599) {
      board.increment(row, "successes");
      board.reset(row, "consecutive5xx");
      board.reset(row, "consecutiveGatewayFailure");
      return;
    }
    if (status >= 502 && status <= 504) this.countFailure("consecutiveGatewayFailure", "consecutive_gateway_failure");
    else board.reset(row, "consecutiveGatewayFailure");
    this.countFailure("consecutive5xx", "consecutive_5xx");
  }

  /** `detect_degraded_hosts` */
  get detectsDegraded(): boolean {
    return this.config.detectsDegraded;
  }

  /** The host answered well, and says that it is degraded. */
  putDegraded(): void {
    if (this.row >= 0) this.receiver.onDegraded(this.addressText);
  }

  /** Something happened before, or in place of, an answer. */
  putLocalOrigin(result: LocalOriginResult): void {
    if (!this.config.splitLocalOriginErrors) {
      if (result === "connectFailed") this.putResponse(CONNECT_FAILED_STATUS);
    } else if (result === "connectFailed") this.countLocalFailure();
    else this.countLocalSuccess();
  }

  /** No answer came in time. @param toldStatus what the client is told, which it counts as unless it counts apart */
  putTimeout(toldStatus: number): void {
    if (this.config.splitLocalOriginErrors) this.countLocalFailure();
    else this.putResponse(toldStatus);
  }

  private countLocalSuccess(): void {
    const { board, row } = this;
    if (row < 0) return;
    board.increment(row, "localRequests");
    board.increment(row, "localSuccesses");
    board.reset(row, "consecutiveLocalOriginFailure");
  }

  private countLocalFailure(): void {
    if (this.row < 0) return;
    this.board.increment(this.row, "localRequests");
    this.countFailure("consecutiveLocalOriginFailure", "consecutive_local_origin_failure");
  }

  /** The host is gone: what its last requests come to is nobody's concern. Idempotent. */
  release(): void {
    this.board.release(this.row);
    this.row = -1;
  }

  /** Exactly one thread sees the count reach its limit. */
  private countFailure(
    count: "consecutive5xx" | "consecutiveGatewayFailure" | "consecutiveLocalOriginFailure",
    type: ConsecutiveEjectionType,
  ): void {
    if (this.board.increment(this.row, count) !== this.config[count]) return;
    this.board.reset(this.row, count);
    this.receiver.onConsecutiveFailures(this.addressText, type);
  }
}
