const ARRIVED = 0;
const CLOSED = 1;

/** How long a thread waits for the others; one that hangs must not hang the rest. */
const MAX_WAIT_MS = 2_000;

/**
 * Threads that share one listening descriptor must close it together: the first close is the real one, and any thread
 * that goes on meanwhile could open a connection under the same number, which the next close would then hit. So all
 * meet before, close, and meet again after.
 */
export class ClosingGate {
  readonly memory: SharedArrayBuffer;
  private readonly counts: Int32Array;
  private readonly parties: number;

  /** @param memory 8 bytes, shared by all parties */
  constructor(parties: number, memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.parties = parties;
    this.memory = memory;
    this.counts = new Int32Array(memory);
  }

  /** Blocks the thread until all parties are here, runs `close`, and blocks until all have run theirs. */
  pass(close: () => void): void {
    this.meet(ARRIVED);
    close();
    this.meet(CLOSED);
  }

  private meet(slot: number): void {
    let here = Atomics.add(this.counts, slot, 1) + 1;
    Atomics.notify(this.counts, slot);
    while (here < this.parties) {
      if (Atomics.wait(this.counts, slot, here, MAX_WAIT_MS) === "timed-out") return;
      here = Atomics.load(this.counts, slot);
    }
  }
}
