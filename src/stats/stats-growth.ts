/*
 * How a thread's `StatsStore` tells the main thread where its numbers are. Everything here is plain data, so that it
 * may be posted from a worker; the numbers themselves never travel, they are read from the shared chunks.
 */

export type StatKind = "counter" | "gauge" | "histogram";

/** Slots of 8 bytes in a chunk: 32 KiB, room for the stats of a few dozen clusters. */
export const CHUNK_SLOTS = 4096;

/** Slots of a histogram's head, from the index in its definition: values recorded, their sum, values below all decades. */
export const HISTOGRAM_COUNT = 0;
export const HISTOGRAM_SUM = 1;
export const HISTOGRAM_ZERO = 2;
export const HISTOGRAM_HEAD_SLOTS = 3;

/** Says that a counter or gauge has the slot `index`, or a histogram its head from `index` on. */
export interface StatDefinition {
  /** Slot number in the store: chunk number times `CHUNK_SLOTS`, plus the place in the chunk. */
  readonly index: number;
  readonly kind: StatKind;
  readonly name: string;
}

/** Says that the buckets of one power of ten of a histogram stand in slots from `index` on; sent when it first needs them. */
export interface DecadeDefinition {
  readonly index: number;
  readonly kind: "decade";
  /** Name of the histogram, which was defined before. */
  readonly name: string;
  /** Number of the decade, see `histogram-buckets`. */
  readonly decade: number;
}

export type SlotDefinition = StatDefinition | DecadeDefinition;

/**
 * Hears of a store's growth, on the store's thread, before the new slots count anything. A chunk is reported before the
 * first definition that points into it.
 */
export interface StatsGrowth {
  /** @param chunk number of the chunk, from 0 without gaps. */
  onChunk(chunk: number, buffer: SharedArrayBuffer): void;
  onDefinition(definition: SlotDefinition): void;
}
