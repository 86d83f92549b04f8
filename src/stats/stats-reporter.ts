import type { SlotDefinition, StatsGrowth } from "./stats-growth.js";

export interface StatsChunk {
  /** Number of the chunk in its store. */
  readonly chunk: number;
  readonly buffer: SharedArrayBuffer;
}

/** What a worker posts to the main thread when its store has grown; `StatsSource.receive` takes it in there. */
export interface StatsMessage {
  readonly chunks: readonly StatsChunk[];
  readonly definitions: readonly SlotDefinition[];
}

/** Runs something on the next turn of the loop; the `Dispatcher` does. */
export interface NextTurn {
  post(task: { run(): void }): void;
}

/** Gathers a store's growth and posts it once a turn: a configuration of a thousand clusters is a few messages. */
export class StatsReporter implements StatsGrowth {
  private readonly post: (message: StatsMessage) => void;
  private readonly nextTurn: NextTurn;
  private chunks: StatsChunk[] = [];
  private definitions: SlotDefinition[] = [];
  private scheduled = false;

  /** @param post hands the message to the main thread, as `parentPort.postMessage`. */
  constructor(post: (message: StatsMessage) => void, nextTurn: NextTurn) {
    this.post = post;
    this.nextTurn = nextTurn;
  }

  onChunk(chunk: number, buffer: SharedArrayBuffer): void {
    this.chunks.push({ chunk, buffer });
    this.schedule();
  }

  onDefinition(definition: SlotDefinition): void {
    this.definitions.push(definition);
    this.schedule();
  }

  /** The turn has come. */
  run(): void {
    this.scheduled = false;
    this.flush();
  }

  /** Posts at once what is gathered; for a worker about to exit. */
  flush(): void {
    if (this.chunks.length === 0 && this.definitions.length === 0) return;
    const message: StatsMessage = { chunks: this.chunks, definitions: this.definitions };
    this.chunks = [];
    this.definitions = [];
    this.post(message);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.nextTurn.post(this);
  }
}
