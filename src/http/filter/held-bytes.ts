import type { ActiveFilter } from "./active-filter.js";
import { HeldData } from "./held-data.js";

/** What the limit of a direction asks to be done. Implemented by `FilterIteration`. */
export interface HeldBytesOwner {
  /** 0 for none. */
  readonly bufferLimitBytes: number;
  /** More is held than the limit allows, and the sender cannot be slowed down instead. */
  onBufferOverflow(): void;
  onBufferAboveLimit(): void;
  onBufferBelowLimit(): void;
  keep(data: Buffer): Buffer;
}

/** Body that the filters of one direction hold back, counted against one limit. */
export class HeldBytes {
  private readonly owner: HeldBytesOwner;
  private bytes = 0;
  private aboveLimit = false;

  constructor(owner: HeldBytesOwner) {
    this.owner = owner;
  }

  /**
   * Adds to what the filter holds; no bytes stand for the end alone.
   * @param streaming over the limit, slow the sender down instead of refusing
   */
  add(filter: ActiveFilter, data: Buffer, streaming: boolean): void {
    filter.held ??= new HeldData();
    if (data.length === 0) return;
    filter.held.add(this.owner.keep(data));
    this.bytes += data.length;
    this.checkAboveLimit(streaming);
  }

  /** All that the filter holds, which it holds no longer; null when that is nothing. */
  take(filter: ActiveFilter): Buffer | null {
    if (filter.held === null) return null;
    const { data } = filter.held;
    filter.held = null;
    this.bytes -= data.length;
    this.checkBelowLimit();
    return data;
  }

  replace(filter: ActiveFilter, data: Buffer, streaming: boolean): void {
    this.bytes -= filter.held?.byteLength ?? 0;
    filter.held = null;
    this.add(filter, data, streaming);
    this.checkBelowLimit();
  }

  /** Nobody will ask for what is held. */
  drop(filters: readonly ActiveFilter[]): void {
    for (let i = 0; i < filters.length; i++) (filters[i] as ActiveFilter).held = null;
    this.bytes = 0;
    this.checkBelowLimit();
  }

  private checkAboveLimit(streaming: boolean): void {
    const limitBytes = this.owner.bufferLimitBytes;
    if (limitBytes === 0 || this.bytes <= limitBytes) return;
    if (!streaming) this.owner.onBufferOverflow();
    else if (!this.aboveLimit) {
      this.aboveLimit = true;
      this.owner.onBufferAboveLimit();
    }
  }

  private checkBelowLimit(): void {
    if (!this.aboveLimit || this.bytes > this.owner.bufferLimitBytes >> 1) return;
    this.aboveLimit = false;
    this.owner.onBufferBelowLimit();
  }
}
