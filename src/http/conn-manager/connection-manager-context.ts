import type { Logger } from "../../common/logger.js";
import type { RandomSource } from "../../common/random.js";
import type { Dispatcher } from "../../event/dispatcher.js";
import { CidrSet } from "../../network/cidr.js";
import type { IdSource } from "../../network/listener.js";
import type { RouteTable } from "../../route/route-table.js";
import type { AccessLogger } from "../access-log/access-logger.js";
import type { HttpFilterFactory } from "../filter/filter.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import type { ConnectionManagerStats } from "./connection-manager-stats.js";
import { DateHeader } from "./date-header.js";

/** What a connection manager is built from, besides its configuration. */
export interface ConnectionManagerParts {
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly streamIds: IdSource;
  readonly stats: ConnectionManagerStats;
  readonly routeTable: RouteTable | null;
  readonly filterFactories: readonly HttpFilterFactory[];
  readonly accessLoggers: readonly AccessLogger[];
}

/** What all connections of one connection manager configuration share in a worker. */
export class ConnectionManagerContext {
  readonly config: ConnectionManagerConfig;
  readonly dispatcher: Dispatcher;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly streamIds: IdSource;
  readonly stats: ConnectionManagerStats;
  readonly routeTable: RouteTable | null;
  readonly filterFactories: readonly HttpFilterFactory[];
  readonly accessLoggers: readonly AccessLogger[];
  readonly internalAddresses: CidrSet;
  readonly date: DateHeader;

  constructor(config: ConnectionManagerConfig, parts: ConnectionManagerParts) {
    this.config = config;
    this.dispatcher = parts.dispatcher;
    this.random = parts.random;
    this.log = parts.log;
    this.streamIds = parts.streamIds;
    this.stats = parts.stats;
    this.routeTable = parts.routeTable;
    this.filterFactories = parts.filterFactories;
    this.accessLoggers = parts.accessLoggers;
    this.internalAddresses = new CidrSet(config.internalCidrRanges);
    this.date = new DateHeader(parts.dispatcher);
  }
}
