import { type FlowStep, FlowSteps } from "../../../flow/flow-step.js";
import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { DecoderFilterCallbacks } from "../../filter/filter.js";

/** Passes the backing-up of one side on to the other's reading, counted and on record. Steps E1 to E4. */
export class RouterFlowControl {
  private readonly callbacks: DecoderFilterCallbacks;
  private readonly stats: ClusterStats;

  constructor(callbacks: DecoderFilterCallbacks, stats: ClusterStats) {
    this.callbacks = callbacks;
    this.stats = stats;
  }

  /** E1, E2: an attempt's response stops because the client does not take it, or goes on. */
  onResponseReadDisabled(disabled: boolean): void {
    (disabled ? this.stats.flowControlPausedReading : this.stats.flowControlResumedReading).inc();
    const { connectionId, upstreamConnectionId } = this.callbacks.stream.streamInfo;
    this.record(
      disabled ? FlowSteps.upstreamReadPaused : FlowSteps.upstreamReadResumed,
      connectionId,
      upstreamConnectionId,
    );
  }

  /** E3: the upstream does not take the request fast enough. */
  onUpstreamBackedUp(): void {
    this.stats.flowControlBackedUp.inc();
    const { connectionId, upstreamConnectionId } = this.callbacks.stream.streamInfo;
    this.record(FlowSteps.downstreamReadPaused, upstreamConnectionId, connectionId);
    this.callbacks.onDecoderFilterAboveWriteBufferHighWatermark();
  }

  /** E4 */
  onUpstreamDrained(): void {
    this.stats.flowControlDrained.inc();
    const { connectionId, upstreamConnectionId } = this.callbacks.stream.streamInfo;
    this.record(FlowSteps.downstreamReadResumed, upstreamConnectionId, connectionId);
    this.callbacks.onDecoderFilterBelowWriteBufferLowWatermark();
  }

  /** @param slowId the connection that takes too little, 0 while there is none; the reading of `peerId` follows it. */
  private record(step: FlowStep, slowId: number, peerId: number): void {
    const { flow, streamInfo } = this.callbacks.stream;
    if (slowId === 0) flow?.record(step, peerId, streamInfo.streamId, "no connection yet");
    else flow?.record(step, slowId, streamInfo.streamId, "", -1, peerId);
  }
}
