import type { Dispatcher } from "../event/dispatcher.js";
import { responseFlagBit } from "../stream-info/response-flag.js";
import { StreamInfo } from "../stream-info/stream-info.js";
import { addressText } from "./address.js";
import type { Connection } from "./connection.js";
import type { StreamSocket } from "./stream-socket.js";

/** Told of each connection of a listener when it is over (`Listener.access_log`). */
export interface ConnectionLogger {
  logConnection(info: StreamInfo): void;
}

/** What is known of a connection that no filter chain took, for its line in the log. */
export function refusedConnection(id: number, socket: StreamSocket, dispatcher: Dispatcher): StreamInfo {
  const info = connectionInfo(id, socket, dispatcher);
  info.setResponseFlag(NO_ROUTE);
  info.responseCodeDetails = "filter_chain_not_found";
  info.endTimeMs = info.startTimeMs;
  return info;
}

/** What is known of a connection when it begins. */
export function connectionInfo(id: number, socket: StreamSocket, dispatcher: Dispatcher): StreamInfo {
  const info = new StreamInfo(0, id, "HTTP/1.1", dispatcher.now(), dispatcher.wallClockMs());
  const { remoteAddress, localAddress } = socket;
  info.downstreamRemoteAddress = remoteAddress === null ? "" : addressText(remoteAddress);
  info.downstreamDirectRemoteAddress = info.downstreamRemoteAddress;
  info.downstreamLocalAddress = localAddress === null ? "" : addressText(localAddress);
  return info;
}

/** What the end adds. */
export function completeConnectionInfo(info: StreamInfo, connection: Connection, dispatcher: Dispatcher): void {
  info.bytesReceived = connection.receivedBytes;
  info.bytesSent = connection.sentBytes;
  info.connectionTerminationDetails = connection.endReason;
  info.endTimeMs = dispatcher.now();
}

const NO_ROUTE = responseFlagBit("NR");
