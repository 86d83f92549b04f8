import type { DecoderFilterCallbacks, DownstreamWatermarkCallbacks } from "../../filter/filter.js";
import type { UpstreamRequest } from "./upstream-request.js";

/**
 * The attempts of one request that are under way: one as a rule, more when slow ones go on beside their replacement
 * (hedging). Each has its response stopped while the client is behind (E1, E2): it may be the one that the client gets.
 * Owner: `Forwarding`.
 */
export class AttemptSet implements DownstreamWatermarkCallbacks {
  private readonly callbacks: DecoderFilterCallbacks;
  private latest: UpstreamRequest | null = null;
  private replaced: UpstreamRequest[] | null = null;
  /** How often the client has backed up and not caught up; attempts that come later must know. */
  private clientBackUps = 0;

  /** Hears of the client from now on, until it is destroyed. */
  constructor(callbacks: DecoderFilterCallbacks) {
    this.callbacks = callbacks;
    callbacks.setDownstreamWatermarkCallbacks(this);
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
    for (let i = 0; i < this.clientBackUps; i++) attempt.readDisable(true);
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
    if (this.replaced === null) return;
    const index = this.replaced.indexOf(attempt);
    if (index >= 0) this.replaced.splice(index, 1);
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
  }

  all(): UpstreamRequest[] {
    const all = this.latest === null ? [] : [this.latest];
    return this.replaced === null ? all : all.concat(this.replaced);
  }

  /** E1: the client does not take the response fast enough. */
  onAboveWriteBufferHighWatermark(): void {
    this.clientBackUps++;
    this.readDisable(true);
  }

  /** E2 */
  onBelowWriteBufferLowWatermark(): void {
    this.clientBackUps--;
    this.readDisable(false);
  }

  private readDisable(disable: boolean): void {
    if (this.replaced === null) this.latest?.readDisable(disable);
    else for (const attempt of this.all()) attempt.readDisable(disable);
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
