import assert from "node:assert/strict";
import { READ_BUFFER_BYTES } from "../../src/network/read-buffers.js";
import type { SeededRandom } from "./seeded-random.js";

/**
 * How reads are cut: everything that is there at once, byte by byte, pieces of random sizes, or the given sizes in
 * turn, the last one for all that follow.
 */
export type ReadSplit = "whole" | "bytes" | "random" | readonly number[];

/** How the simulated network carries the connections to one address. */
export interface LinkOptions {
  /** Time a byte, a FIN or a RST takes one way. A connect takes two ways. */
  readonly latencyMs: number;
  readonly readSplit: ReadSplit;
  /**
   * Bytes one direction may hold between the sender's write and the receiver's read, as the kernel's socket buffers do.
   * A write beyond it is only partly taken: the rest counts as `unsentBytes`.
   */
  readonly windowBytes: number;
  /** How a connect ends: accepted when somebody listens (else refused), refused in any case, or never answered. */
  readonly connect: "accept" | "refuse" | "blackHole";
}

export const DEFAULT_LINK: LinkOptions = {
  latencyMs: 1,
  readSplit: "whole",
  windowBytes: 256 * 1024,
  connect: "accept",
};

/** Chooses the size of each read of one direction of a connection. */
export class ReadSplitter {
  private readonly split: ReadSplit;
  private readonly random: SeededRandom;
  private scriptIndex = 0;

  constructor(split: ReadSplit, random: SeededRandom) {
    this.split = split;
    this.random = random;
  }

  /** How many of `available` bytes the next read brings; at least one. */
  nextSize(available: number): number {
    const limit = Math.min(available, READ_BUFFER_BYTES);
    if (this.split === "whole") return limit;
    if (this.split === "bytes") return 1;
    if (this.split === "random") return 1 + this.random.below(limit);
    return Math.min(limit, this.scriptedSize(this.split));
  }

  private scriptedSize(sizes: readonly number[]): number {
    const size = sizes[Math.min(this.scriptIndex++, sizes.length - 1)];
    assert.ok(size !== undefined && size > 0, "a scripted read brings at least one byte");
    return size;
  }
}
