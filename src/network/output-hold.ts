import type { Dispatcher, Flushable, Task } from "../event/dispatcher.js";

/** Keeps the output of a connection back until the loop has polled once more. Owner: `Connection`. */
export class OutputHold implements Task {
  isHeld = false;
  private readonly connection: Flushable;
  private readonly dispatcher: Dispatcher;

  constructor(connection: Flushable, dispatcher: Dispatcher) {
    this.connection = connection;
    this.dispatcher = dispatcher;
  }

  /** Idempotent. */
  begin(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.dispatcher.post(this);
  }

  /** Nothing waits any longer; what has waited is not sent by this. */
  end(): void {
    this.isHeld = false;
  }

  /** Called by the dispatcher behind the poll. */
  run(): void {
    this.isHeld = false;
    this.connection.flush();
  }
}
