import type { InternalRedirectConfig, RedirectPredicateConfig } from "../../../route/internal-redirect-config.js";
import type { Route } from "../../../route/route.js";
import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { DecoderFilterCallbacks, StreamContext } from "../../filter/filter.js";
import { type AbsoluteUrl, parseAbsoluteUrl } from "../../headers/absolute-url.js";
import type { HeaderMap } from "../../headers/header-map.js";
import type { RequestReplay } from "./request-replay.js";
import type { RouterStats } from "./router-stats.js";

/** What becomes of a response that redirects: the request that the proxy makes of it itself. */
export class InternalRedirect {
  private readonly config: InternalRedirectConfig;
  private readonly routeName: string;
  private readonly stats: RouterStats;
  private readonly clusterStats: ClusterStats;

  constructor(config: InternalRedirectConfig, routeName: string, stats: RouterStats, clusterStats: ClusterStats) {
    this.config = config;
    this.routeName = routeName;
    this.stats = stats;
    this.clusterStats = clusterStats;
  }

  /** True when the stream has begun anew where the response leads to; otherwise the client gets the response. */
  follows(response: HeaderMap, replay: RequestReplay, isComplete: boolean, callbacks: DecoderFilterCallbacks): boolean {
    if (!this.config.statuses.includes(response.status)) return false;
    const next = isComplete && replay.isWhole ? this.requestFor(replay.headers, response, callbacks.stream) : null;
    if (next === null) {
      this.clusterStats.internalRedirectFailed.inc();
      return false;
    }
    this.clusterStats.internalRedirectSucceeded.inc();
    const isFetch = next.method !== replay.headers.method;
    const body = isFetch ? NO_BODY : [...replay.body];
    return callbacks.recreateStream(next, body, isFetch ? null : replay.requestTrailers, response);
  }

  /** The headers of the next request; null, counted, when there is none. */
  private requestFor(request: HeaderMap, response: HeaderMap, stream: StreamContext): HeaderMap | null {
    const location = response.get("location");
    const url = location === null ? null : parseAbsoluteUrl(location);
    if (url === null) {
      if (location !== null) this.stats.passthroughBadLocation.inc();
      return null;
    }
    if (!this.config.allowCrossScheme && url.scheme !== request.scheme) {
      this.stats.passthroughUnsafeScheme.inc();
      return null;
    }
    if (stream.redirects.count >= this.config.maxRedirects) {
      this.stats.passthroughTooManyRedirects.inc();
      return null;
    }
    const next = this.redirected(request, response, url);
    const route = stream.routeFor(next);
    if (route === null) {
      this.stats.passthroughNoRoute.inc();
      return null;
    }
    if (!this.accepts(route, request, url, stream)) {
      this.stats.passthroughPredicate.inc();
      return null;
    }
    stream.redirects.count++;
    return next;
  }

  private redirected(request: HeaderMap, response: HeaderMap, url: AbsoluteUrl): HeaderMap {
    const next = request.clone();
    for (const name of this.config.headersToCopy) copyAll(name, response, next);
    next.set("x-envoy-original-url", `${request.scheme}://${request.authority}${request.path}`);
    next.scheme = url.scheme;
    next.authority = url.authority;
    next.path = url.path;
    // RFC 9110 15.4.4: what there is to see elsewhere is fetched.
    if (response.status === 303 && request.method !== "GET" && request.method !== "HEAD") {
      next.method = "GET";
      next.remove("content-length");
      next.remove("transfer-encoding");
    }
    return next;
  }

  private accepts(route: Route, request: HeaderMap, url: AbsoluteUrl, stream: StreamContext): boolean {
    for (const predicate of this.config.predicates) {
      if (!this.agrees(predicate, route, request, url, stream)) return false;
    }
    return true;
  }

  private agrees(
    predicate: RedirectPredicateConfig,
    route: Route,
    request: HeaderMap,
    url: AbsoluteUrl,
    stream: StreamContext,
  ): boolean {
    switch (predicate.kind) {
      case "allowListedRoutes":
        return predicate.names.includes(route.name);
      case "previousRoutes":
        return stream.redirects.isNew(this.routeName, route.name);
      case "safeCrossScheme":
        return request.scheme === "https" || url.scheme === "http";
    }
  }
}

/** The response's values take the place of the request's, also where it has none. */
function copyAll(name: string, from: HeaderMap, to: HeaderMap): void {
  to.remove(name);
  for (let i = 0; i < from.size; i++) if (from.nameAt(i) === name) to.add(name, from.valueAt(i));
}

const NO_BODY: readonly Buffer[] = [];
