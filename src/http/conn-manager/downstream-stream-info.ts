import type { Connection } from "../../network/connection.js";
import type { Protocol } from "../../stream-info/protocol.js";
import { StreamInfo } from "../../stream-info/stream-info.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";
import type { DownstreamPeer } from "./downstream-peer.js";

/**
 * What is known of a stream when it begins.
 * @param startMs when the first byte of its request arrived, the dispatcher's milliseconds
 */
export function downstreamStreamInfo(
  context: ConnectionManagerContext,
  connection: Connection,
  peer: DownstreamPeer,
  protocol: Protocol,
  startMs: number,
): StreamInfo {
  const { dispatcher, streamIds } = context;
  const startWallMs = dispatcher.wallClockMs() - (dispatcher.now() - startMs);
  const info = new StreamInfo(streamIds.next(), connection.id, protocol, startMs, startWallMs);
  info.downstreamRemoteAddress = peer.remoteText;
  info.downstreamDirectRemoteAddress = peer.remoteText;
  info.downstreamLocalAddress = peer.localText;
  info.origin = context.origin;
  return info;
}
