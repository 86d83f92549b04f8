import type { Address } from "../../network/address.js";
import type { Connection, ConnectionCallbacks, ConnectionEvent } from "../../network/connection.js";
import type { TcpCheckConfig } from "../health-check-config.js";
import { type CheckNetwork, openCheckConnection } from "./check-connection.js";
import { type CheckReceiver, type CheckResult, type CheckSession, HEALTHY, NETWORK_FAILURE } from "./check-result.js";
import { holdsInOrder } from "./receive-match.js";

/** Bytes of an answer that are kept to look for what is wanted. */
const MAX_RECEIVED_BYTES = 64 * 1024;

/** Checks a host by a connection, by what it sends, or by how it answers. */
export class TcpCheckSession implements CheckSession, ConnectionCallbacks {
  private readonly network: CheckNetwork;
  private readonly address: Address;
  private readonly config: TcpCheckConfig;
  private readonly reuse: boolean;
  private readonly receiver: CheckReceiver;
  private connection: Connection | null = null;
  private checking = false;
  private received = "";

  constructor(
    network: CheckNetwork,
    address: Address,
    config: TcpCheckConfig,
    reuse: boolean,
    receiver: CheckReceiver,
  ) {
    this.network = network;
    this.address = address;
    this.config = config;
    this.reuse = reuse;
    this.receiver = receiver;
  }

  start(): void {
    this.checking = true;
    this.received = "";
    if (this.connection === null) this.connection = openCheckConnection(this.network, this.address, this);
    else this.send(this.connection);
  }

  private send(connection: Connection): void {
    if (this.config.send !== "") connection.writeText(this.config.send);
  }

  cancel(): void {
    this.checking = false;
    this.close("timeout");
  }

  onData(data: Buffer): void {
    if (!this.checking) return;
    this.received = (this.received + data.toString("latin1")).slice(-MAX_RECEIVED_BYTES);
    if (holdsInOrder(this.received, this.config.receive)) this.finish(HEALTHY);
  }

  /** Only of connections that may be half open, which these are not. */
  onRemoteEnd(): void {}

  onConnectionEvent(event: ConnectionEvent): void {
    if (event !== "connected") {
      // Also between checks: a host that closes what was to be used again is one that ends, or that wants no reuse.
      if (this.connection !== null) {
        this.connection = null;
        this.finish(NETWORK_FAILURE);
      }
      return;
    }
    if (this.connection !== null) this.send(this.connection);
    if (this.config.receive.length === 0 && this.checking) this.finish(HEALTHY);
  }

  private finish(result: CheckResult): void {
    this.checking = false;
    // A connection that only had to be made is made anew each time.
    if (!this.reuse || this.config.receive.length === 0 || !result.healthy) this.close("health_check_done");
    this.receiver.onCheckResult(result);
  }

  private close(reason: string): void {
    const { connection } = this;
    this.connection = null;
    connection?.close("flushWrite", reason);
  }

  onAboveWriteBufferHighWatermark(): void {}

  onBelowWriteBufferLowWatermark(): void {}

  destroy(): void {
    this.checking = false;
    this.close("health_check_over");
  }
}
