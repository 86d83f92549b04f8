import { RecordedStats } from "../../test/support/recorded-stats.js";
import { SimulatedDispatcher } from "../../test/support/simulated-dispatcher.js";
import { SimulatedNetwork, type SimulatedNetworkOptions } from "../../test/support/simulated-network.js";
import type { SimulatedPeer } from "../../test/support/simulated-peer.js";
import { POISON } from "../../test/support/simulated-socket.js";
import type { Address } from "./address.js";
import { Connection, type ConnectionCallbacks, type ConnectionEvent, type ConnectionStats } from "./connection.js";
import { ReadBuffers } from "./read-buffers.js";
import type { StreamSocket, StreamSocketCallbacks } from "./stream-socket.js";

export const ADDRESS: Address = { kind: "ip", host: "10.0.0.1", port: 80 };

/** Bytes in which every position is recognized, and none is what read memory is overwritten with. */
export function patterned(length: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (seed + i * 7 + (i >> 8)) % POISON;
  return bytes;
}

/** The layer above a connection: writes down what it is told. */
export class ConnectionProbe implements ConnectionCallbacks {
  readonly events: string[] = [];
  readonly reads: Buffer[] = [];
  whenData: (data: Buffer) => void = () => {};
  whenRemoteEnd: () => void = () => {};
  whenEvent: (event: ConnectionEvent) => void = () => {};
  whenAbove: () => void = () => {};

  get received(): string {
    return Buffer.concat(this.reads).toString("latin1");
  }

  onData(data: Buffer): void {
    this.reads.push(Buffer.from(data));
    this.whenData(data);
  }

  onRemoteEnd(): void {
    this.events.push("remoteEnd");
    this.whenRemoteEnd();
  }

  onConnectionEvent(event: ConnectionEvent): void {
    this.events.push(event);
    this.whenEvent(event);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.events.push("above");
    this.whenAbove();
  }

  onBelowWriteBufferLowWatermark(): void {
    this.events.push("below");
  }
}

/** A socket that does what a test says, and writes down what it is asked. */
export class FakeSocket implements StreamSocket {
  localAddress: Address | null = null;
  remoteAddress: Address | null = null;
  unsentBytes = 0;
  isWriteBroken = false;
  /** Calls in order; writes with their size. */
  readonly calls: string[] = [];
  readonly written: (string | Buffer)[] = [];
  callbacks: StreamSocketCallbacks | null = null;

  setCallbacks(callbacks: StreamSocketCallbacks): void {
    this.callbacks = callbacks;
  }

  writeText(text: string): void {
    this.calls.push(`text ${text.length}`);
    this.written.push(text);
  }

  writeBytes(bytes: Buffer): void {
    this.calls.push(`bytes ${bytes.length}`);
    this.written.push(bytes);
  }

  cork(): void {
    this.calls.push("cork");
  }

  uncork(): void {
    this.calls.push("uncork");
  }

  pauseReading(): void {
    this.calls.push("pause");
  }

  resumeReading(): void {
    this.calls.push("resume");
  }

  end(): void {
    this.calls.push("end");
  }

  destroy(): void {
    this.calls.push("destroy");
  }

  reset(): void {
    this.calls.push("reset");
  }

  /** What was written, as the peer would read it. */
  get text(): string {
    return this.written.map((piece) => (typeof piece === "string" ? piece : piece.toString("latin1"))).join("");
  }
}

function connectionStats(stats: RecordedStats): ConnectionStats {
  return {
    rxBytes: stats.root.counter("rx"),
    txBytes: stats.root.counter("tx"),
    rxBuffered: stats.root.gauge("rx_buffered"),
    txBuffered: stats.root.gauge("tx_buffered"),
    delayedCloseTimeouts: stats.root.counter("delayed_close_timeouts"),
  };
}

export interface ConnectionOptions {
  readonly connected?: boolean;
  readonly bufferLimitBytes?: number;
}

/** A connection on a socket whose events the test makes. */
export function connectionOn(socket: FakeSocket, options: ConnectionOptions = {}) {
  const dispatcher = new SimulatedDispatcher();
  const stats = new RecordedStats();
  const context = { dispatcher, readBuffers: new ReadBuffers() };
  const { connected = true, bufferLimitBytes = 1_000 } = options;
  const connection = new Connection(1, socket, context, connectionStats(stats), {
    connected,
    bufferLimitBytes,
    flow: null,
  });
  const probe = new ConnectionProbe();
  connection.setCallbacks(probe);
  return { dispatcher, stats, connection, probe, context };
}

/** A connection that was accepted from a peer, which the test scripts, on the simulated network. */
export function acceptedConnection(network: SimulatedNetworkOptions = {}, options: ConnectionOptions = {}) {
  const dispatcher = new SimulatedDispatcher();
  const stats = new RecordedStats();
  const simulated = new SimulatedNetwork(dispatcher, network);
  const context = { dispatcher, readBuffers: simulated.readBuffers };
  const probe = new ConnectionProbe();
  let accepted: Connection | null = null;
  simulated.listen(ADDRESS, {
    onAccept: (socket) => {
      const { bufferLimitBytes = 1024 * 1024 } = options;
      accepted = new Connection(1, socket, context, connectionStats(stats), {
        connected: true,
        bufferLimitBytes,
        flow: null,
      });
      accepted.setCallbacks(probe);
    },
    onListenError: () => {},
  });
  const peer: SimulatedPeer = simulated.connectPeer(ADDRESS);
  dispatcher.runUntilIdle();
  return { dispatcher, stats, connection: accepted as unknown as Connection, probe, peer, context };
}
