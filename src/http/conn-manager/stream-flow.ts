import type { FlowRecorder } from "../../flow/flow-recorder.js";
import { FlowSteps } from "../../flow/flow-step.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";

/** A stream whose steps may be recorded. */
export interface FlowingStream {
  /** Null when nobody looks. */
  readonly flow: FlowRecorder | null;
  readonly streamInfo: StreamInfo;
}

/** F2: a part of the message is lost. */
export function recordReset(stream: FlowingStream, reason: string): void {
  const { flow, streamInfo } = stream;
  flow?.record(FlowSteps.reset, streamInfo.connectionId, streamInfo.streamId, reason);
}

/** F1 */
export function recordTimer(stream: FlowingStream, which: string): void {
  const { flow, streamInfo } = stream;
  flow?.record(FlowSteps.timerFired, streamInfo.connectionId, streamInfo.streamId, which);
}

/** The request begins anew inside of the proxy. */
export function recordRepeat(stream: FlowingStream, why: string): void {
  const { flow, streamInfo } = stream;
  flow?.record(FlowSteps.requestRepeated, streamInfo.connectionId, streamInfo.streamId, why);
}

/** F5: the last step; whoever waits for the stream's record can read it. */
export function recordStreamEnd(stream: FlowingStream): void {
  const { flow, streamInfo: info } = stream;
  if (flow === null) return;
  flow.record(FlowSteps.streamEnded, info.connectionId, info.streamId, info.responseCodeDetails, info.responseCode);
  flow.streamEnded(info.streamId);
}
