import type { Task } from "../../event/dispatcher.js";
import { FlowSteps } from "../../flow/flow-step.js";
import type { ResetReason } from "../../http/codec/reset-reason.js";
import type { ConnectionEvent } from "../../network/connection.js";
import { sourceFor } from "../../network/source-address.js";
import type { Cluster } from "../cluster.js";
import type { Host } from "../host.js";
import type { ActiveClient } from "./active-client.js";
import { ClientLists } from "./client-lists.js";
import { bindFailureText, connectFailureText, isBindError } from "./connect-failure-text.js";
import { ConnectionOpener, type PoolContext } from "./connection-opener.js";
import type { HostPools } from "./host-pools.js";
import { PendingQueue } from "./pending-queue.js";
import { PendingStream } from "./pending-stream.js";
import type { Cancellable, FlowOfStream, PoolCallbacks } from "./pool-callbacks.js";
import { PoolCounts } from "./pool-counts.js";
import type { PoolKind } from "./pool-kind.js";

type Mode =
  | "open"
  /** The host is gone, or the downstream connection: streams are served to their end, connections are not kept. */
  | "draining"
  | "destroyed";

/**
 * The connections of one worker to one host that are of one kind: gives streams a connection that is ready, or opens one
 * and lets them wait in order. No pipelining: a connection carries one stream at a time. A pool without connections and
 * streams leaves its host. Owner: `HostPools`.
 */
export class ConnectionPool implements Task {
  readonly cluster: Cluster;
  readonly host: Host;
  readonly kind: PoolKind;
  private readonly owner: HostPools;
  private readonly counts: PoolCounts;
  private readonly context: PoolContext;
  private readonly clients = new ClientLists();
  private readonly pending = new PendingQueue();
  private readonly opener: ConnectionOpener;
  private attachPosted = false;
  private mode: Mode = "open";
  private isEnlisted = false;

  /** Adds itself to the pools of the host, and is counted from now on. */
  constructor(cluster: Cluster, host: Host, kind: PoolKind, context: PoolContext) {
    this.cluster = cluster;
    this.host = host;
    this.kind = kind;
    this.owner = host.pools;
    this.counts = new PoolCounts(cluster, host, kind);
    this.context = context;
    this.opener = new ConnectionOpener(this, this.clients, this.pending, this.counts, context);
    if (this.owner.isDestroyed) this.mode = "destroyed";
    this.enlist();
  }

  /**
   * Asks for a stream. `onPoolReady` or `onPoolFailure` may come before this returns; then null is returned, else the
   * waiting stream, which may be cancelled.
   */
  newStream(callbacks: PoolCallbacks): Cancellable | null {
    const client = this.clients.ready.first;
    const mayTake = client !== null && (client.requests === 0 || !callbacks.needsFreshConnection);
    if (mayTake && this.pending.size === 0) {
      // B7: the connection used last is the one least likely to have been closed meanwhile.
      this.recordTaken(client, callbacks);
      this.attach(client, callbacks);
      if (this.cluster.info.poolPolicy.preconnectRatio > 1) this.opener.open(null, 0);
      return null;
    }
    return this.enqueue(callbacks);
  }

  private recordTaken(client: ActiveClient, { flow, flowStreamId }: PoolCallbacks): void {
    flow?.record(FlowSteps.readyConnectionTaken, client.connection.id, flowStreamId, this.host.addressText);
  }

  private enqueue(callbacks: PoolCallbacks): Cancellable | null {
    if (this.mode === "destroyed") {
      if (this.isIdle) this.retire();
      callbacks.onPoolFailure("local connection failure", "");
      return null;
    }
    if (!this.counts.mayQueue()) {
      if (this.isIdle) this.retire();
      callbacks.onPoolFailure("overflow", "");
      return null;
    }
    if (!this.isEnlisted) this.enlist();
    const stream = new PendingStream(this, callbacks);
    this.pending.add(stream);
    this.counts.onQueued();
    this.opener.open(callbacks.flow, callbacks.flowStreamId);
    return stream;
  }

  /** A waiting stream gave up. The connection that was opened for it stays for the next. */
  cancelPending(stream: PendingStream): void {
    this.cluster.stats.rqCancelled.inc();
    this.removePending(stream);
    if (this.mode === "draining") this.closeUnused("pool_drained");
  }

  private removePending(stream: PendingStream): void {
    this.pending.remove(stream);
    stream.settle();
    this.counts.onUnqueued();
  }

  /**
   * `predictive_preconnect_ratio`: one more connection, for a stream that is likely to come here. False when the pool has
   * enough, or may not have it.
   * @param stream the one that made somebody think of it
   */
  preconnect(ratio: number, stream: FlowOfStream): boolean {
    if (this.opener.openAhead(ratio, stream)) return true;
    if (this.isIdle) this.retire();
    return false;
  }

  // ---- events of the connections

  /** C2: the connected event makes the socket an active client, which takes the first stream that waits. */
  onClientConnected(client: ActiveClient): void {
    this.cluster.stats.cxConnectMs.record(this.context.dispatcher.now() - client.createdMs);
    this.recordConnected(client);
    this.clients.transition(client, "ready");
    this.attachPending();
    if (this.mode !== "open") this.closeUnused("pool_drained");
    else if (client.state === "ready") client.armIdleTimer(this.cluster.info.idleTimeoutMs);
  }

  /** Steps of the stream that the connection is for: the one that waits longest, not the one that had it opened. */
  private recordConnected(client: ActiveClient): void {
    const { connection } = client;
    const stream = this.pending.first;
    const flow = stream === null ? connection.flow : stream.callbacks.flow;
    if (flow === null) return;
    const streamId = stream === null ? connection.flowStreamId : stream.callbacks.flowStreamId;
    // C1: the first writable event of a connecting socket is its connected event.
    flow.record(FlowSteps.upstreamWriteReady, connection.id, streamId, "upstream-connected");
    if (stream === null) return;
    flow.record(FlowSteps.upstreamConnected, connection.id, streamId);
    flow.record(FlowSteps.upstreamWritable, connection.id, streamId);
  }

  onClientClosed(client: ActiveClient, event: ConnectionEvent): void {
    const from = client.state;
    if (event === "remoteClose" && client.isKept) this.host.lastUnannouncedEndMs = this.context.dispatcher.now();
    this.counts.onClosed(client, event === "localClose", this.context.dispatcher.now());
    this.clients.transition(client, "closed");
    if (from === "connecting") this.onConnectFailed(client, event);
    else client.endStream(event);
    // A host that just refused a connection is not asked for a spare one before there is a stream to think of.
    this.opener.open(null, 0, from !== "connecting");
    if (this.isIdle) this.retire();
  }

  private onConnectFailed(client: ActiveClient, event: ConnectionEvent): void {
    this.counts.onConnectFailed(client.connectFailedByTimeout);
    const { closeError } = client.connection;
    const source = sourceFor(this.cluster.info.poolPolicy.connect.sources, this.host.address);
    if (source !== null && closeError !== null && isBindError(closeError)) {
      this.cluster.stats.bindErrors.inc();
      this.failPending("local connection failure", bindFailureText(source, closeError));
      return;
    }
    this.failPending(connectFailureReason(client, event), connectFailureText(closeError));
  }

  /**
   * All that wait for this host would wait in vain; each may try elsewhere. Those that come back to this
   * pool while the queue is emptied are not part of it.
   */
  private failPending(reason: ResetReason, transportFailureReason: string): void {
    for (let count = this.pending.size; count > 0; count--) {
      const stream = this.pending.first;
      if (stream === null) return;
      this.removePending(stream);
      this.cluster.stats.rqPendingFailureEject.inc();
      stream.callbacks.onPoolFailure(reason, transportFailureReason);
    }
  }

  onIdleTimeout(client: ActiveClient): void {
    this.cluster.stats.cxIdleTimeout.inc();
    client.close("on_idle_timeout");
  }

  /** `max_connection_duration`: what it carries may end. */
  onClientExpired(client: ActiveClient): void {
    if (this.isExhausted(client)) return;
    this.cluster.stats.cxMaxDurationReached.inc();
    if (client.state === "ready") client.close("max_connection_duration_reached");
  }

  /** D6: the response is complete. */
  onStreamComplete(client: ActiveClient, reusable: boolean): void {
    this.counts.onStreamEnded();
    const exhausted = this.isExhausted(client);
    this.clients.transition(client, "ready");
    if (!reusable || exhausted || client.isExpired || this.mode !== "open") {
      client.close(exhausted ? "max_requests_per_connection" : "connection_not_reusable");
      return;
    }
    client.armIdleTimer(this.cluster.info.idleTimeoutMs);
    if (this.pending.size === 0 || this.attachPosted) return;
    // Not in this callback: a close that has arrived already is seen before the next turn.
    this.attachPosted = true;
    this.context.dispatcher.post(this);
  }

  /** Attaches waiting streams. Called by the dispatcher on the turn after a stream has completed. */
  run(): void {
    this.attachPosted = false;
    this.attachPending();
  }

  private attachPending(): void {
    for (;;) {
      const client = this.clients.ready.first;
      const stream = client === null ? null : this.pending.nextFor(client.requests > 0);
      if (client === null || stream === null) return;
      this.removePending(stream);
      // B7: also for a stream that had to wait, unless the connection is a new one (C1 to C3).
      if (client.requests > 0) this.recordTaken(client, stream.callbacks);
      this.attach(client, stream.callbacks);
    }
  }

  private attach(client: ActiveClient, callbacks: PoolCallbacks): void {
    if (!this.counts.mayStart()) {
      callbacks.onPoolFailure("overflow", "");
      return;
    }
    this.clients.transition(client, "busy");
    this.counts.onStreamStarted();
    const encoder = client.attach(callbacks);
    if (this.isExhausted(client)) this.cluster.stats.cxMaxRequests.inc();
    callbacks.onPoolReady(encoder, client);
  }

  /** It has had all the requests it may have. */
  private isExhausted(client: ActiveClient): boolean {
    const { maxRequestsPerConnection } = this.cluster.info;
    return maxRequestsPerConnection > 0 && client.requests >= maxRequestsPerConnection;
  }

  /** Connections end with the streams that they carry; later streams get others. */
  renew(cutsTunnels: boolean): void {
    for (const client of this.clients.busy.toArray()) {
      client.isExpired = true;
      if (cutsTunnels && this.kind.protocol === "tcp") client.close("host_health_failure");
    }
    this.closeUnused("host_health_failure");
  }

  /** Streams finish, nothing is kept for later. Idempotent. @param reason why connections are closed */
  drain(reason: string): void {
    if (this.mode === "open") this.mode = "draining";
    this.closeUnused(reason);
    if (this.isIdle) this.retire();
  }

  /** Closes what carries no stream and will carry none. */
  private closeUnused(reason: string): void {
    for (const client of this.clients.ready.toArray()) client.close(reason);
    if (this.pending.size > 0) return;
    for (const client of this.clients.connecting.toArray()) client.close(reason);
  }

  /** Ends everything at once. Idempotent. */
  destroy(): void {
    this.mode = "destroyed";
    this.failPending("local connection failure", "");
    const { connecting, ready, busy } = this.clients;
    for (const list of [ready, connecting, busy]) {
      for (const client of list.toArray()) client.close("pool_destroyed");
    }
    if (this.isIdle) this.retire();
  }

  private enlist(): void {
    this.isEnlisted = true;
    this.owner.add(this);
    this.kind.owner?.add(this);
    this.counts.onPoolAdded();
  }

  /** Nothing is left: the host has this pool no longer. Idempotent. */
  private retire(): void {
    if (!this.isEnlisted) return;
    this.isEnlisted = false;
    this.owner.remove(this);
    this.kind.owner?.remove(this);
    this.counts.onPoolRemoved();
  }

  /** Streams may still come. */
  get isOpen(): boolean {
    return this.mode === "open";
  }

  /** It carries no stream, and none waits. */
  get isUnused(): boolean {
    return this.clients.busy.size + this.pending.size === 0;
  }

  /** Nothing is left to be done or closed. */
  get isIdle(): boolean {
    return this.clients.size + this.pending.size === 0;
  }
}

function connectFailureReason(client: ActiveClient, event: ConnectionEvent): ResetReason {
  if (client.connectFailedByTimeout) return "connection timeout";
  return event === "remoteClose" ? "remote connection failure" : "local connection failure";
}
