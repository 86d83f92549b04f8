import type { FilterManager } from "../filter/filter-manager.js";
import type { HeaderMap } from "../headers/header-map.js";

/** What follows the head of a request that passes the filters once more. */
export class NextPass {
  private readonly body: readonly Buffer[];
  private readonly trailers: HeaderMap | null;

  constructor(body: readonly Buffer[], trailers: HeaderMap | null) {
    this.body = body;
    this.trailers = trailers;
  }

  /** The whole request, as a codec would bring it. A chain that has been destroyed takes nothing more. */
  passThrough(filters: FilterManager, headers: HeaderMap): void {
    const { body, trailers } = this;
    filters.decodeHeaders(headers, body.length === 0 && trailers === null);
    for (let i = 0; i < body.length; i++) {
      filters.decodeData(body[i] as Buffer, i === body.length - 1 && trailers === null);
    }
    if (trailers !== null) filters.decodeTrailers(trailers);
  }
}
