import type { RandomSource } from "../../../common/random.js";
import { type FlowStep, FlowSteps } from "../../../flow/flow-step.js";
import type { Route } from "../../../route/route.js";
import type { ForwardActionConfig } from "../../../route/route-action-config.js";
import type { ConnectConfig } from "../../../route/route-upgrade.js";
import { type ResponseFlags, responseFlagBit } from "../../../stream-info/response-flag.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { ClusterManager } from "../../../upstream/cluster-manager.js";
import type {
  DecoderFilterCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  LocalReply,
  StreamDecoderFilter,
} from "../../filter/filter.js";
import { emptyReply, textReply } from "../../filter/local-reply.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { Forwarding, type ForwardingPlan } from "./forwarding.js";
import { type CheckedHeader, checkDirectives, takeRequestDirectives } from "./request-directives.js";
import { rewriteRequest } from "./request-rewrite.js";
import { requestTimeouts } from "./request-timeouts.js";
import { createRetryState } from "./retry-state.js";
import type { RouterStats } from "./router-stats.js";

/** `envoy.extensions.filters.http.router.v3.Router` as plain data. */
export interface RouterConfig {
  readonly suppressEnvoyHeaders: boolean;
  /** Headers that must be well-formed where they are sent. */
  readonly strictCheckHeaders: readonly CheckedHeader[];
  readonly respectExpectedRqTimeout: boolean;
  /** Ours: a request whose reused connection closes before a byte of the response is sent once more. True by default. */
  readonly repeatsOnStaleConnection: boolean;
}

/** What the routers of one connection manager share. */
export interface RouterContext {
  readonly config: RouterConfig;
  readonly clusters: ClusterManager;
  readonly stats: RouterStats;
  readonly random: RandomSource;
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
    if (action.kind === "directResponse") {
      this.step(FlowSteps.routeMatched, route.name);
      this.context.stats.rqDirectResponse.inc();
      this.callbacks.sendLocalReply(textReply(action.status, action.body, "direct_response"));
      return "stopIteration";
    }
    this.step(FlowSteps.routeMatched, action.cluster);
    this.forward(headers, endStream, route, action);
    return "stopIteration";
  }

  private forward(headers: HeaderMap, endStream: boolean, route: Route, action: ForwardActionConfig): void {
    const { config, clusters, stats } = this.context;
    const cluster = clusters.get(action.cluster);
    if (cluster === null) {
      stats.noCluster.inc();
      this.replyFlagged(NO_CLUSTER, emptyReply(action.clusterNotFoundStatus, "cluster_not_found"));
      return;
    }
    if (config.strictCheckHeaders.length > 0) {
      const refusal = checkDirectives(config.strictCheckHeaders, headers);
      if (refusal !== null) {
        this.replyFlagged(INVALID_HEADERS, refusal);
        return;
      }
    }
    this.callbacks.stream.streamInfo.clusterName = cluster.info.name;
    const host = cluster.chooseHost();
    if (host === null) {
      cluster.stats.countResponse(503);
      this.replyFlagged(NO_HEALTHY_UPSTREAM, textReply(503, "no healthy upstream", "no_healthy_upstream"));
      return;
    }
    this.step(FlowSteps.hostChosen, host.addressText);
    const plan = this.planFor(headers, route, action, cluster);
    rewriteRequest(headers, route, action, host, config.suppressEnvoyHeaders);
    this.forwarding = new Forwarding(this.context, this.callbacks, headers, plan);
    this.forwarding.start(host, endStream);
  }

  private planFor(headers: HeaderMap, route: Route, action: ForwardActionConfig, cluster: Cluster): ForwardingPlan {
    const { config, random } = this.context;
    const directives = takeRequestDirectives(headers);
    const timeouts =
      directives === null ? route.timeouts : requestTimeouts(action, directives, config.respectExpectedRqTimeout);
    const replayLimitBytes = action.replayLimitBytes ?? this.callbacks.stream.bufferLimitBytes;
    const retry = createRetryState(route.retryPolicy, directives, headers, cluster, random);
    const protocol = route.connect !== null && endsTunnel(route.connect, headers.method) ? "tcp" : "http1";
    return { cluster, protocol, timeouts, retry, replayLimitBytes };
  }

  decodeData(data: Buffer, endStream: boolean): FilterDataStatus {
    this.forwarding?.decodeData(data, endStream);
    return "stopIterationNoBuffer";
  }

  decodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    this.forwarding?.decodeTrailers(trailers);
    return "stopIteration";
  }

  onDestroy(): void {
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
const NO_HEALTHY_UPSTREAM = responseFlagBit("UH");
const INVALID_HEADERS = responseFlagBit("IH");

/** Whether the bytes of such a request go on without HTTP around them. */
function endsTunnel(connect: ConnectConfig, method: string): boolean {
  return method === "CONNECT" || (method === "POST" && connect.allowPost);
}
