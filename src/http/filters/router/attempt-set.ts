import type { DecoderFilterCallbacks, DownstreamWatermarkCallbacks } from "../../filter/filter.js";
import type { UpstreamRequest } from "./upstream-request.js";

/**
 * The attempts of one request that are under way: one as a rule, more when slow ones go on beside their replacement
 * (hedging). The client's backing-up stops the response of the current one (E1, E2). Owner: `Forwarding`.
 */
export class AttemptSet implements DownstreamWatermarkCallbacks {
  private readonly callbacks: DecoderFilterCallbacks;
  private latest: UpstreamRequest | null = null;
  private replaced: UpstreamRequest[] | null = null;

  constructor(callbacks: DecoderFilterCallbacks) {
    this.callbacks = callbacks;
  }

  /** The attempt that was sent last; null before the first, while the next one waits, and after the last. */
  get current(): UpstreamRequest | null {
    return this.latest;
  }

  get isEmpty(): boolean {
    return this.latest === null && (this.replaced === null || this.replaced.length === 0);
  }

  /** The attempt is the current one from now on. */
  add(attempt: UpstreamRequest): void {
    this.latest = attempt;
    this.callbacks.setDownstreamWatermarkCallbacks(this);
  }

  /** The current attempt goes on beside the one that replaces it. */
  replaceCurrent(): void {
    if (this.latest === null) return;
    this.latest.replaced = true;
    this.replaced ??= [];
    this.replaced.push(this.latest);
    this.latest = null;
  }

  /** The attempt is over. */
  remove(attempt: UpstreamRequest): void {
    if (this.latest === attempt) this.latest = null;
    const index = this.replaced === null ? -1 : this.replaced.indexOf(attempt);
    if (index >= 0) this.replaced?.splice(index, 1);
    if (this.latest === null) this.callbacks.setDownstreamWatermarkCallbacks(null);
  }

  /** Gives one of them up. */
  drop(attempt: UpstreamRequest): void {
    this.remove(attempt);
    attempt.destroy();
  }

  hasOthers(attempt: UpstreamRequest): boolean {
    if (this.latest !== null && this.latest !== attempt) return true;
    const { replaced } = this;
    return replaced !== null && replaced.length > (replaced.includes(attempt) ? 1 : 0);
  }

  /** The attempt is the current and only one; the others are given up. */
  keepOnly(attempt: UpstreamRequest): void {
    if (this.replaced === null) return;
    const attempts = this.all();
    this.replaced = null;
    this.latest = attempt;
    for (const other of attempts) if (other !== attempt) other.destroy();
    this.callbacks.setDownstreamWatermarkCallbacks(this);
  }

  all(): UpstreamRequest[] {
    const all = this.latest === null ? [] : [this.latest];
    return this.replaced === null ? all : all.concat(this.replaced);
  }

  /** E1: the client does not take the response fast enough. */
  onAboveWriteBufferHighWatermark(): void {
    this.latest?.readDisable(true);
  }

  /** E2 */
  onBelowWriteBufferLowWatermark(): void {
    this.latest?.readDisable(false);
  }

  /** Gives all of them up. Idempotent. */
  destroy(): void {
    this.callbacks.setDownstreamWatermarkCallbacks(null);
    const { latest, replaced } = this;
    this.latest = null;
    this.replaced = null;
    latest?.destroy();
    if (replaced !== null) for (const attempt of replaced) attempt.destroy();
  }
}
