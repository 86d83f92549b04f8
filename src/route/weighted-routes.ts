import type { HeaderMap } from "../http/headers/header-map.js";
import type { Route } from "./route.js";

/** The routes that a route with weighted clusters stands for, one for each of them. */
export class WeightedRoutes {
  private readonly routes: readonly Route[];
  /** Where each route's share ends, of `total`. */
  private readonly ends: number[] = [];
  private readonly total: number;
  /** The request header with the random value, empty for none. */
  private readonly randomHeader: string;

  /** @param weights of the routes; when they are all 0, the last route takes everything */
  constructor(routes: readonly Route[], weights: readonly number[], randomHeader: string) {
    this.routes = routes;
    this.randomHeader = randomHeader;
    let end = 0;
    for (let i = 0; i < weights.length; i++) {
      end += weights[i] as number;
      this.ends.push(end);
    }
    this.total = Math.max(end, 1);
  }

  /** @param random a whole number from 0 to 2^53 - 1, the same for the whole life of a stream */
  choose(headers: HeaderMap, random: number): Route {
    const value = (this.randomHeader === "" ? -1 : this.givenValue(headers)) % this.total;
    const selected = value < 0 ? random % this.total : value;
    const { ends } = this;
    for (let i = 0; i < ends.length; i++) if (selected < (ends[i] as number)) return this.routes[i] as Route;
    return this.routes[ends.length - 1] as Route;
  }

  /** An unsigned number of at most 64 bits, modulo the total; -1 when the header has none, or more than one value. */
  private givenValue(headers: HeaderMap): number {
    const text = headers.getJoined(this.randomHeader);
    if (text === null || !UNSIGNED.test(text)) return -1;
    const value = BigInt(text);
    return value > MAX_UINT64 ? -1 : Number(value % BigInt(this.total));
  }
}

const UNSIGNED = /^[0-9]{1,20}$/;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
