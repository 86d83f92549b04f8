import type { Dispatcher, Task } from "../../event/dispatcher.js";
import type { AccessLogSink } from "./access-logger.js";

/** Gathered more than this in one turn, a batch does not wait for the turn's end: messages stay of a moderate size. */
const MAX_BATCH_BYTES = 64 * 1024;

/** Takes whole lines of one sink: in a worker, the channel to the thread that writes the file. */
export interface LineBatchTarget {
  deliver(text: string): void;
}

/**
 * Gathers the lines of a turn of the loop and hands them on together. A message to another thread costs more than a
 * line, so a worker sends one for all streams that ended in a turn. The text goes to `write` of the thread's own sink.
 */
export class BatchingSink implements AccessLogSink, Task {
  private readonly dispatcher: Dispatcher;
  private readonly target: LineBatchTarget;
  private batch = "";
  private posted = false;

  constructor(dispatcher: Dispatcher, target: LineBatchTarget) {
    this.dispatcher = dispatcher;
    this.target = target;
  }

  write(line: string): void {
    this.batch += line;
    if (this.batch.length >= MAX_BATCH_BYTES) this.flush();
    if (this.posted) return;
    this.posted = true;
    this.dispatcher.post(this);
  }

  run(): void {
    this.posted = false;
    this.flush();
  }

  /** Hands on what was gathered; a worker calls it before it ends. */
  flush(): void {
    if (this.batch === "") return;
    const batch = this.batch;
    this.batch = "";
    this.target.deliver(batch);
  }
}
