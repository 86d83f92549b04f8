import type { Logger } from "../common/logger.js";
import type { RandomSource } from "../common/random.js";
import type { Runtime } from "../common/runtime.js";
import { type AccessLogSinkSource, buildAccessLoggers } from "../http/access-log/access-logger.js";
import { ConnectionAccessLog } from "../http/access-log/connection-access-log.js";
import { Http1CodecStats } from "../http/codec/http1/codec-stats.js";
import { ConnectionManagerFactory } from "../http/conn-manager/connection-manager.js";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import { ConnectionManagerContext, type NodeIdentity } from "../http/conn-manager/connection-manager-context.js";
import { ConnectionManagerStats } from "../http/conn-manager/connection-manager-stats.js";
import { DrainDecision } from "../http/conn-manager/drain-decision.js";
import type { FilterChainCallbacks, HttpFilterFactory } from "../http/filter/filter.js";
import type { HttpFilterConfig } from "../http/filter/filter-config.js";
import { DEFAULT_BASE_INTERVAL_MS, standardBackOff } from "../http/filters/router/back-off.js";
import { RouterFactory } from "../http/filters/router/router-factory.js";
import type { RouterConfig } from "../http/filters/router/router-filter.js";
import { RouterStats } from "../http/filters/router/router-stats.js";
import type { ConnectionContext } from "../network/connection.js";
import type { ReadFilterFactory } from "../network/filter.js";
import { type ConnectionLimits, type IdSource, Listener } from "../network/listener.js";
import type { FilterChainConfig, ListenerConfig, NetworkFilterConfig } from "../network/listener-config.js";
import type { OverloadState } from "../overload/overload-state.js";
import type { ClusterPolicies } from "../route/cluster-policies.js";
import type { RouteConfig } from "../route/route-config.js";
import type { RouteFinder } from "../route/route-finder.js";
import { RouteTable, type RouteTableParts } from "../route/route-table.js";
import { ScopedRoutes } from "../route/scoped-routes.js";
import type { StatsScope } from "../stats/stat.js";
import type { ConnectionOrigin } from "../stream-info/stream-info.js";
import type { ClusterManager } from "../upstream/cluster-manager.js";

/** What the listeners of one worker are built from. */
export interface ListenerParts extends ConnectionContext {
  readonly log: Logger;
  readonly random: RandomSource;
  readonly node: NodeIdentity;
  readonly runtime: Runtime;
  readonly stats: StatsScope;
  readonly clusters: ClusterManager;
  /** Null when no cluster has any. */
  readonly clusterPolicies: ClusterPolicies | null;
  readonly accessLogSinks: AccessLogSinkSource;
  readonly connectionIds: IdSource;
  readonly streamIds: IdSource;
  /** Null where nothing is done under load. */
  readonly overload: OverloadState | null;
  /** Where the main thread says that connections are to end; null where it never does. */
  readonly drainStates: SharedArrayBuffer | null;
  /** By the listener's place in the configuration; null where nobody counts. */
  readonly connectionLimits: ((listenerIndex: number) => ConnectionLimits) | null;
  /** Makes the route tables, where something other than the usual ones is wanted. */
  readonly routeTable?: (config: RouteConfig, parts: RouteTableParts) => RouteTable;
}

/*
 * The composition of the data plane, top to bottom. Read this first: a listener has filter chains, a chain has network
 * filters, the last of which is a connection manager, which has HTTP filters, the last of which is the router, which
 * knows the clusters.
 */

/** A whole listener, ready for sockets. */
export function buildListener(config: ListenerConfig, parts: ListenerParts, index = 0): Listener {
  const drain =
    parts.drainStates === null
      ? null
      : new DrainDecision(parts.drainStates, parts.random, config.drainType === "default");
  const listener = new Listener(config, {
    dispatcher: parts.dispatcher,
    readBuffers: parts.readBuffers,
    stats: parts.stats,
    connectionIds: parts.connectionIds,
    overload: parts.overload,
    limits: parts.connectionLimits?.(index) ?? null,
    factoriesOf: (chain) => {
      const origin = originOf(config, chain);
      return chain.filters.map((filter) =>
        buildNetworkFilter(filter, { origin, drain, isOutbound: config.trafficDirection === "outbound" }, parts),
      );
    },
    onListenError: (failed, error) => {
      parts.log.error(`listener ${failed.config.name}: ${error.message}`);
    },
  });
  if (config.accessLogs.length > 0) {
    const loggers = buildAccessLoggers(config.accessLogs, parts.accessLogSinks, parts.random);
    listener.connectionLogger = new ConnectionAccessLog(loggers, parts.dispatcher);
  }
  return listener;
}

export const CONNECTION_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** What the connections of a filter chain have in common, whatever its filters. */
interface Entrance {
  readonly origin: ConnectionOrigin;
  readonly drain: DrainDecision | null;
  /** Requests leave the service here. */
  readonly isOutbound: boolean;
}

function originOf(listener: ListenerConfig, chain: FilterChainConfig): ConnectionOrigin {
  return {
    filterChainName: chain.name,
    listenerMetadata: listener.metadata,
    filterChainMetadata: chain.metadata,
  };
}

function buildNetworkFilter(filter: NetworkFilterConfig, entrance: Entrance, parts: ListenerParts): ReadFilterFactory {
  switch (filter.typeName) {
    case CONNECTION_MANAGER:
      return buildConnectionManager(filter.config as ConnectionManagerConfig, entrance, parts);
    default:
      throw new Error(`network filter ${filter.typeName} passed validation but is not known`);
  }
}

function buildConnectionManager(
  config: ConnectionManagerConfig,
  entrance: Entrance,
  parts: ListenerParts,
): ConnectionManagerFactory {
  const scope = parts.stats.scope(`http.${config.statPrefix}`);
  const context = new ConnectionManagerContext(config, {
    dispatcher: parts.dispatcher,
    random: parts.random,
    log: parts.log,
    streamIds: parts.streamIds,
    node: parts.node,
    stats: new ConnectionManagerStats(scope),
    overload: parts.overload,
    ...entrance,
    http1Stats: new Http1CodecStats(parts.stats.scope("http1")),
    routeTable: buildRoutes(config, parts),
    filterFactories: config.httpFilters.map((filter) => buildHttpFilter(filter, scope, parts)),
    upgradeChains: config.upgrades.map(({ upgradeType, enabled, httpFilters }) => ({
      upgradeType,
      enabled,
      filterFactories: httpFilters?.map((filter) => buildHttpFilter(filter, scope, parts)) ?? null,
    })),
    accessLoggers: buildAccessLoggers(config.accessLogs, parts.accessLogSinks, parts.random),
  });
  return new ConnectionManagerFactory(context);
}

function buildRoutes({ routeConfig, scopedRoutes }: ConnectionManagerConfig, parts: ListenerParts): RouteFinder | null {
  if (scopedRoutes !== null) return new ScopedRoutes(scopedRoutes, (routes) => buildRouteTable(routes, parts));
  return routeConfig === null ? null : buildRouteTable(routeConfig, parts);
}

function buildRouteTable(config: RouteConfig, parts: ListenerParts): RouteTable {
  return parts.routeTable?.(config, parts) ?? new RouteTable(config, parts);
}

/** A filter that only routes get which enable it by name. */
class DisabledFilterFactory implements HttpFilterFactory {
  readonly name: string;
  readonly disabledByDefault = true;
  private readonly factory: HttpFilterFactory;

  constructor(factory: HttpFilterFactory) {
    this.name = factory.name;
    this.factory = factory;
  }

  createFilter(chain: FilterChainCallbacks): void {
    this.factory.createFilter(chain);
  }
}

function buildHttpFilter(filter: HttpFilterConfig, scope: StatsScope, parts: ListenerParts): HttpFilterFactory {
  const factory = buildEnabledFilter(filter, scope, parts);
  return filter.disabled ? new DisabledFilterFactory(factory) : factory;
}

/** A runtime key of ours: false leaves a request that met a stale connection to the route's retry policy. */
const REPEAT_ON_STALE_CONNECTION = "sluice.router.repeat_on_stale_connection";
const USE_RETRY = { runtimeKey: "upstream.use_retry", defaultValue: { numerator: 100, denominator: 100 } };
const ROUTER = "envoy.extensions.filters.http.router.v3.Router";

function buildEnabledFilter(filter: HttpFilterConfig, scope: StatsScope, parts: ListenerParts): HttpFilterFactory {
  switch (filter.typeName) {
    case ROUTER:
      return new RouterFactory(filter.name, {
        config: filter.config as RouterConfig,
        upstreamLoggers: buildAccessLoggers(
          (filter.config as RouterConfig).upstreamLogs,
          parts.accessLogSinks,
          parts.random,
        ),
        clusters: parts.clusters,
        clusterPolicies: parts.clusterPolicies,
        stats: new RouterStats(scope),
        random: parts.random,
        repeatsOnStaleConnection: parts.runtime.flag(REPEAT_ON_STALE_CONNECTION, true),
        retryBackOff: standardBackOff(
          Math.max(1, parts.runtime.integer("upstream.base_retry_backoff_ms", DEFAULT_BASE_INTERVAL_MS)),
        ),
        retryShare: parts.runtime.fraction(USE_RETRY),
      });
    default:
      throw new Error(`HTTP filter ${filter.typeName} passed validation but is not known`);
  }
}
