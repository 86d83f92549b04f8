/** What is to happen at a moment of virtual time. */
export interface Scheduled {
  readonly atMs: number;
  /** Orders what happens at the same moment: first scheduled, first run. */
  readonly sequence: number;
  /** `flight` is what happens by itself (bytes on their way); only timers may be left when a simulation is idle. */
  readonly kind: "flight" | "timer" | "tick";
  readonly run: () => void;
  cancelled: boolean;
}

/** A binary heap ordered by time, then by order of scheduling. Cancelled entries leave it when they come up. */
export class EventQueue {
  private readonly heap: Scheduled[] = [];

  push(entry: Scheduled): void {
    const heap = this.heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent] as Scheduled, entry)) break;
      heap[at] = heap[parent] as Scheduled;
      at = parent;
    }
    heap[at] = entry;
  }

  /** The next entry that was not cancelled; null when there is none. */
  peek(): Scheduled | null {
    while (this.heap.length > 0 && (this.heap[0] as Scheduled).cancelled) this.removeFirst();
    return this.heap[0] ?? null;
  }

  /** Removes the entry that `peek` shows. */
  removeFirst(): void {
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.siftDown(last);
  }

  private siftDown(entry: Scheduled): void {
    const heap = this.heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Scheduled, heap[child] as Scheduled)) child++;
      if (isBefore(entry, heap[child] as Scheduled)) break;
      heap[at] = heap[child] as Scheduled;
      at = child;
    }
    heap[at] = entry;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
