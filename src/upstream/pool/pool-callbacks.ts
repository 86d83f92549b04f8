import type { FlowRecorder } from "../../flow/flow-recorder.js";
import type { RequestEncoder, ResponseDecoder, StreamCallbacks } from "../../http/codec/codec.js";
import type { ResetReason } from "../../http/codec/reset-reason.js";
import type { ActiveClient } from "./active-client.js";

/** Where the steps of a stream are recorded. */
export interface FlowOfStream {
  /** Null when nobody looks. */
  readonly flow: FlowRecorder | null;
  readonly flowStreamId: number;
}

/** Who asks a pool for a stream. Implemented by `UpstreamRequest`, which is also what the stream reports to. */
export interface PoolCallbacks extends ResponseDecoder, StreamCallbacks, FlowOfStream {
  /** A connection that was used before will not do: it may be as stale as the one that the stream had. */
  readonly needsFreshConnection: boolean;
  /**
   * A connection that was used before, and may have ended, is looked at once more before anything is sent: the request is
   * not one that could be sent a second time.
   */
  readonly looksForEnd: boolean;
  /** A connection is ready: write the request. */
  onPoolReady(encoder: RequestEncoder, client: ActiveClient): void;
  /**
   * There will be no connection.
   * @param transportFailureReason what the operating system said; empty when it said nothing
   */
  onPoolFailure(reason: ResetReason, transportFailureReason: string): void;
}

/** A stream that waits for a connection and may give up waiting. */
export interface Cancellable {
  cancel(): void;
}
