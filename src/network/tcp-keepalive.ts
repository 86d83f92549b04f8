import net from "node:net";
import type { TcpKeepalive } from "./stream-socket.js";

/** `setKeepAlive` as newer Nodes have it (nodejs/node 63825): older ones take no notice of what is behind the delay. */
interface KeepaliveSocket {
  setKeepAlive(enable: boolean, initialDelayMs: number, intervalMs: number, count: number): void;
}

/** Whether this Node can set the interval and the number of probes. */
export function canSetKeepaliveProbes(): boolean {
  return net.Socket.prototype.setKeepAlive.length >= 4;
}

/** Of a socket that is connected: before, Node forgets all but the delay. */
export function setKeepalive(socket: net.Socket, { timeMs, intervalMs, probes }: TcpKeepalive): void {
  (socket as KeepaliveSocket).setKeepAlive(true, timeMs, intervalMs, probes);
}
