import type { Hash64 } from "../../../common/hash64.js";
import { canonicalText, LB_METADATA, type MetadataStruct } from "../../../common/metadata.js";
import type { RetryHostsConfig } from "../../../route/retry-policy-config.js";
import type { StreamInfo } from "../../../stream-info/stream-info.js";
import type { Host } from "../../../upstream/host.js";
import type { LoadBalancerContext, OverrideHost } from "../../../upstream/load-balancer-context.js";
import type { MetadataMatchCriteria } from "../../../upstream/metadata-match.js";
import { availabilityOf, loadOf, type PriorityLoad } from "../../../upstream/priority-load.js";
import type { PrioritySet } from "../../../upstream/priority-set.js";
import type { HeaderMap } from "../../headers/header-map.js";

/**
 * What a balancer learns of a request that has been tried: besides what the request itself asks for, which hosts and
 * priorities the next attempt should keep away from. Owner: `Forwarding`.
 */
export class RetryHostSelection implements LoadBalancerContext {
  private readonly request: LoadBalancerContext;
  private readonly config: RetryHostsConfig;
  /** Hosts of the attempts so far. */
  private readonly attempted: Host[] = [];
  /** Attempts since the priorities were last left out. */
  private sinceUpdate: Host[] = [];
  private readonly leftOut = new Set<number>();

  constructor(request: LoadBalancerContext, config: RetryHostsConfig) {
    this.request = request;
    this.config = config;
  }

  onHostAttempted(host: Host): void {
    this.attempted.push(host);
    this.sinceUpdate.push(host);
  }

  shouldSelectAnotherHost(host: Host): boolean {
    if (this.attempted.length === 0) return this.request.shouldSelectAnotherHost(host);
    const { omitPreviousHosts, omitCanaryHosts, omitMetadata } = this.config;
    if (omitPreviousHosts && this.attempted.includes(host)) return true;
    if (omitCanaryHosts && host.canary) return true;
    return omitMetadata !== null && hasMetadata(host, omitMetadata);
  }

  hostSelectionRetryCount(): number {
    return this.attempted.length === 0 ? this.request.hostSelectionRetryCount() : this.config.maxSelections;
  }

  /** `envoy.retry_priorities.previous_priorities`: after some attempts, the priorities they went to get no more load. */
  priorityLoad(priorities: PrioritySet, original: PriorityLoad): PriorityLoad {
    const { priorityUpdateFrequency: frequency } = this.config;
    if (frequency === 0 || this.attempted.length === 0) return this.request.priorityLoad(priorities, original);
    if (this.sinceUpdate.length < frequency && this.leftOut.size === 0) return original;
    if (this.sinceUpdate.length >= frequency) {
      for (const host of this.sinceUpdate) this.leftOut.add(priorities.priorityOf(host));
      this.sinceUpdate = [];
    }
    const load = loadWithout(priorities, this.leftOut);
    if (load !== null) return load;
    // All have been tried: begin anew.
    this.leftOut.clear();
    return original;
  }

  hashKey(): Hash64 | null {
    return this.request.hashKey();
  }

  metadataMatch(): MetadataMatchCriteria | null {
    return this.request.metadataMatch();
  }

  overrideHost(): OverrideHost | null {
    return this.request.overrideHost();
  }

  get headers(): HeaderMap | null {
    return this.request.headers;
  }

  get streamInfo(): StreamInfo | null {
    return this.request.streamInfo;
  }

  downstreamAddress(): string {
    return this.request.downstreamAddress();
  }
}

function hasMetadata(host: Host, wanted: MetadataStruct): boolean {
  const metadata = host.metadata[LB_METADATA];
  if (metadata === undefined) return false;
  for (const name of Object.keys(wanted)) {
    const text = canonicalText(wanted[name] ?? null);
    // Of a list, one value is enough.
    const value = metadata[name];
    const values = Array.isArray(value) ? value : [value];
    if (!values.some((one) => one !== undefined && canonicalText(one) === text)) return false;
  }
  return true;
}

function loadWithout(priorities: PrioritySet, leftOut: ReadonlySet<number>): PriorityLoad | null {
  const availability = availabilityOf(priorities.hostSets);
  for (const priority of leftOut) {
    availability.healthy[priority] = 0;
    availability.degraded[priority] = 0;
  }
  return loadOf(availability);
}
