import type { IdSource } from "../network/listener.js";

/** Numbers for connections or streams that all threads of a process draw from, so that `[C7]` is one connection. */
export class SharedIds implements IdSource {
  private readonly counter: Int32Array;

  /** @param memory 4 bytes, shared by all threads */
  constructor(memory: SharedArrayBuffer) {
    this.counter = new Int32Array(memory);
  }

  /** From 1 to 2^31 - 1, which flow records can hold; then anew. */
  next(): number {
    return ((Atomics.add(this.counter, 0, 1) >>> 0) % 0x7fffffff) + 1;
  }
}
