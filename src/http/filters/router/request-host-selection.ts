import type { Hash64 } from "../../../common/hash64.js";
import type { ForwardAction } from "../../../route/forward-action.js";
import type { HashedRequest } from "../../../route/hash-policy.js";
import type { StreamInfo } from "../../../stream-info/stream-info.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { LoadBalancerContext, OverrideHost } from "../../../upstream/load-balancer-context.js";
import type { MetadataMatchCriteria } from "../../../upstream/metadata-match.js";
import type { PriorityLoad } from "../../../upstream/priority-load.js";
import type { PrioritySet } from "../../../upstream/priority-set.js";
import type { HeaderMap } from "../../headers/header-map.js";

/**
 * What a balancer learns of a request whose route hashes requests or asks for certain hosts, or whose cluster lets requests
 * name their host. Others have none. Owner: `RouterFilter`.
 */
export class RequestHostSelection implements LoadBalancerContext, HashedRequest {
  readonly headers: HeaderMap;
  readonly streamInfo: StreamInfo;
  private readonly action: ForwardAction;
  /** For the client, to come back to the same host. */
  private setCookies: string[] | null = null;

  constructor(action: ForwardAction, headers: HeaderMap, streamInfo: StreamInfo) {
    this.action = action;
    this.headers = headers;
    this.streamInfo = streamInfo;
  }

  hashKey(): Hash64 | null {
    // A retry asks again, and means the same cookies.
    this.setCookies = null;
    return this.action.hashPolicy === null ? null : this.action.hashPolicy.hash(this);
  }

  setCookie(value: string): void {
    if (this.setCookies === null) this.setCookies = [value];
    else this.setCookies.push(value);
  }

  /** Gives the response the cookies that the hash was made of. */
  finalizeResponse(headers: HeaderMap): void {
    const cookies = this.setCookies;
    if (cookies === null) return;
    for (let i = 0; i < cookies.length; i++) headers.add("set-cookie", cookies[i] as string);
  }

  metadataMatch(): MetadataMatchCriteria | null {
    return this.action.metadataMatch;
  }

  downstreamAddress(): string {
    return this.streamInfo.downstreamRemoteAddress;
  }

  overrideHost(): OverrideHost | null {
    return null;
  }

  priorityLoad(_priorities: PrioritySet, original: PriorityLoad): PriorityLoad {
    return original;
  }

  shouldSelectAnotherHost(): boolean {
    return false;
  }

  hostSelectionRetryCount(): number {
    return 0;
  }
}

/** Null where the route leaves the choice to the balancer alone. */
export function requestHostSelection(
  action: ForwardAction,
  headers: HeaderMap,
  streamInfo: StreamInfo,
  cluster: Cluster,
): RequestHostSelection | null {
  const leavesChoice = action.hashPolicy === null && action.metadataMatch === null;
  if (leavesChoice && !cluster.asksRequests) return null;
  return new RequestHostSelection(action, headers, streamInfo);
}
