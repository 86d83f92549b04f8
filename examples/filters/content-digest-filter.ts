import { createHash } from "node:crypto";
import type {
  DecoderFilterCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  StreamDecoderFilter,
} from "../../src/http/filter/filter.js";
import type { HeaderMap } from "../../src/http/headers/header-map.js";

/**
 * Gives a request the digest of its body (RFC 9530). The digest stands in the head, so the head waits until the body is
 * complete, and the body is buffered meanwhile: over the buffer limit the client gets a 413.
 */
export class ContentDigestFilter implements StreamDecoderFilter {
  private readonly hash = createHash("sha256");
  private headers: HeaderMap | null = null;

  setDecoderFilterCallbacks(_callbacks: DecoderFilterCallbacks): void {}

  decodeHeaders(headers: HeaderMap, endStream: boolean): FilterHeadersStatus {
    if (endStream) return "continue";
    this.headers = headers;
    return "stopIteration";
  }

  decodeData(data: Buffer, endStream: boolean): FilterDataStatus {
    // Used at once, so the bytes need not be kept; what waits is kept by the chain.
    this.hash.update(data);
    if (!endStream) return "stopIterationAndBuffer";
    this.addDigest();
    return "continue";
  }

  decodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    this.addDigest();
    return "continue";
  }

  private addDigest(): void {
    this.headers?.set("content-digest", `sha-256=:${this.hash.digest("base64")}:`);
  }

  onDestroy(): void {
    this.headers = null;
  }
}
