import { type Address, addressText } from "../network/address.js";
import type { HostDescription } from "../stream-info/stream-info.js";
import type { EndpointConfig } from "./cluster-info.js";
import type { ConnectionPool } from "./pool/connection-pool.js";

/** One endpoint of a cluster, with what this worker knows of it. */
export class Host implements HostDescription {
  private currentAddress: Address;
  private currentText: string;
  readonly hostname: string;
  readonly clusterName: string;
  readonly weight: number;
  /** This worker's pool for the host, made when first needed. */
  pool: ConnectionPool | null = null;
  readonly stats = new HostStats();

  constructor(endpoint: EndpointConfig, clusterName: string) {
    this.currentAddress = endpoint.address;
    this.currentText = addressText(endpoint.address);
    this.hostname = endpoint.hostname;
    this.clusterName = clusterName;
    this.weight = endpoint.weight;
  }

  /** Where new connections go. */
  get address(): Address {
    return this.currentAddress;
  }

  get addressText(): string {
    return this.currentText;
  }

  /** The logical host is elsewhere now; connections that stand are used on (BEHAVIOUR 6.1). */
  moveTo(address: Address): void {
    this.currentAddress = address;
    this.currentText = addressText(address);
  }
}

/** Counts of one host in one worker, as `/clusters` shows them summed up. */
export class HostStats {
  cxTotal = 0;
  cxActive = 0;
  cxConnectFail = 0;
  rqTotal = 0;
  rqActive = 0;
  rqSuccess = 0;
  rqError = 0;
  rqTimeout = 0;
}
