import { StreamInfo } from "./stream-info.js";

/** The facts of a stream that begins anew behind an internal redirect: what is known of the client stays. */
export function streamInfoOfNextPass(info: StreamInfo, nowMs: number, nowWallMs: number): StreamInfo {
  const next = new StreamInfo(info.streamId, info.connectionId, info.protocol, nowMs, nowWallMs);
  next.bytesReceived = info.bytesReceived;
  next.downstreamRemoteAddress = info.downstreamRemoteAddress;
  next.downstreamDirectRemoteAddress = info.downstreamDirectRemoteAddress;
  next.downstreamLocalAddress = info.downstreamLocalAddress;
  next.requestedServerName = info.requestedServerName;
  next.origin = info.origin;
  next.downstreamTls = info.downstreamTls;
  next.filterState = info.filterState;
  next.lastDownstreamRxMs = nowMs;
  return next;
}
