import type { Dispatcher } from "../../event/dispatcher.js";
import type { FlowRecorder } from "../../flow/flow-recorder.js";
import { FlowSteps } from "../../flow/flow-step.js";
import { Connection, type ConnectionContext } from "../../network/connection.js";
import type { IdSource } from "../../network/listener.js";
import type { SocketFactory } from "../../network/stream-socket.js";
import { ActiveClient } from "./active-client.js";
import type { ClientLists } from "./client-lists.js";
import type { ConnectionPool } from "./connection-pool.js";
import type { PendingQueue } from "./pending-queue.js";
import type { FlowOfStream } from "./pool-callbacks.js";
import type { PoolCounts } from "./pool-counts.js";

/** What the pools of a worker need to open connections. */
export interface PoolContext extends ConnectionContext {
  readonly dispatcher: Dispatcher;
  readonly sockets: SocketFactory;
  readonly connectionIds: IdSource;
}

/** Connections that one event may open; more wait for the next, so that a burst does not become a burst of SYNs. */
const MAX_CONNECTS_PER_EVENT = 3;

/**
 * Opens a pool's connections: as many as wait for one, some ahead where the cluster wants that, within the circuit
 * breakers. Step B7. Owner: `ConnectionPool`.
 */
export class ConnectionOpener {
  private readonly pool: ConnectionPool;
  private readonly clients: ClientLists;
  private readonly pending: PendingQueue;
  private readonly counts: PoolCounts;
  private readonly context: PoolContext;

  constructor(
    pool: ConnectionPool,
    clients: ClientLists,
    pending: PendingQueue,
    counts: PoolCounts,
    context: PoolContext,
  ) {
    this.pool = pool;
    this.clients = clients;
    this.pending = pending;
    this.counts = counts;
    this.context = context;
  }

  /** Connections for those that wait, and for those that may come. */
  open(flow: FlowRecorder | null, flowStreamId: number, mayPreconnect = true): void {
    for (let opened = 0; opened < MAX_CONNECTS_PER_EVENT; opened++) {
      // Connections that are ready beside streams that wait are attached to them on the next turn.
      const enoughForAll = this.pending.size <= this.clients.connecting.size + this.clients.ready.size;
      const isEnough = enoughForAll && this.pending.freshSize <= this.clients.connecting.size;
      if (isEnough && (!mayPreconnect || !this.wantsToPreconnect())) return;
      const mayConnect = this.counts.mayConnect;
      if (!mayConnect) {
        this.pool.cluster.stats.cxOverflow.inc();
        // At the limit streams wait; but a pool without any connection may always open one.
        if (this.clients.size > 0) {
          this.makeRoomForFresh();
          return;
        }
      }
      this.openConnection(flow, flowStreamId);
      if (!mayConnect) return;
    }
  }

  /** A used connection that nobody may take is closed, and its close comes back to those who wait. */
  private makeRoomForFresh(): void {
    if (this.pending.freshSize > this.clients.connecting.size)
      this.clients.ready.first?.close("room_for_fresh_connection");
  }

  /** `per_upstream_preconnect_ratio`: more connections than streams, for those that may come. */
  private wantsToPreconnect(): boolean {
    const { preconnectRatio } = this.pool.cluster.info.poolPolicy;
    if (preconnectRatio <= 1 || !this.pool.isOpen || this.pool.host.health !== "healthy") return false;
    const streams = this.clients.busy.size + this.pending.size;
    return this.clients.size < streams * preconnectRatio;
  }

  /**
   * `predictive_preconnect_ratio`: one connection, for a stream that is likely to come. False when there are enough, or
   * may not be more.
   * @param stream the one that made somebody think of it
   */
  openAhead(ratio: number, { flow, flowStreamId }: FlowOfStream): boolean {
    const { host } = this.pool;
    const streams = this.clients.busy.size + this.pending.size;
    const wanted = this.pool.isOpen && host.health === "healthy" && this.clients.size < (streams + 1) * ratio;
    if (!wanted) return false;
    if (!this.counts.mayConnect) {
      this.pool.cluster.stats.cxOverflow.inc();
      return false;
    }
    const { id } = this.openConnection(null, 0);
    flow?.record(FlowSteps.openedAhead, id, flowStreamId, host.addressText);
    return true;
  }

  private openConnection(flow: FlowRecorder | null, flowStreamId: number): Connection {
    const { info, stats } = this.pool.cluster;
    const id = this.context.connectionIds.next();
    const bufferLimitBytes = info.perConnectionBufferLimitBytes;
    // B7: (a) a socket, (b) its events, (c) the connect, which is asynchronous.
    const socket = this.context.sockets.connect(this.pool.host.address, info.poolPolicy.connect);
    const connection = new Connection(id, socket, this.context, stats.connection, {
      connected: false,
      bufferLimitBytes,
      flow,
    });
    connection.flowStreamId = flowStreamId;
    const client = new ActiveClient(this.pool, connection);
    if (flow !== null) {
      flow.record(FlowSteps.upstreamSocketOpened, id, flowStreamId, this.pool.host.addressText);
      flow.record(FlowSteps.upstreamEventsRegistered, id, flowStreamId);
      flow.record(FlowSteps.connectStarted, id, flowStreamId);
    }
    this.clients.addConnecting(client);
    this.counts.onConnecting();
    return connection;
  }
}
