import type { SourcePosition } from "../../config/decode/source-map.js";
import type { HeaderField } from "./http-head.js";

/*
 * Why a request takes the way it takes: plain data, printed as text or JSON.
 */

/** Something the configuration says, or does not. */
export interface Explained {
  readonly text: string;
  /** Where it stands; null for what nobody has set. */
  readonly place: ExplainedPlace | null;
}

export interface ExplainedPlace extends SourcePosition {
  /** From the root of the configuration. */
  readonly path: string;
}

export interface PassedOver extends Explained {
  /** What the first condition that failed looks at, and what it expects. */
  readonly subject: string;
  readonly expected: string;
}

export interface Setting extends Explained {
  /** `timeout`, `retry_policy.retry_on`. */
  readonly name: string;
}

export interface ExplainedHeader {
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The rule that changed it; null for what the proxy does by itself. */
  readonly place: ExplainedPlace | null;
}

export interface ExplainedFilter extends Setting {
  /** The configurations that the request's route gives it, the most specific first. */
  readonly perRoute: readonly Explained[];
}

export interface UpstreamSide {
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: readonly ExplainedHeader[];
}

export interface Explanation {
  readonly request: {
    readonly method: string;
    readonly authority: string;
    readonly path: string;
    readonly headers: readonly HeaderField[];
  };
  readonly listener: Explained;
  /** Null when the listener has none for the connection. */
  readonly filterChain: Explained | null;
  /** What the route table was asked; null when it was never asked. */
  readonly asked: { readonly authority: string; readonly path: string } | null;
  readonly virtualHost: Explained | null;
  /** The domains that the host could have been, when there is no virtual host for it. */
  readonly domains: readonly string[];
  /** What the generic matcher of the virtual host asked, one by one; empty where it has a list of routes. */
  readonly matched: readonly Explained[];
  /** Routes before the one taken, all of them when there is none. */
  readonly passed: readonly PassedOver[];
  readonly route: Explained | null;
  readonly filters: readonly ExplainedFilter[];
  readonly cluster: Explained | null;
  /** The weight of the cluster, where it was drawn from several; null where the route names one. */
  readonly weight: Explained | null;
  /** The request as it goes to the host that the balancer chose; null when the proxy answers by itself. */
  readonly upstream: UpstreamSide | null;
  /** Further requests: mirrors, and what filters ask. */
  readonly otherUpstreams: readonly UpstreamSide[];
  /** The answer of the proxy itself; null when the upstream host answers. */
  readonly reply: {
    readonly status: number;
    readonly details: string;
    readonly flags: string;
    /** The address behind a tunnel that the answer has opened (CONNECT ends here); empty without one. */
    readonly tunnel: string;
    readonly headers: readonly HeaderField[];
  } | null;
  /** Changes to the response of the upstream host. */
  readonly responseHeaders: readonly ExplainedHeader[];
  readonly settings: readonly Setting[];
  readonly outcome: Outcome;
}

/** The decision in the words of Envoy's `router_check_tool`, for scripts that compare; empty where there is none. */
export interface Outcome {
  readonly cluster_name: string;
  readonly virtual_cluster_name: string;
  readonly virtual_host_name: string;
  readonly route_name: string;
  /** The path and the host that the upstream gets. */
  readonly path_rewrite: string;
  readonly host_rewrite: string;
  /** The URL that the client is sent to. */
  readonly path_redirect: string;
}
