import type { UpstreamRequest } from "./upstream-request.js";

/**
 * The attempts of one request that are under way: one as a rule, more when slow ones go on beside their replacement
 * (hedging). Owner: `Forwarding`.
 */
export class AttemptSet {
  /** The attempt that was sent last; null before the first, while the next one waits, and after the last. */
  current: UpstreamRequest | null = null;
  private replaced: UpstreamRequest[] | null = null;

  get isEmpty(): boolean {
    return this.current === null && (this.replaced === null || this.replaced.length === 0);
  }

  /** The current attempt goes on beside the one that replaces it. */
  replaceCurrent(): void {
    if (this.current === null) return;
    this.current.replaced = true;
    this.replaced ??= [];
    this.replaced.push(this.current);
    this.current = null;
  }

  remove(attempt: UpstreamRequest): void {
    if (this.current === attempt) this.current = null;
    if (this.replaced === null) return;
    const index = this.replaced.indexOf(attempt);
    if (index >= 0) this.replaced.splice(index, 1);
  }

  hasOthers(attempt: UpstreamRequest): boolean {
    if (this.current !== null && this.current !== attempt) return true;
    const { replaced } = this;
    return replaced !== null && replaced.length > (replaced.includes(attempt) ? 1 : 0);
  }

  /** The attempt is the current and only one; the others are given up. Returns whether there was anything to do. */
  keepOnly(attempt: UpstreamRequest): boolean {
    if (this.replaced === null) return false;
    const attempts = this.all();
    this.replaced = null;
    this.current = attempt;
    for (const other of attempts) if (other !== attempt) other.destroy();
    return true;
  }

  all(): UpstreamRequest[] {
    const all = this.current === null ? [] : [this.current];
    return this.replaced === null ? all : all.concat(this.replaced);
  }

  /** Gives all of them up. */
  destroy(): void {
    const { current, replaced } = this;
    this.current = null;
    this.replaced = null;
    current?.destroy();
    if (replaced !== null) for (const attempt of replaced) attempt.destroy();
  }
}
