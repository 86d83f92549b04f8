import type { Logger } from "../../common/logger.js";
import type { RandomSource } from "../../common/random.js";
import type { Dispatcher } from "../../event/dispatcher.js";
import { compileStringMatcher } from "../../matching/string-matcher.js";
import type { IdSource } from "../../network/listener.js";
import type { OverloadState } from "../../overload/overload-state.js";
import type { RouteFinder } from "../../route/route-finder.js";
import type { ConnectionOrigin } from "../../stream-info/stream-info.js";
import type { AccessLogger } from "../access-log/access-logger.js";
import type { Http1CodecStats } from "../codec/http1/codec-stats.js";
import type { Http1ServerSettings } from "../codec/http1/server-connection.js";
import type { HttpFilterFactory } from "../filter/filter.js";
import { LocalReplyRewriter } from "../filter/local-reply-rewriter.js";
import { ClientCertRule } from "./client-cert-rule.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import type { ConnectionManagerStats } from "./connection-manager-stats.js";
import { DateHeader } from "./date-header.js";
import type { TraceDirection } from "./decorator-operation.js";
import type { DrainDecision } from "./drain-decision.js";
import { EarlyHeaderMutation } from "./early-header-mutation.js";
import { type HeadTimeout, headTimeout } from "./head-timeout.js";
import { buildInternalAddresses, type InternalAddresses } from "./internal-addresses.js";
import { buildIpDetectors, type OriginalIpDetector } from "./original-ip-detection.js";
import type { UserAgent } from "./request-header-mutation.js";
import { StreamAccessLog } from "./stream-access-log.js";
import { StreamUpgrades, type UpgradeChain } from "./stream-upgrades.js";

/** What a connection manager is built from, besides its configuration. */
export interface ConnectionManagerParts {
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly streamIds: IdSource;
  /** Who this proxy is (`node`). */
  readonly node: NodeIdentity;
  readonly stats: ConnectionManagerStats;
  /** Of the listener: requests leave the service here. */
  readonly isOutbound: boolean;
  /** Null where nothing is done under load. */
  readonly overload: OverloadState | null;
  readonly http1Stats: Http1CodecStats;
  readonly routeTable: RouteFinder | null;
  /** Null where nothing drains. */
  readonly drain: DrainDecision | null;
  /** Where its connections come in. */
  readonly origin: ConnectionOrigin;
  readonly filterFactories: readonly HttpFilterFactory[];
  readonly upgradeChains: readonly UpgradeChain[];
  readonly accessLoggers: readonly AccessLogger[];
}

/** Both may be empty. */
export interface NodeIdentity {
  readonly id: string;
  readonly cluster: string;
}

/** What all connections of one connection manager configuration share in a worker. */
export class ConnectionManagerContext {
  readonly config: ConnectionManagerConfig;
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly streamIds: IdSource;
  readonly stats: ConnectionManagerStats;
  readonly overload: OverloadState | null;
  /** Null where nothing is traced. */
  readonly traceDirection: TraceDirection | null;
  readonly routeTable: RouteFinder | null;
  readonly drain: DrainDecision | null;
  readonly origin: ConnectionOrigin;
  readonly filterFactories: readonly HttpFilterFactory[];
  readonly upgrades: StreamUpgrades;
  readonly accessLog: StreamAccessLog;
  /** Null where no caller is internal. */
  readonly internalAddresses: InternalAddresses | null;
  readonly ipDetectors: readonly OriginalIpDetector[];
  /** Null where all requests are treated alike. */
  readonly clientCertRule: ClientCertRule | null;
  /** Null where requests are not told who sends them on. */
  readonly userAgent: UserAgent | null;
  readonly date: DateHeader;
  /** Null where headers stay as they come until they are looked at. */
  readonly earlyMutation: EarlyHeaderMutation | null;
  readonly http1Settings: Http1ServerSettings;
  /** Null where a head may take all its time. */
  readonly headTimeout: HeadTimeout | null;
  /** Null where local replies stay as they are. */
  readonly localReplies: LocalReplyRewriter | null;

  constructor(config: ConnectionManagerConfig, parts: ConnectionManagerParts) {
    this.config = config;
    this.dispatcher = parts.dispatcher;
    this.random = parts.random;
    this.log = parts.log;
    this.streamIds = parts.streamIds;
    this.stats = parts.stats;
    this.overload = parts.overload;
    this.traceDirection = config.isTraced ? directionOf(parts.isOutbound) : null;
    this.drain = parts.drain;
    this.origin = parts.origin;
    this.routeTable = parts.routeTable;
    this.filterFactories = parts.filterFactories;
    this.upgrades = new StreamUpgrades(parts.upgradeChains, parts.filterFactories, parts.stats);
    this.accessLog = new StreamAccessLog(parts.accessLoggers, config);
    this.internalAddresses = buildInternalAddresses(config.internalCidrRanges, config.internalUnixSockets);
    this.ipDetectors = buildIpDetectors(config.originalIpDetection);
    const { clientCertMatcher } = config;
    this.clientCertRule = clientCertMatcher === null ? null : new ClientCertRule(clientCertMatcher);
    const { node } = parts;
    this.userAgent = config.addUserAgent ? { serviceCluster: node.cluster, serviceNode: node.id } : null;
    const { earlyHeaderMutations } = config;
    this.earlyMutation = earlyHeaderMutations.length === 0 ? null : new EarlyHeaderMutation(earlyHeaderMutations);
    this.date = new DateHeader(parts.dispatcher);
    this.http1Settings = http1Settings(config, parts.http1Stats);
    this.headTimeout = headTimeout(config);
    this.localReplies = config.localReplies === null ? null : new LocalReplyRewriter(config.localReplies, parts.random);
  }
}

function http1Settings(config: ConnectionManagerConfig, stats: Http1CodecStats): Http1ServerSettings {
  return {
    maxHeadBytes: config.maxRequestHeadersKb * 1024,
    maxFields: config.maxHeadersCount,
    enableTrailers: config.enableTrailers,
    underscores: config.headersWithUnderscores,
    stats,
    allowChunkedLength: config.allowChunkedLength,
    allowAbsoluteUrl: config.allowAbsoluteUrl,
    // In the clear nobody may claim to have come by https, unless all count as if they had.
    allowHttpsTarget: config.scheme !== "",
    ignoredUpgrades: config.ignoredUpgrades.length === 0 ? null : config.ignoredUpgrades.map(compileStringMatcher),
    headerCase: config.headerCase,
  };
}

function directionOf(isOutbound: boolean): TraceDirection {
  return isOutbound ? "egress" : "ingress";
}
