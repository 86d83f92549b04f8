import type { OutlierBoard } from "../outlier/outlier-board.js";

/** What the main thread knows of one host: whether it is ejected, how often it was, and its rates of the last interval. */
export class WatchedHost {
  readonly addressText: string;
  /** Milliseconds on the dispatcher's clock; null while the host takes part. */
  ejectedAtMs: number | null = null;
  /** Of the host's last ejection or return. */
  lastActionMs: number | null = null;
  /** How many ejections it has had. */
  ejections = 0;
  /** The next ejection lasts so many base times; up by one with each, down with each interval without one. */
  multiplier = 0;
  jitterMs = 0;
  /** Percent; -1 when there were too few requests to say. */
  successRate = -1;
  localOriginSuccessRate = -1;
  /** Of the interval that has just ended. */
  requests = 0;
  localRequests = 0;
  private readonly board: OutlierBoard;
  private readonly row: number;

  constructor(addressText: string, board: OutlierBoard) {
    this.addressText = addressText;
    this.board = board;
    this.row = board.rowOf(addressText);
  }

  get isEjected(): boolean {
    return this.ejectedAtMs !== null;
  }

  /** Ends an interval: the rates are those of what was counted in it. */
  takeRates(): void {
    if (this.row < 0) return;
    this.requests = this.board.take(this.row, "requests");
    this.successRate = rate(this.board.take(this.row, "successes"), this.requests);
    this.localRequests = this.board.take(this.row, "localRequests");
    this.localOriginSuccessRate = rate(this.board.take(this.row, "localSuccesses"), this.localRequests);
  }

  /** It comes back with a clean slate. */
  resetConsecutive(): void {
    if (this.row < 0) return;
    this.board.reset(this.row, "consecutive5xx");
    this.board.reset(this.row, "consecutiveGatewayFailure");
    this.board.reset(this.row, "consecutiveLocalOriginFailure");
  }
}

function rate(successes: number, requests: number): number {
  return requests === 0 ? -1 : (100 * Math.min(successes, requests)) / requests;
}
