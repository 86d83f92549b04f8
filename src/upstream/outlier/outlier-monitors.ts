import type { HostFailureReceiver } from "../host-failure-receiver.js";
import { HostOutlierMonitor, type OutlierReceiver } from "./host-outlier-monitor.js";
import { OutlierBoard } from "./outlier-board.js";
import type { ConsecutiveEjectionType, OutlierDetectionConfig } from "./outlier-config.js";

/** Makes the monitors of one cluster's hosts in one worker. */
export class OutlierMonitors implements OutlierReceiver {
  private readonly clusterName: string;
  private readonly config: OutlierDetectionConfig;
  private readonly board: OutlierBoard;
  private readonly receiver: HostFailureReceiver;

  /** @param memory of `OUTLIER_BOARD_BYTES`, the same for all workers */
  constructor(
    clusterName: string,
    config: OutlierDetectionConfig,
    memory: SharedArrayBuffer,
    receiver: HostFailureReceiver,
  ) {
    this.clusterName = clusterName;
    this.config = config;
    this.board = new OutlierBoard(memory);
    this.receiver = receiver;
  }

  monitorOf(addressText: string): HostOutlierMonitor {
    return new HostOutlierMonitor(addressText, this.config, this.board, this);
  }

  onDegraded(addressText: string): void {
    this.receiver.onDegraded(this.clusterName, addressText);
  }

  onConsecutiveFailures(addressText: string, type: ConsecutiveEjectionType): void {
    this.receiver.onConsecutiveFailures(this.clusterName, addressText, type);
  }
}
