import { canonicalText, LB_METADATA, type Metadata } from "../common/metadata.js";
import { type Address, addressText } from "../network/address.js";
import type { HostDescription, ResponseRecord } from "../stream-info/stream-info.js";
import type { EndpointConfig } from "./cluster-info.js";
import { type HostConnectionCount, UNCOUNTED_CONNECTIONS } from "./host-connections.js";
import type { HostFailureReceiver } from "./host-failure-receiver.js";
import {
  EDS_FLAGS,
  type EndpointHealth,
  edsFlags,
  HealthFlags,
  type HostHealth,
  healthOf,
  isExcluded,
} from "./host-health.js";
import { type Locality, localityKey } from "./locality.js";
import type { HostOutlierMonitor } from "./outlier/host-outlier-monitor.js";
import { HostPools } from "./pool/host-pools.js";

/** One endpoint of a cluster, with what this worker knows of it. Health and weights change through its `Cluster`. */
export class Host implements HostDescription {
  private currentAddress: Address;
  private currentText: string;
  readonly hostname: string;
  /** Name of the cluster that the host belongs to. */
  readonly clusterName: string;
  /** Of that cluster. */
  observabilityName: string;
  readonly locality: Locality;
  readonly priority: number;
  private endpoint: EndpointConfig;
  private flags: number;
  private currentHealth: HostHealth;
  private changes = 0;
  /** When it began to be healthy, milliseconds of the dispatcher's clock: slow start counts from here. */
  healthySinceMs = 0;
  /** Told when the host itself asks to get no more requests; null where nobody checks its health. */
  healthReceiver: HostFailureReceiver | null = null;
  /** Counts its results for outlier detection; null when nobody watches. */
  outlier: HostOutlierMonitor | null = null;
  zoneResponses: ResponseRecord | null = null;
  /** Of all workers; not counted where nobody limits them. */
  connections: HostConnectionCount = UNCOUNTED_CONNECTIONS;
  /**
   * When it last closed a used connection without having said so, milliseconds of the dispatcher's clock: it may do so again
   * at the moment of a reuse. Long ago where it never did.
   */
  lastUnannouncedEndMs = Number.NEGATIVE_INFINITY;
  /** This worker's, each made when first needed. */
  pools = new HostPools();
  readonly stats = new HostStats();

  constructor(endpoint: EndpointConfig, clusterName: string) {
    this.currentAddress = endpoint.address;
    this.currentText = addressText(endpoint.address);
    this.hostname = endpoint.hostname;
    this.clusterName = clusterName;
    this.observabilityName = clusterName;
    this.locality = endpoint.locality;
    this.priority = endpoint.priority;
    this.endpoint = endpoint;
    this.flags = configuredFlags(endpoint);
    this.currentHealth = healthOf(this.flags);
  }

  /** Where new connections go. */
  get address(): Address {
    return this.currentAddress;
  }

  get addressText(): string {
    return this.currentText;
  }

  get weight(): number {
    return this.endpoint.weight;
  }

  get localityWeight(): number {
    return this.endpoint.localityWeight;
  }

  get metadata(): Metadata {
    return this.endpoint.metadata;
  }

  /** Metadata says that it runs a release on trial. */
  get canary(): boolean {
    return isCanary(this.endpoint.metadata);
  }

  /** What configuration or discovery says of its health. */
  get configuredHealth(): EndpointHealth {
    return this.endpoint.health;
  }

  /** Bits of `HealthFlags`. */
  get healthFlags(): number {
    return this.flags;
  }

  get health(): HostHealth {
    return this.currentHealth;
  }

  /** Does not count when the health of its priority is measured. */
  get isExcluded(): boolean {
    return isExcluded(this.flags);
  }

  /** Another number after each change of health, weight or metadata. */
  get version(): number {
    return this.changes;
  }

  /** The logical host is elsewhere now; connections that stand are used on. */
  moveTo(address: Address): void {
    this.currentAddress = address;
    this.currentText = addressText(address);
  }

  /** Whether an endpoint is this host, with another weight, health or metadata at most. */
  isAt(endpoint: EndpointConfig): boolean {
    return (
      this.hostname === endpoint.hostname &&
      this.priority === endpoint.priority &&
      localityKey(this.locality) === localityKey(endpoint.locality) &&
      this.currentText === addressText(endpoint.address)
    );
  }

  /** Takes over what may change while the host stays the same. `Cluster` only. */
  takeOver(endpoint: EndpointConfig): void {
    const before = this.endpoint;
    this.endpoint = endpoint;
    if (before.weight !== endpoint.weight || before.localityWeight !== endpoint.localityWeight) this.changes++;
    if (!areEqual(before.metadata, endpoint.metadata)) this.changes++;
    this.setHealthFlags(CONFIGURED_FLAGS, configuredFlags(endpoint));
  }

  /** Sets the flags of `mask` to those of `flags`. `Cluster` only, which recomputes what follows from it. */
  setHealthFlags(mask: number, flags: number): void {
    const after = (this.flags & ~mask) | (flags & mask);
    if (after === this.flags) return;
    this.flags = after;
    this.currentHealth = healthOf(after);
    this.changes++;
  }
}

/** Metadata of a host that runs a release on trial. */
export function isCanary(metadata: Metadata): boolean {
  return metadata[LB_METADATA]?.canary === true;
}

const CONFIGURED_FLAGS = EDS_FLAGS | HealthFlags.pendingDynamicRemoval;

/** What discovery alone decides. */
function configuredFlags({ health, isPendingRemoval }: EndpointConfig): number {
  return edsFlags(health) | (isPendingRemoval === true ? HealthFlags.pendingDynamicRemoval : 0);
}

/** What came from another thread is a copy, equal or not. */
function areEqual(a: Metadata, b: Metadata): boolean {
  return a === b || canonicalText(a) === canonicalText(b);
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
