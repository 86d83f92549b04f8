import type { ForwardAction } from "../../../route/forward-action.js";
import type { Route } from "../../../route/route.js";
import type { RequestTimeouts } from "../../../route/route-timeouts.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { PoolKind } from "../../../upstream/pool/pool-kind.js";
import type { AutoHostRewrite } from "./auto-host-rewrite.js";
import type { InternalRedirect } from "./internal-redirect.js";
import type { RequestHostSelection } from "./request-host-selection.js";
import type { RetryHostSelection } from "./retry-host-selection.js";
import type { RetryState } from "./retry-state.js";

/** How a request is to be forwarded, as route, cluster and its own headers say. */
export interface ForwardingPlan {
  readonly route: Route;
  readonly action: ForwardAction;
  readonly cluster: Cluster;
  readonly poolKind: PoolKind;
  readonly timeouts: RequestTimeouts;
  /** Null when no condition lets it be tried again. */
  readonly retry: RetryState | null;
  /** Bytes of the body that may be kept for another attempt; 0 is no limit. */
  readonly replayLimitBytes: number;
  /** Gives each attempt the name of its host; null when the host is settled. */
  readonly autoHost: AutoHostRewrite | null;
  /** Null when redirects are the client's to follow. */
  readonly redirect: InternalRedirect | null;
  /** What balancers learn of the request; null for nothing. */
  readonly selection: RequestHostSelection | null;
  /** Keeps retries away from hosts that were tried; null when any host will do. */
  readonly retryHosts: RetryHostSelection | null;
}
