import type { Counter, StatsScope } from "../../../stats/stat.js";

/** What the HTTP/1 codec counts under `http1.`, for all listeners together as in Envoy. */
export class Http1CodecStats {
  readonly droppedHeadersWithUnderscores: Counter;
  readonly requestsRejectedWithUnderscores: Counter;

  /** @param scope `http1` */
  constructor(scope: StatsScope) {
    this.droppedHeadersWithUnderscores = scope.counter("dropped_headers_with_underscores");
    this.requestsRejectedWithUnderscores = scope.counter("requests_rejected_with_underscores_in_headers");
    // Envoy's dashboards look for these; what they count does not happen here: requests wait while responses queue.
    scope.counter("metadata_not_supported_error");
    scope.counter("response_flood");
  }
}
