import type { PoolPolicy } from "./pool-policy.js";

/**
 * What the pools of a cluster have and serve together in this worker, where connections are opened ahead of the requests
 * that will come (`predictive_preconnect_ratio`). A connection carries one stream at a time.
 */
export class ClusterConnectivity {
  /** Connections for each stream; above 1. */
  readonly ratio: number;
  private streams = 0;
  private connections = 0;

  private constructor(ratio: number) {
    this.ratio = ratio;
  }

  /** Null where nothing is opened ahead. */
  static create({ predictivePreconnectRatio }: PoolPolicy): ClusterConnectivity | null {
    return predictivePreconnectRatio > 1 ? new ClusterConnectivity(predictivePreconnectRatio) : null;
  }

  /** A stream waits for a connection, or has got one without waiting. */
  onStreamBegins(): void {
    this.streams++;
  }

  /** It is over, or gave up waiting. */
  onStreamEnds(): void {
    this.streams--;
  }

  onConnecting(): void {
    this.connections++;
  }

  onClosed(): void {
    this.connections--;
  }

  /** There are too few connections for the streams there are and one that is about to begin. */
  get wantsAnother(): boolean {
    return (this.streams + 1) * this.ratio > this.connections;
  }
}
