import type { StatsScope } from "../stats/stat.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import { ResponseStats } from "./response-stats.js";

/**
 * Responses by status and by time, as a tree of stats: all of them, under `internal` and `external` by who has asked, under
 * `canary` those of hosts on trial. A cluster has one, and one for each `x-envoy-upstream-alt-stat-name`.
 */
export class ResponseTree {
  private readonly all: ResponseStats;
  private readonly scope: StatsScope;
  /** Of these there is none before the first response. */
  private internal: ResponseStats | null = null;
  private external: ResponseStats | null = null;
  private canary: ResponseStats | null = null;

  constructor(scope: StatsScope) {
    this.scope = scope;
    this.all = new ResponseStats(scope);
  }

  onResponse(status: number, info: StreamInfo): void {
    this.all.onResponse(status);
    this.originOf(info).onResponse(status);
    if (isCanary(info)) this.canaries().onResponse(status);
  }

  /** @param durationMs since the request was complete */
  onComplete(durationMs: number, info: StreamInfo): void {
    this.all.onComplete(durationMs);
    this.originOf(info).onComplete(durationMs);
    if (isCanary(info)) this.canaries().onComplete(durationMs);
  }

  /** A response to a request that is the proxy's own. */
  onOwnResponse(status: number): void {
    this.all.onResponse(status);
    this.internals().onResponse(status);
  }

  /** @param durationMs since the request was complete */
  onOwnComplete(durationMs: number): void {
    this.all.onComplete(durationMs);
    this.internals().onComplete(durationMs);
  }

  private internals(): ResponseStats {
    this.internal ??= new ResponseStats(this.scope.scope("internal"));
    return this.internal;
  }

  private originOf(info: StreamInfo): ResponseStats {
    if (info.isInternal) return this.internals();
    this.external ??= new ResponseStats(this.scope.scope("external"));
    return this.external;
  }

  private canaries(): ResponseStats {
    this.canary ??= new ResponseStats(this.scope.scope("canary"));
    return this.canary;
  }
}

function isCanary({ isCanary: said, upstreamHost }: StreamInfo): boolean {
  return said || upstreamHost?.canary === true;
}
