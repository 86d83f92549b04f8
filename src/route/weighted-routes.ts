import type { HeaderMap } from "../http/headers/header-map.js";
import { headerValue } from "../http/headers/header-matcher.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import type { HashedRequest, HashPolicy } from "./hash-policy.js";
import type { RouteRequest } from "./match-input.js";
import type { Route } from "./route.js";

/** The routes that a route with weighted clusters stands for, one for each of them. */
export class WeightedRoutes {
  private readonly routes: readonly Route[];
  /** Where each route's share ends, of `total`. */
  private readonly ends: number[] = [];
  private readonly total: number;
  /** The request header with the random value, empty for none. */
  private readonly randomHeader: string;
  private readonly hashPolicy: HashPolicy | null;

  /**
   * @param weights of the routes; when they are all 0, no route is taken
   * @param hashPolicy makes the value of requests that it can hash; null for none
   */
  constructor(
    routes: readonly Route[],
    weights: readonly number[],
    randomHeader: string,
    hashPolicy: HashPolicy | null,
  ) {
    this.routes = routes;
    this.randomHeader = randomHeader;
    this.hashPolicy = hashPolicy;
    let end = 0;
    for (let i = 0; i < weights.length; i++) {
      end += weights[i] as number;
      this.ends.push(end);
    }
    this.total = end;
  }

  /** Null when the runtime leaves no weight at all. */
  choose(request: RouteRequest): Route | null {
    if (this.total === 0) return null;
    const selected = this.valueFor(request);
    const { ends } = this;
    for (let i = 0; i < ends.length; i++) if (selected < (ends[i] as number)) return this.routes[i] as Route;
    return null;
  }

  /** Below the total; the same for the whole life of a stream. */
  private valueFor(request: RouteRequest): number {
    if (this.hashPolicy !== null) {
      const hash = this.hashPolicy.hash(new WeighedRequest(request));
      if (hash !== null) return hash.modulo(this.total);
    }
    const given = this.randomHeader === "" ? -1 : this.givenValue(request.requestHeaders);
    return given < 0 ? request.randomValue() % this.total : given;
  }

  /** An unsigned number of at most 64 bits, modulo the total; -1 when the header has none, or more than one value. */
  private givenValue(headers: HeaderMap): number {
    const text = headerValue(headers, this.randomHeader);
    if (text === null || !UNSIGNED.test(text)) return -1;
    const value = BigInt(text);
    return value > MAX_UINT64 ? -1 : Number(value % BigInt(this.total));
  }
}

/** A request whose hash chooses a cluster. Cookies that the hash needs are made when a host is chosen by it. */
class WeighedRequest implements HashedRequest {
  readonly headers: HeaderMap;
  readonly streamInfo: StreamInfo;

  constructor(request: RouteRequest) {
    this.headers = request.requestHeaders;
    this.streamInfo = request.streamInfo;
  }

  setCookie(): void {}
}

const UNSIGNED = /^[0-9]{1,20}$/;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
