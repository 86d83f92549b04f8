import type {
  DecoderFilterCallbacks,
  EncoderFilterCallbacks,
  FilterChainCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  HttpFilterFactory,
  LocalReply,
  StreamFilter,
} from "../../src/http/filter/filter.js";
import type { HeaderMap } from "../../src/http/headers/header-map.js";

const REFUSED: LocalReply = {
  status: 401,
  body: "who are you?\n",
  details: "api_key_refused",
  headers: ["www-authenticate", "ApiKey"],
};

/** Lets only requests with a known `x-api-key` through, and tells the upstream and the client whose it was. */
export class ApiKeyFilter implements StreamFilter {
  private readonly owners: ReadonlyMap<string, string>;
  private callbacks!: DecoderFilterCallbacks;
  private owner = "";

  /** @param owners name of the owner by key */
  constructor(owners: ReadonlyMap<string, string>) {
    this.owners = owners;
  }

  setDecoderFilterCallbacks(callbacks: DecoderFilterCallbacks): void {
    this.callbacks = callbacks;
  }

  setEncoderFilterCallbacks(_callbacks: EncoderFilterCallbacks): void {}

  // ---- request

  decodeHeaders(headers: HeaderMap, _endStream: boolean): FilterHeadersStatus {
    const owner = this.owners.get(headers.get("x-api-key") ?? "");
    if (owner === undefined) {
      this.callbacks.sendLocalReply(REFUSED);
      return "stopIteration";
    }
    this.owner = owner;
    headers.remove("x-api-key");
    headers.set("x-api-owner", owner);
    return "continue";
  }

  decodeData(_data: Buffer, _endStream: boolean): FilterDataStatus {
    return "continue";
  }

  decodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    return "continue";
  }

  // ---- response, the refusal included: local replies pass the encoder filters too

  encodeHeaders(headers: HeaderMap, _endStream: boolean): FilterHeadersStatus {
    if (this.owner !== "") headers.set("x-api-owner", this.owner);
    return "continue";
  }

  encodeData(_data: Buffer, _endStream: boolean): FilterDataStatus {
    return "continue";
  }

  encodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    return "continue";
  }

  onDestroy(): void {}
}

/** Made once, from configuration; makes the filter of each stream. */
export class ApiKeyFilterFactory implements HttpFilterFactory {
  readonly name = "example.api_key";
  private readonly owners: ReadonlyMap<string, string>;

  constructor(owners: ReadonlyMap<string, string>) {
    this.owners = owners;
  }

  createFilter(chain: FilterChainCallbacks): void {
    chain.addStreamFilter(this.name, new ApiKeyFilter(this.owners));
  }
}
