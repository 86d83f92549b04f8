import type { RandomSource } from "../../../common/random.js";
import type { RuntimeFraction } from "../../../common/runtime.js";
import { type FlowStep, FlowSteps } from "../../../flow/flow-step.js";
import type { ClusterPolicies } from "../../../route/cluster-policies.js";
import type { ForwardAction } from "../../../route/forward-action.js";
import type { MirrorPolicy } from "../../../route/mirror-policy.js";
import type { BackOffConfig } from "../../../route/retry-policy-config.js";
import type { Route } from "../../../route/route.js";
import type { RequestTimeouts } from "../../../route/route-timeouts.js";
import type { ConnectConfig } from "../../../route/route-upgrade.js";
import type { AccessLogConfig } from "../../../stream-info/access-log-config.js";
import { type ResponseFlags, responseFlagBit } from "../../../stream-info/response-flag.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { ClusterManager } from "../../../upstream/cluster-manager.js";
import { ANY_HOST } from "../../../upstream/load-balancer-context.js";
import type { Shedding } from "../../../upstream/load-shedding.js";
import { poolKind } from "../../../upstream/pool/pool-kind.js";
import type { AccessLogger } from "../../access-log/access-logger.js";
import type {
  DecoderFilterCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  LocalReply,
  StreamDecoderFilter,
} from "../../filter/filter.js";
import { emptyReply } from "../../filter/local-reply.js";
import { setAttemptCount } from "../../headers/attempt-count.js";
import { hasEnvoyHeader } from "../../headers/envoy-header.js";
import { isGrpcRequest } from "../../headers/grpc-request.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { AutoHostRewrite } from "./auto-host-rewrite.js";
import { directReply } from "./direct-reply.js";
import { Forwarding } from "./forwarding.js";
import type { ForwardingPlan } from "./forwarding-plan.js";
import { InternalRedirect } from "./internal-redirect.js";
import { MirrorSet } from "./mirror-set.js";
import { countResponse } from "./request-counts.js";
import {
  type CheckedHeader,
  checkDirectives,
  takeAltStatName,
  takeRetryDirectives,
  takeTimeoutDirectives,
} from "./request-directives.js";
import { type RequestHostSelection, requestHostSelection } from "./request-host-selection.js";
import { replayLimit } from "./request-replay.js";
import { rewriteRequest } from "./request-rewrite.js";
import { announceTimeout, requestTimeouts } from "./request-timeouts.js";
import { RetryHostSelection } from "./retry-host-selection.js";
import { createRetryState } from "./retry-state.js";
import type { RouterStats } from "./router-stats.js";
import { SHEDDING_REPLIES } from "./shedding-reply.js";
import { endWithoutHost } from "./unanswered-request.js";

/** `envoy.extensions.filters.http.router.v3.Router` as plain data. */
export interface RouterConfig {
  readonly suppressEnvoyHeaders: boolean;
  /** Headers that must be well-formed where they are sent. */
  readonly strictCheckHeaders: readonly CheckedHeader[];
  readonly respectExpectedRqTimeout: boolean;
  /** Responses are counted by status and time. */
  readonly dynamicStats: boolean;
  /** Responses to gRPC requests count as complete, not by status, which says little of them. */
  readonly suppressGrpcCodeStats: boolean;
  /** A line for each attempt. */
  readonly upstreamLogs: readonly AccessLogConfig[];
}

/** What the routers of one connection manager share. */
export interface RouterContext {
  readonly config: RouterConfig;
  readonly clusters: ClusterManager;
  /** Null when no cluster has any. */
  readonly clusterPolicies: ClusterPolicies | null;
  readonly stats: RouterStats;
  /** Told of each attempt; mostly none. */
  readonly upstreamLoggers: readonly AccessLogger[];
  readonly random: RandomSource;
  /** A request whose reused connection closes before a byte of the response is sent once more. */
  readonly repeatsOnStaleConnection: boolean;
  /** Waits of retries that no policy sets (`upstream.base_retry_backoff_ms` of the runtime). */
  readonly retryBackOff: BackOffConfig;
  /** `upstream.use_retry` of the runtime: of all retries that may be made, the share that is. */
  readonly retryShare: RuntimeFraction;
}

/**
 * The terminal filter: finds out where a request goes, and hands it to its `Forwarding` or answers it here. Steps B1, B2
 * and B6 of docs/life-of-a-request.md.
 */
export class RouterFilter implements StreamDecoderFilter {
  private readonly context: RouterContext;
  private callbacks!: DecoderFilterCallbacks;
  /** Null before the request is routed, and when it is not forwarded. */
  private forwarding: Forwarding | null = null;
  /** Null when the request is not mirrored. */
  private mirrors: MirrorSet | null = null;

  constructor(context: RouterContext) {
    this.context = context;
  }

  setDecoderFilterCallbacks(callbacks: DecoderFilterCallbacks): void {
    this.callbacks = callbacks;
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): FilterHeadersStatus {
    this.context.stats.rqTotal.inc();
    if (this.callbacks.stream.flow !== null) this.step(FlowSteps.routerStarts, `${headers.method} ${headers.path}`);
    const route = this.callbacks.stream.route();
    if (route === null) {
      this.context.stats.noRoute.inc();
      this.replyFlagged(NO_ROUTE, emptyReply(404, "route_not_found"));
      return "stopIteration";
    }
    const { action } = route;
    if (action.kind === "forward") this.forward(headers, endStream, route, action);
    else this.answer(route, action);
    return "stopIteration";
  }

  /** A route that does not forward. */
  private answer(route: Route, action: Exclude<Route["action"], ForwardAction>): void {
    this.step(FlowSteps.routeMatched, route.name);
    if (action.kind === "nonForwarding") {
      // A filter was to answer.
      this.replyWithoutCluster(503);
      return;
    }
    this.context.stats.rqDirectResponse.inc();
    if (action.kind === "redirect") this.context.stats.rqRedirect.inc();
    this.callbacks.sendLocalReply(directReply(route, action, this.callbacks.stream.formatContext));
  }

  private replyWithoutCluster(status: number): void {
    this.context.stats.noCluster.inc();
    this.replyFlagged(NO_CLUSTER, emptyReply(status, "cluster_not_found"));
  }

  private forward(headers: HeaderMap, endStream: boolean, route: Route, routeAction: ForwardAction): void {
    const { config, clusters, clusterPolicies } = this.context;
    const clusterName = routeAction.cluster(headers);
    this.step(FlowSteps.routeMatched, clusterName);
    const cluster = clusters.get(clusterName);
    if (cluster === null) {
      this.replyWithoutCluster(routeAction.clusterNotFoundStatus);
      return;
    }
    if (config.strictCheckHeaders.length > 0) {
      const refusal = checkDirectives(config.strictCheckHeaders, headers);
      if (refusal !== null) {
        this.replyFlagged(INVALID_HEADERS, refusal);
        return;
      }
    }
    const { streamInfo } = this.callbacks.stream;
    streamInfo.clusterName = cluster.info.name;
    streamInfo.cluster = cluster.info;
    if (!config.dynamicStats) streamInfo.countsResponse = false;
    if (config.suppressGrpcCodeStats && isGrpcRequest(headers)) streamInfo.countsStatus = false;
    const hasDirectives = hasEnvoyHeader(headers);
    if (hasDirectives) streamInfo.altStatName = takeAltStatName(headers);
    if (cluster.shedding !== null) {
      const shedding = cluster.shedding.shed();
      if (shedding !== null) {
        this.turnAway(cluster, shedding);
        return;
      }
    }
    const policies = clusterPolicies === null ? undefined : clusterPolicies.get(clusterName);
    const action = policies === undefined ? routeAction : routeAction.under(policies);
    const selection = requestHostSelection(action, headers, this.callbacks.stream.streamInfo, cluster);
    const host = selection === null ? cluster.chooseHost() : cluster.chooseHost(selection);
    if (host === null) {
      endWithoutHost(this.callbacks, cluster.stats);
      return;
    }
    this.step(FlowSteps.hostChosen, host.addressText);
    const directives = hasDirectives ? takeTimeoutDirectives(headers) : null;
    const timeouts = requestTimeouts(action, headers, directives, config.respectExpectedRqTimeout);
    // The rules of the route see what the proxy says of the attempt, and may take it away.
    announceTimeout(headers, timeouts, action, 0, config.suppressEnvoyHeaders);
    if (route.virtualHost.includeRequestAttemptCount) setAttemptCount(headers, 1);
    const refusal = rewriteRequest(
      headers,
      route,
      action,
      this.callbacks.stream.formatContext,
      config.suppressEnvoyHeaders,
    );
    if (refusal !== null) {
      this.callbacks.sendLocalReply(refusal);
      return;
    }
    const plan = this.planFor(headers, route, action, cluster, selection, timeouts);
    if (action.mirrorPolicies !== null) this.copyForMirrors(headers, action.mirrorPolicies, plan);
    this.forwarding = new Forwarding(this.context, this.callbacks, headers, plan);
    this.forwarding.start(host, endStream);
    this.mirrors?.send(endStream);
  }

  /** The cluster is in maintenance, or told to drop a share of its requests. */
  private turnAway(cluster: Cluster, shedding: Shedding): void {
    const { flag, reply, bareReply } = SHEDDING_REPLIES[shedding];
    (shedding === "maintenance" ? cluster.stats.rqMaintenanceMode : cluster.stats.rqDropOverload).inc();
    countResponse(cluster.stats, this.callbacks.stream.streamInfo, reply.status);
    this.replyFlagged(flag, this.context.config.suppressEnvoyHeaders ? bareReply : reply);
  }

  private planFor(
    headers: HeaderMap,
    route: Route,
    action: ForwardAction,
    cluster: Cluster,
    selection: RequestHostSelection | null,
    timeouts: RequestTimeouts,
  ): ForwardingPlan {
    const { config } = this.context;
    // Those that have headers of ours have limits of their own. Rules of the route may ask for retries, too.
    const mayAsk = timeouts !== action.timeouts || route.requestRules !== null;
    const asked = mayAsk && hasEnvoyHeader(headers) ? takeRetryDirectives(headers) : null;
    const { stream } = this.callbacks;
    const retry = createRetryState(action, asked, headers, cluster, stream.streamInfo, this.context);
    const replayLimitBytes = replayLimit(action.config, stream.bufferLimitBytes);
    const policy = action.config.internalRedirect;
    const redirect =
      policy === null ? null : new InternalRedirect(policy, route.name, this.context.stats, cluster.stats);
    const autoHost = action.autoHostRewrite ? new AutoHostRewrite(action, !config.suppressEnvoyHeaders) : null;
    const endsHere = action.connect !== null && endsTunnel(action.connect, headers.method);
    const { priority } = action.config;
    const protocol = endsHere ? "tcp" : "http1";
    const isOwn = cluster.info.poolPolicy.perDownstreamConnection;
    const kind = isOwn ? stream.ownPools.kindOf(protocol, priority) : poolKind(protocol, priority);
    const hosts = retry === null ? null : (action.retryPolicy?.config.hosts ?? null);
    const retryHosts = hosts === null ? null : new RetryHostSelection(selection ?? ANY_HOST, hosts);
    return {
      route,
      action,
      cluster,
      poolKind: kind,
      timeouts,
      retry,
      replayLimitBytes,
      autoHost,
      selection,
      retryHosts,
      redirect,
    };
  }

  /** Neither what becomes a tunnel nor what may be repeated: the request as it is, once. */
  private copyForMirrors(headers: HeaderMap, policies: readonly MirrorPolicy[], plan: ForwardingPlan): void {
    if (headers.upgradeType !== "") return;
    const { dispatcher, bufferLimitBytes, formatContext } = this.callbacks.stream;
    const context = { dispatcher, bufferLimitBytes, timeoutMs: plan.timeouts.globalMs, formatContext };
    this.mirrors = new MirrorSet();
    this.mirrors.copy(policies, headers, this.callbacks.stream.randomValue(), this.context.clusters, context);
  }

  decodeData(data: Buffer, endStream: boolean): FilterDataStatus {
    let bytes = data;
    if (this.mirrors !== null) {
      bytes = this.callbacks.keep(data);
      this.mirrors.decodeData(bytes, endStream);
    }
    this.forwarding?.decodeData(bytes, endStream);
    return "stopIterationNoBuffer";
  }

  decodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    this.mirrors?.decodeTrailers(trailers);
    this.forwarding?.decodeTrailers(trailers);
    return "stopIteration";
  }

  onDestroy(): void {
    this.mirrors?.destroy();
    this.forwarding?.destroy();
  }

  private replyFlagged(flag: ResponseFlags, reply: LocalReply): void {
    this.callbacks.stream.streamInfo.setResponseFlag(flag);
    this.callbacks.sendLocalReply(reply);
  }

  private step(step: FlowStep, detail: string): void {
    const { flow, streamInfo } = this.callbacks.stream;
    flow?.record(step, streamInfo.connectionId, streamInfo.streamId, detail);
  }
}

const NO_ROUTE = responseFlagBit("NR");
const NO_CLUSTER = responseFlagBit("NC");
const INVALID_HEADERS = responseFlagBit("IH");

/** Whether the bytes of such a request go on without HTTP around them. */
function endsTunnel(connect: ConnectConfig, method: string): boolean {
  return method === "CONNECT" || (method === "POST" && connect.allowPost);
}
