import type { Connection } from "../../network/connection.js";

/** What the connection says of its peer, worked out once a connection. */
export interface DownstreamPeer {
  /** Empty for a pipe. */
  readonly remoteHost: string;
  readonly remoteText: string;
  readonly localHost: string;
  readonly localText: string;
  /** 0 for a pipe. */
  readonly localPort: number;
}

/** Reads off a connection who is at its other end. */
export function downstreamPeer(connection: Connection): DownstreamPeer {
  return {
    remoteHost: connection.remoteHost,
    remoteText: connection.remoteAddressText,
    localHost: connection.localHost,
    localText: connection.localAddressText,
    localPort: connection.localPort,
  };
}
