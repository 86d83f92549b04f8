import { LinkedList, type LinkedNode } from "../common/linked-list.js";
import type { FlowRecorder } from "../flow/flow-recorder.js";
import type { OverloadState } from "../overload/overload-state.js";
import type { Counter, Gauge, StatsScope } from "../stats/stat.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import type { Address } from "./address.js";
import { Connection, type ConnectionContext, type ConnectionStats, type SocketOwner } from "./connection.js";
import type { ConnectionLimit } from "./connection-limit.js";
import {
  type ConnectionLogger,
  completeConnectionInfo,
  connectionInfo,
  refusedConnection,
} from "./connection-record.js";
import type { ReadFilter, ReadFilterFactory } from "./filter.js";
import { type ConnectionOwner, FilterChain } from "./filter-chain.js";
import { FilterChainMatcher } from "./filter-chain-matcher.js";
import type { FilterChainConfig, ListenerConfig } from "./listener-config.js";
import type { AcceptCallbacks, ListenSocket, SocketError, StreamSocket } from "./stream-socket.js";

/** Numbers for connections, unique in the process. */
export interface IdSource {
  next(): number;
}

/** What a listener needs besides its configuration. */
export interface ListenerContext extends ConnectionContext {
  readonly stats: StatsScope;
  readonly connectionIds: IdSource;
  /** Null where nothing is done under load. */
  readonly overload: OverloadState | null;
  /** Null where nobody counts. */
  readonly limits: ConnectionLimits | null;
  /** The filter factories of each chain of the configuration. */
  factoriesOf(chain: FilterChainConfig): readonly ReadFilterFactory[];
  /** A listening socket failed while it was open. */
  onListenError(listener: Listener, error: SocketError): void;
}

/** What connections of a listener are counted by, and how many there may be. */
export interface ConnectionLimits {
  /** Of all listeners of the process. */
  readonly global: ConnectionLimit;
  /** Of this one. */
  readonly listener: ConnectionLimit;
}

class ListenerStats {
  readonly connections: Counter;
  readonly activeConnections: Gauge;
  readonly destroyed: Counter;
  readonly noFilterChainMatch: Counter;
  readonly overflow: Counter;
  readonly globalOverflow: Counter;
  readonly overloadReject: Counter;
  /** For connections of a chain without filters, which close at once. */
  readonly connection: ConnectionStats;

  constructor(scope: StatsScope) {
    this.connections = scope.counter("downstream_cx_total");
    this.activeConnections = scope.gauge("downstream_cx_active");
    this.destroyed = scope.counter("downstream_cx_destroy");
    this.noFilterChainMatch = scope.counter("no_filter_chain_match");
    this.overflow = scope.counter("downstream_cx_overflow");
    this.globalOverflow = scope.counter("downstream_global_cx_overflow");
    this.overloadReject = scope.counter("downstream_cx_overload_reject");
    this.connection = {
      rxBytes: scope.counter("downstream_cx_rx_bytes_total"),
      txBytes: scope.counter("downstream_cx_tx_bytes_total"),
      rxBuffered: null,
      txBuffered: null,
      delayedCloseTimeouts: null,
    };
  }
}

/** One downstream connection with its filters, in the listener's list. */
class ActiveConnection extends FilterChain implements LinkedNode<ActiveConnection> {
  linkedNext: ActiveConnection | null = null;
  linkedPrev: ActiveConnection | null = null;
  readonly connection: Connection;
  /** For the line that is written when it is over; null where none is. */
  readonly info: StreamInfo | null;

  constructor(filters: readonly ReadFilter[], owner: ConnectionOwner, connection: Connection, info: StreamInfo | null) {
    super(filters, owner);
    this.connection = connection;
    this.info = info;
  }
}

/** Takes accepted sockets, gives each its filter chain, and knows the connections that live. */
export class Listener implements AcceptCallbacks, ConnectionOwner, SocketOwner {
  readonly config: ListenerConfig;
  /** Recorder for connections accepted from now on; null records nothing. */
  flow: FlowRecorder | null = null;
  /** Told of each connection when it is over; null where nobody wants to know. */
  connectionLogger: ConnectionLogger | null = null;
  private readonly context: ListenerContext;
  private readonly matcher: FilterChainMatcher;
  private readonly stats: ListenerStats;
  private readonly sockets: ListenSocket[] = [];
  private readonly connections = new LinkedList<ActiveConnection>();
  private openSocketCount = 0;
  private readonly factories = new Map<FilterChainConfig, readonly ReadFilterFactory[]>();

  constructor(config: ListenerConfig, context: ListenerContext) {
    this.config = config;
    this.context = context;
    this.matcher = new FilterChainMatcher(config.filterChains, config.defaultFilterChain);
    this.stats = new ListenerStats(context.stats.scope(`listener.${config.statPrefix}`));
    for (const chain of config.filterChains) this.factories.set(chain, context.factoriesOf(chain));
    if (config.defaultFilterChain !== null) {
      this.factories.set(config.defaultFilterChain, context.factoriesOf(config.defaultFilterChain));
    }
  }

  /** The listener owns the socket from now on and closes it. */
  addSocket(socket: ListenSocket): void {
    this.sockets.push(socket);
  }

  /** Bound addresses, with the ports the kernel chose. */
  get addresses(): readonly Address[] {
    return this.sockets.map(addressOf);
  }

  get activeConnections(): number {
    return this.connections.size;
  }

  /** Connections that live, and those that are over but still flush what the client has not taken. */
  get openSockets(): number {
    return this.openSocketCount;
  }

  /** Stops accepting; connections that live go on. Idempotent. */
  stopAccepting(): void {
    for (const socket of this.sockets) socket.close();
    this.sockets.length = 0;
  }

  /** A0: a connection was accepted. */
  onAccept(socket: StreamSocket): void {
    if (!this.admits()) {
      socket.destroy();
      return;
    }
    this.stats.connections.inc();
    const local = socket.localAddress;
    const remote = socket.remoteAddress;
    const chain = this.matcher.match({
      destinationHost: local?.kind === "ip" ? local.host : "",
      destinationPort: local?.kind === "ip" ? local.port : 0,
      sourceHost: remote?.kind === "ip" ? remote.host : "",
      sourcePort: remote?.kind === "ip" ? remote.port : 0,
    });
    if (chain === null) {
      this.stats.noFilterChainMatch.inc();
      this.stats.destroyed.inc();
      const { connectionIds, dispatcher } = this.context;
      this.connectionLogger?.logConnection(refusedConnection(connectionIds.next(), socket, dispatcher));
      socket.destroy();
      this.releasePlace();
      return;
    }
    this.serve(socket, this.factories.get(chain) as readonly ReadFilterFactory[]);
  }

  /** A connection for which there is no place is closed before anything is made for it. */
  private admits(): boolean {
    const { overload, limits } = this.context;
    if (limits !== null && !limits.global.take()) {
      if (!this.config.ignoreGlobalConnectionLimit) {
        this.stats.globalOverflow.inc();
        return false;
      }
      limits.global.takeAnyway();
    }
    if (!this.config.bypassOverloadManager && overload?.refusesConnection() === true) this.stats.overloadReject.inc();
    else if (limits === null || limits.listener.take()) return true;
    else this.stats.overflow.inc();
    limits?.global.release();
    return false;
  }

  private releasePlace(): void {
    const { limits } = this.context;
    if (limits === null) return;
    limits.global.release();
    limits.listener.release();
  }

  private serve(socket: StreamSocket, factories: readonly ReadFilterFactory[]): void {
    const connection = new Connection(
      this.context.connectionIds.next(),
      socket,
      this.context,
      factories[factories.length - 1]?.connectionStats ?? this.stats.connection,
      { connected: true, bufferLimitBytes: this.config.perConnectionBufferLimitBytes, flow: this.flow },
    );
    connection.owner = this;
    this.openSocketCount++;
    const filters: ReadFilter[] = [];
    for (const factory of factories) filters.push(factory.createFilter(connection));
    const logs = this.connectionLogger !== null;
    const info = logs ? connectionInfo(connection.id, socket, this.context.dispatcher) : null;
    const active = new ActiveConnection(filters, this, connection, info);
    connection.setCallbacks(active);
    this.connections.pushBack(active);
    this.stats.activeConnections.inc();
    active.onNewConnection();
    // `filters: []` closes, as in Envoy.
    if (factories.length === 0) connection.close("noFlush", "no_network_filters");
  }

  onConnectionClosed(chain: FilterChain): void {
    const { connection, info } = chain as ActiveConnection;
    this.connections.remove(chain as ActiveConnection);
    if (info !== null) {
      completeConnectionInfo(info, connection, this.context.dispatcher);
      this.connectionLogger?.logConnection(info);
    }
    this.releasePlace();
    this.stats.activeConnections.dec();
    this.stats.destroyed.inc();
  }

  onSocketGone(): void {
    this.openSocketCount--;
  }

  onListenError(error: SocketError): void {
    this.context.onListenError(this, error);
  }

  /** The filters of each connection that lives now. */
  get filterChains(): readonly FilterChain[] {
    return this.connections.toArray();
  }
}

function addressOf(socket: ListenSocket): Address {
  return socket.localAddress;
}
