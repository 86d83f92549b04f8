import type { Timer, TimerTarget } from "../../event/dispatcher.js";
import type { ForwardAction } from "../../route/forward-action.js";
import { grpcTimeoutText, streamDurationMs } from "../../route/grpc-timeout.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";

/** Which limit of a stream was reached. `headers` is that of the head alone. */
export type StreamTimeout = "headers" | "request" | "idle" | "duration";

/** Told when a limit is reached. Implemented by `ActiveStream`. */
export interface StreamTimeoutsOwner {
  onStreamTimeout(timeout: StreamTimeout): void;
  /** A line of a stream that lasts is due (`access_log_flush_interval`). */
  onAccessLogInterval(): void;
}

/** Below this an interval needs an exact timer. */
const COARSE_FROM_MS = 2_000;

/** The timers of one stream, from its first byte on. Those that are off cost a test. Owner: `ActiveStream`. */
export class StreamTimeouts implements TimerTarget {
  private readonly owner: StreamTimeoutsOwner;
  private readonly context: ConnectionManagerContext;
  private readonly startMs: number;
  private idleTimeoutMs: number;
  private idleTimer: Timer | null;
  private readonly requestTimer: Timer | null;
  private durationTimer: Timer | null;
  private logTimer: Timer | null;

  /** @param startMs when the first byte of the request arrived */
  constructor(owner: StreamTimeoutsOwner, context: ConnectionManagerContext, startMs: number) {
    const { config } = context;
    this.owner = owner;
    this.context = context;
    this.startMs = startMs;
    this.idleTimeoutMs = config.streamIdleTimeoutMs;
    this.idleTimer = null;
    this.requestTimer = null;
    this.durationTimer = null;
    this.logTimer = null;
    this.touch();
    if (config.requestTimeoutMs > 0) this.requestTimer = this.startTimer(config.requestTimeoutMs);
    if (config.maxStreamDurationMs > 0) this.durationTimer = this.startTimer(config.maxStreamDurationMs);
    if (config.accessLogFlushIntervalMs > 0) this.armLogTimer(config.accessLogFlushIntervalMs);
  }

  /** One whose time counts from the first byte. */
  private startTimer(timeoutMs: number): Timer {
    const timer = this.context.dispatcher.createCoarseTimer(this);
    timer.arm(Math.max(0, timeoutMs - (this.context.dispatcher.now() - this.startMs)));
    return timer;
  }

  private armLogTimer(intervalMs: number): void {
    const { dispatcher } = this.context;
    this.logTimer ??= intervalMs < COARSE_FROM_MS ? dispatcher.createTimer(this) : dispatcher.createCoarseTimer(this);
    this.logTimer.arm(intervalMs);
  }

  /** Something happened on the stream: it is not idle. Pushing a coarse timer back is a store. */
  touch(): void {
    if (this.idleTimeoutMs === 0) return;
    this.idleTimer ??= this.context.dispatcher.createCoarseTimer(this);
    this.idleTimer.arm(this.idleTimeoutMs);
  }

  /** The route has limits of its own; 0 is none. */
  applyRoute(action: ForwardAction, headers: HeaderMap): void {
    if (action.idleTimeoutMs !== null) this.setIdleTimeout(action.idleTimeoutMs);
    const { maxStreamDuration: config } = action;
    if (config === null) return;
    const durationMs = streamDurationMs(config, headers) ?? this.context.config.maxStreamDurationMs;
    this.setDuration(durationMs);
    // The upstream is told what the route makes of the time of a gRPC call.
    if (durationMs > 0 && config.grpcHeaderMaxMs !== null && headers.has("grpc-timeout")) {
      headers.set("grpc-timeout", grpcTimeoutText(durationMs));
    }
  }

  private setIdleTimeout(timeoutMs: number): void {
    this.idleTimeoutMs = timeoutMs;
    this.idleTimer?.disarm();
    this.touch();
  }

  /** Counts from the first byte. */
  private setDuration(timeoutMs: number): void {
    this.durationTimer?.disarm();
    this.durationTimer = timeoutMs > 0 ? this.startTimer(timeoutMs) : null;
  }

  /** The request is complete, or answered before that. */
  endRequest(): void {
    this.requestTimer?.disarm();
  }

  /** The stream is over. */
  destroy(): void {
    this.idleTimer?.disarm();
    this.requestTimer?.disarm();
    this.durationTimer?.disarm();
    this.logTimer?.disarm();
  }

  onTimer(timer: Timer): void {
    if (timer === this.logTimer) {
      this.armLogTimer(this.context.config.accessLogFlushIntervalMs);
      this.owner.onAccessLogInterval();
    } else if (timer === this.requestTimer) this.owner.onStreamTimeout("request");
    else if (timer === this.durationTimer) this.owner.onStreamTimeout("duration");
    else this.owner.onStreamTimeout("idle");
  }
}
