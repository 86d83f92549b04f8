import type { Dispatcher, Timer, TimerTarget } from "../event/dispatcher.js";
import type { Counter } from "../stats/stat.js";
import type { StreamSocket } from "./stream-socket.js";

/** How long a peer may take to read our last bytes when no delayed-close timeout is configured. */
const FLUSH_TIMEOUT_MS = 1_000;

export interface DelayedCloseOptions {
  /** Milliseconds that the peer has, from the last progress; 0 is the time for our own bytes alone. */
  readonly timeoutMs: number;
  /** The peer may still be sending: its FIN is waited for too, so that it reads our answer instead of a RST. */
  readonly lingers: boolean;
  /** Counts peers that did not close in time; null where nobody counts. */
  readonly timeouts: Counter | null;
}

/**
 * What is left of a connection that was closed from our side in order: FIN stands behind the last byte, and the socket goes
 * when the peer has what it was sent, and has closed where that is waited for. Owner: `Connection`.
 */
export class DelayedClose implements TimerTarget {
  private readonly socket: StreamSocket;
  private readonly timer: Timer;
  private readonly timeoutMs: number;
  private readonly timeouts: Counter | null;
  private lingers: boolean;
  /** What was unsent when the timer was armed. */
  private unsentWhenArmed = 0;

  constructor(socket: StreamSocket, dispatcher: Dispatcher, { timeoutMs, lingers, timeouts }: DelayedCloseOptions) {
    this.socket = socket;
    this.timer = dispatcher.createCoarseTimer(this);
    this.timeoutMs = timeoutMs > 0 ? timeoutMs : FLUSH_TIMEOUT_MS;
    this.timeouts = timeouts;
    this.lingers = lingers;
    this.arm();
  }

  private arm(): void {
    this.unsentWhenArmed = this.socket.unsentBytes;
    this.timer.arm(this.timeoutMs);
  }

  /** The peer takes our bytes. */
  onSocketWritable(): void {
    // Its own time begins with the last of them.
    if (this.lingers) this.arm();
    else if (this.socket.unsentBytes === 0) this.socket.destroy();
  }

  /** The peer has closed its half. One that has nothing more to say may still be reading what it was sent. */
  onSocketEnd(): void {
    if (this.socket.unsentBytes > 0) this.lingers = false;
    else this.socket.destroy();
  }

  onTimer(_timer: Timer): void {
    if (this.socket.unsentBytes < this.unsentWhenArmed) {
      // The peer is slow, not gone.
      this.arm();
      return;
    }
    this.timeouts?.inc();
    this.socket.destroy();
  }

  destroy(): void {
    this.timer.disarm();
  }
}
