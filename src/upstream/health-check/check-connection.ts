import type { Dispatcher } from "../../event/dispatcher.js";
import type { Address } from "../../network/address.js";
import { Connection, type ConnectionCallbacks, type ConnectionStats } from "../../network/connection.js";
import type { IdSource } from "../../network/listener.js";
import type { ReadBuffers } from "../../network/read-buffers.js";
import type { SocketFactory } from "../../network/stream-socket.js";

/** What checks need to open connections. */
export interface CheckNetwork {
  readonly dispatcher: Dispatcher;
  readonly readBuffers: ReadBuffers;
  readonly sockets: SocketFactory;
  readonly connectionIds: IdSource;
  readonly stats: ConnectionStats;
}

/** Opens a connection for checks; `connected`, or a close, follows. */
export function openCheckConnection(
  network: CheckNetwork,
  address: Address,
  callbacks: ConnectionCallbacks,
): Connection {
  const { dispatcher, readBuffers, sockets, connectionIds, stats } = network;
  const options = { connected: false, bufferLimitBytes: 0, flow: null };
  const context = { dispatcher, readBuffers };
  const connection = new Connection(connectionIds.next(), sockets.connect(address), context, stats, options);
  connection.setCallbacks(callbacks);
  return connection;
}
