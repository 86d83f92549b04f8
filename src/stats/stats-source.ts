import { assert } from "../common/assert.js";
import { CHUNK_SLOTS, type SlotDefinition, type StatsGrowth } from "./stats-growth.js";
import type { StatsMessage } from "./stats-reporter.js";

/** Where the slots of a source are added up. */
export interface SlotSink {
  addSlots(definition: SlotDefinition, chunk: Float64Array, slot: number): void;
}

/** The aggregator's view of one thread's store. */
export class StatsSource implements StatsGrowth {
  private readonly sink: SlotSink;
  private readonly chunks: Float64Array[] = [];

  constructor(sink: SlotSink) {
    this.sink = sink;
  }

  /** Takes in what the thread's `StatsReporter` posted. */
  receive(message: StatsMessage): void {
    for (const { chunk, buffer } of message.chunks) this.onChunk(chunk, buffer);
    for (const definition of message.definitions) this.onDefinition(definition);
  }

  onChunk(chunk: number, buffer: SharedArrayBuffer): void {
    assert(chunk === this.chunks.length, `chunk ${chunk} of stats after ${this.chunks.length} chunks`);
    this.chunks.push(new Float64Array(buffer));
  }

  onDefinition(definition: SlotDefinition): void {
    const chunk = this.chunks[Math.floor(definition.index / CHUNK_SLOTS)];
    assert(chunk !== undefined, `stat ${definition.name} is in a chunk that was not reported`);
    this.sink.addSlots(definition, chunk, definition.index % CHUNK_SLOTS);
  }
}
