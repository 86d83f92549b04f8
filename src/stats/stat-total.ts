import { UNUSED } from "./slot-stats.js";

/** One thread's share of a counter or gauge. */
interface Share {
  readonly slots: Float64Array;
  readonly slot: number;
}

/** A counter or gauge of the whole process: the sum over the threads that have it. */
export class StatTotal {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  private readonly shares: Share[] = [];
  private baseline = 0;

  constructor(name: string, kind: "counter" | "gauge") {
    this.name = name;
    this.kind = kind;
  }

  addShare(slots: Float64Array, slot: number): void {
    this.shares.push({ slots, slot });
  }

  get value(): number {
    return this.sum() - this.baseline;
  }

  /** Whether any thread ever wrote it. */
  get used(): boolean {
    return !Object.is(this.sum(), UNUSED);
  }

  /** Counts from here on as if from 0. The slots stay as they are: only their threads may write them. */
  reset(): void {
    this.baseline = this.sum();
  }

  private sum(): number {
    // Only -0 + -0 stays -0: the sum of untouched slots is "unused" in turn.
    let sum = UNUSED;
    for (const share of this.shares) sum += share.slots[share.slot] as number;
    return sum;
  }
}
