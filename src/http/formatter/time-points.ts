import { NOT_YET, type StreamInfo } from "../../stream-info/stream-info.js";
import type { LogContext } from "./log-context.js";

/** Reads one moment of a stream: the dispatcher's milliseconds, or `NOT_YET`. */
export type TimePoint = (info: StreamInfo) => number;

/** The moments that `%COMMON_DURATION(START:END)%` can name and that are recorded. */
export const TIME_POINTS: ReadonlyMap<string, TimePoint> = new Map<string, TimePoint>([
  ["DS_RX_BEG", (info) => info.startTimeMs],
  ["DS_RX_END", (info) => info.lastDownstreamRxMs],
  ["US_CX_BEG", (info) => info.upstreamConnectStartMs],
  ["US_CX_END", (info) => info.upstreamConnectedMs],
  // Connections are in the clear.
  ["US_HS_END", () => NOT_YET],
  ["US_TX_BEG", (info) => info.firstUpstreamTxMs],
  ["US_TX_END", (info) => info.lastUpstreamTxMs],
  ["US_RX_BEG", (info) => info.firstUpstreamRxMs],
  ["US_RX_END", (info) => info.lastUpstreamRxMs],
  ["DS_TX_BEG", (info) => info.firstDownstreamTxMs],
  ["DS_TX_END", (info) => info.lastDownstreamTxMs],
]);

/** Milliseconds from the start of the stream to its end, or to now while it lasts. */
export function elapsedMs(context: LogContext): number {
  const info = context.streamInfo;
  return (info.endTimeMs === NOT_YET ? context.nowMs() : info.endTimeMs) - info.startTimeMs;
}
