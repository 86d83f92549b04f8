import type { ReplayLimits } from "../../../route/route-action-config.js";
import type { HeaderMap } from "../../headers/header-map.js";
import type { AttemptSet } from "./attempt-set.js";
import type { UpstreamRequest } from "./upstream-request.js";

/**
 * Bytes of a request's body that may be kept for another attempt; 0 is no limit. What the connection may hold, and for
 * the older of the two fields no more than that (`request_body_buffer_limit`, `per_request_buffer_limit_bytes`).
 */
export function replayLimit(limits: ReplayLimits, connectionBytes: number): number {
  if (limits.bodyLimitBytes !== null) return limits.bodyLimitBytes;
  const { replayLimitBytes } = limits;
  if (replayLimitBytes === null) return connectionBytes;
  return connectionBytes === 0 ? replayLimitBytes : Math.min(replayLimitBytes, connectionBytes);
}

/** What is kept of a body only for the case that its connection is stale. */
const STALE_LIMIT_BYTES = 64 * 1024;

/** What a body is kept for. */
export type ReplayPurpose =
  /** There may be another attempt, or a redirect to follow. */
  | "again"
  /** Only that its connection may turn out to be stale. */
  | "stale"
  /** It will not be sent again. */
  | "nothing";

/** Implemented by `Forwarding`. */
export interface ReplayOwner {
  /** Asked for each piece of the body, as long as it is whole. */
  readonly replayPurpose: ReplayPurpose;
  /** Makes bytes of a call safe to hold beyond it. */
  keep(data: Buffer): Buffer;
  /** The body has become too large to be sent again, and is kept no more. At most once. */
  onReplayOutgrown(): void;
}

/**
 * A request, as far as it has come, kept while it may have to be sent again, up to a limit. Owner: `Forwarding`.
 */
export class RequestReplay {
  readonly headers: HeaderMap;
  private readonly owner: ReplayOwner;
  private readonly limitBytes: number;
  private trailers: HeaderMap | null = null;
  private readonly pieces: Buffer[] = [];
  private bytes = 0;
  private given = false;

  /** @param limitBytes of the body that may be kept; 0 is no limit */
  constructor(owner: ReplayOwner, headers: HeaderMap, limitBytes: number) {
    this.owner = owner;
    this.headers = headers;
    this.limitBytes = limitBytes;
  }

  /** Whole, as far as it has come: it can be sent again. */
  get isWhole(): boolean {
    return !this.given;
  }

  get body(): readonly Buffer[] {
    return this.pieces;
  }

  get requestTrailers(): HeaderMap | null {
    return this.trailers;
  }

  /** Whether the head is all there is of it yet. */
  get isHeadOnly(): boolean {
    return this.pieces.length === 0 && this.trailers === null;
  }

  /** A further piece of the body. Returns its bytes, which may be held beyond the call if they are kept here. */
  add(data: Buffer): Buffer {
    if (this.given || data.length === 0) return data;
    switch (this.owner.replayPurpose) {
      case "again":
        if (this.hasRoomFor(data.length)) return this.kept(data);
        this.giveUp();
        this.owner.onReplayOutgrown();
        return data;
      case "stale":
        if (this.bytes + data.length <= STALE_LIMIT_BYTES && this.hasRoomFor(data.length)) return this.kept(data);
        this.giveUp();
        return data;
      case "nothing":
        this.giveUp();
        return data;
    }
  }

  private hasRoomFor(bytes: number): boolean {
    return this.limitBytes === 0 || this.bytes + bytes <= this.limitBytes;
  }

  private kept(data: Buffer): Buffer {
    const bytes = this.owner.keep(data);
    this.pieces.push(bytes);
    this.bytes += bytes.length;
    return bytes;
  }

  setTrailers(trailers: HeaderMap): void {
    this.trailers = trailers;
  }

  /** It will not be sent again: nothing is kept from now on. Idempotent. */
  giveUp(): void {
    this.given = true;
    if (this.pieces.length > 0) this.pieces.length = 0;
  }

  /**
   * Sends what follows the head, as far as it has come.
   * @param attempts knows whether the attempt goes on: it may fail at any piece
   */
  sendBody(attempt: UpstreamRequest, complete: boolean, attempts: AttemptSet): void {
    const { pieces, trailers } = this;
    for (let i = 0; i < pieces.length && attempts.current === attempt; i++) {
      attempt.encodeData(pieces[i] as Buffer, complete && trailers === null && i === pieces.length - 1);
    }
    if (trailers !== null && attempts.current === attempt) attempt.encodeTrailers(trailers);
  }
}
