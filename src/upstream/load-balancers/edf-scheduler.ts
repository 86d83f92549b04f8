interface Entry<T> {
  deadline: number;
  order: number;
  readonly value: T;
}

/**
 * Earliest deadline first: each value comes up with a frequency in proportion to its weight, spread evenly. The one with
 * the earliest deadline is picked, and its next deadline is one over its weight later; of equal deadlines the older one
 * goes first. A binary heap keeps them.
 */
export class EdfScheduler<T> {
  private readonly heap: Entry<T>[] = [];
  private readonly weightOf: (value: T) => number;
  private added = 0;

  /** @param weightOf more than 0; asked whenever a value was picked, so it may change */
  constructor(weightOf: (value: T) => number) {
    this.weightOf = weightOf;
  }

  get size(): number {
    return this.heap.length;
  }

  add(value: T): void {
    this.heap.push({ deadline: 1 / this.weightOf(value), order: this.added++, value });
    this.siftUp(this.heap.length - 1);
  }

  /** The next value in turn, null when there is none. */
  pick(): T | null {
    const first = this.heap[0];
    if (first === undefined) return null;
    first.deadline += 1 / this.weightOf(first.value);
    first.order = this.added++;
    this.siftDown(0);
    return first.value;
  }

  private isBefore(a: Entry<T>, b: Entry<T>): boolean {
    return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
  }

  private siftUp(from: number): void {
    const heap = this.heap;
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isBefore(heap[child] as Entry<T>, heap[parent] as Entry<T>)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private siftDown(from: number): void {
    const heap = this.heap;
    let parent = from;
    while (true) {
      let earliest = parent;
      for (let child = 2 * parent + 1; child <= 2 * parent + 2 && child < heap.length; child++) {
        if (this.isBefore(heap[child] as Entry<T>, heap[earliest] as Entry<T>)) earliest = child;
      }
      if (earliest === parent) return;
      this.swap(parent, earliest);
      parent = earliest;
    }
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a] as Entry<T>;
    this.heap[a] = this.heap[b] as Entry<T>;
    this.heap[b] = held;
  }
}
