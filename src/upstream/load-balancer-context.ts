import type { Hash64 } from "../common/hash64.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import type { Host } from "./host.js";
import type { MetadataMatchCriteria } from "./metadata-match.js";
import type { PriorityLoad, PriorityView } from "./priority-load.js";

/** A host that a filter wants for its client, by `<ip>:<port>` (session affinity). */
export interface OverrideHost {
  readonly address: string;
  /** No other host will do: without this one there is none. */
  readonly strict: boolean;
}

/**
 * What a load balancer may ask about the request that a host is chosen for. Implemented once for a request, by the
 * router; a balancer asks only for what its policy needs, so that answers may be worked out late.
 */
export interface LoadBalancerContext {
  /** The hash of the route's hash policies; null when none applied, and the balancer draws one. Read at once. */
  hashKey(): Hash64 | null;
  /** What the route asks of a host's metadata; null for nothing. */
  metadataMatch(): MetadataMatchCriteria | null;
  overrideHost(): OverrideHost | null;
  /**
   * Which share of the load each priority gets for this attempt, in percent that sum up to 100. `original` is what health
   * says, and the answer when nothing else is wanted. Retry priorities (`previous_priorities`) work here.
   */
  priorityLoad(priorities: PriorityView, original: PriorityLoad): PriorityLoad;
  /** True for a host that a retry should rather not go to. */
  shouldSelectAnotherHost(host: Host): boolean;
  /** How many times a host that should not be selected is replaced by another draw, before it is taken all the same. */
  hostSelectionRetryCount(): number;
  /** The request's head; null where there is none. */
  readonly headers: HeaderMap | null;
  /** What is known of the stream; null where there is none. */
  readonly streamInfo: StreamInfo | null;
  /** The client's address, `192.0.2.1:443`; empty when there is none. */
  downstreamAddress(): string;
}

/** A request that asks for nothing in particular. */
export const ANY_HOST: LoadBalancerContext = {
  hashKey: () => null,
  metadataMatch: () => null,
  overrideHost: () => null,
  priorityLoad: (_priorities, original) => original,
  shouldSelectAnotherHost: () => false,
  hostSelectionRetryCount: () => 0,
  headers: null,
  streamInfo: null,
  downstreamAddress: () => "",
};
