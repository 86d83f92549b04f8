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

/**
 * A request, as far as it has come, kept while it may have to be sent again. Owner: `Forwarding`.
 */
export class RequestReplay {
  readonly headers: HeaderMap;
  private trailers: HeaderMap | null = null;
  private readonly pieces: Buffer[] = [];
  private bytes = 0;
  private given = false;

  constructor(headers: HeaderMap) {
    this.headers = headers;
  }

  /** Whole, as far as it has come: it can be sent again. */
  get isWhole(): boolean {
    return !this.given;
  }

  /** Whether so many more bytes may be kept. @param limitBytes 0 is no limit */
  hasRoomFor(bytes: number, limitBytes: number): boolean {
    return limitBytes === 0 || this.bytes + bytes <= limitBytes;
  }

  /** Whether so many more bytes are worth keeping for no other reason than a stale connection. */
  hasRoomForStale(bytes: number, limitBytes: number): boolean {
    return this.bytes + bytes <= STALE_LIMIT_BYTES && this.hasRoomFor(bytes, limitBytes);
  }

  /** @param data bytes that stay as they are */
  add(data: Buffer): void {
    if (data.length === 0) return;
    this.pieces.push(data);
    this.bytes += data.length;
  }

  setTrailers(trailers: HeaderMap): void {
    this.trailers = trailers;
  }

  /** It will not be sent again: nothing is kept from now on. */
  giveUp(): void {
    this.given = true;
    if (this.pieces.length > 0) this.pieces.length = 0;
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
