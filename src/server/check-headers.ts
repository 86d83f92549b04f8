import { applyHeaderRules, HeaderRule } from "../http/formatter/header-rule.js";
import { UnansweredLogContext } from "../http/formatter/unanswered-log-context.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { addressText } from "../network/address.js";
import { type HostDescription, StreamInfo } from "../stream-info/stream-info.js";
import type { ClusterInfo, EndpointConfig } from "../upstream/cluster-info.js";
import type { CheckHeaders } from "../upstream/health-check/http-check-session.js";
import type { HttpCheckConfig } from "../upstream/health-check-config.js";
import { isCanary } from "../upstream/host.js";

/** A check comes from nobody. */
const NO_CLIENT = "127.0.0.1:0";

interface Clock {
  now(): number;
  wallClockMs(): number;
}

/** The header rules of a cluster's HTTP checks; what their values say of host and cluster is true. */
export class CheckHeaderRules {
  private readonly cluster: ClusterInfo;
  private readonly added: readonly HeaderRule[];
  private readonly removed: readonly string[];
  private readonly clock: Clock;

  constructor(cluster: ClusterInfo, { headersToAdd, headersToRemove }: HttpCheckConfig, clock: Clock) {
    this.cluster = cluster;
    this.added = headersToAdd.map((config) => new HeaderRule(config));
    this.removed = headersToRemove;
    this.clock = clock;
  }

  for(endpoint: EndpointConfig): CheckHeaders {
    return { applyTo: (headers) => this.applyTo(headers, endpoint) };
  }

  /** What is removed goes first, so that it can be added anew. */
  private applyTo(headers: HeaderMap, endpoint: EndpointConfig): void {
    for (const name of this.removed) headers.remove(name);
    if (this.added.length > 0)
      applyHeaderRules(this.added, headers, new UnansweredLogContext(headers, this.info(endpoint), this.clock));
  }

  private info(endpoint: EndpointConfig): StreamInfo {
    const info = new StreamInfo(0, 0, "HTTP/1.1", this.clock.now(), this.clock.wallClockMs());
    info.downstreamRemoteAddress = NO_CLIENT;
    info.downstreamDirectRemoteAddress = NO_CLIENT;
    info.downstreamLocalAddress = NO_CLIENT;
    info.cluster = this.cluster;
    info.clusterName = this.cluster.observabilityName;
    info.upstreamHost = describe(endpoint, this.cluster);
    info.upstreamRemoteAddress = info.upstreamHost.addressText;
    return info;
  }
}

function describe(endpoint: EndpointConfig, { observabilityName }: ClusterInfo): HostDescription {
  const { address, hostname, metadata } = endpoint;
  const canary = isCanary(metadata);
  return { addressText: addressText(address), hostname, metadata, observabilityName, canary, zoneResponses: null };
}
