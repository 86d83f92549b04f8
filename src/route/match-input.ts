import type { HeaderMap } from "../http/headers/header-map.js";
import { headerValue } from "../http/headers/header-matcher.js";
import { asciiLowerCase } from "../matching/wire-text.js";
import type { StreamInfo } from "../stream-info/stream-info.js";

/** What of a request its route is chosen by. Implemented by `ActiveStream`. */
export interface RouteRequest {
  readonly requestHeaders: HeaderMap;
  readonly streamInfo: StreamInfo;
  /** A whole number from 0 to 2^53 - 1, drawn once for a stream: however often it is asked, the answer is the same. */
  randomValue(): number;
}

/** A request as it would be with other headers. */
export class RequestWithHeaders implements RouteRequest {
  readonly requestHeaders: HeaderMap;
  readonly streamInfo: StreamInfo;
  private readonly request: RouteRequest;

  constructor(headers: HeaderMap, request: RouteRequest) {
    this.requestHeaders = headers;
    this.streamInfo = request.streamInfo;
    this.request = request;
  }

  randomValue(): number {
    return this.request.randomValue();
  }
}

/**
 * A request as the conditions of routes see it. A route table has one such object and fills it anew for each match, so
 * that matching allocates nothing; it is valid during the match only.
 */
export class MatchInput {
  request!: RouteRequest;
  headers!: HeaderMap;
  /** Without query and fragment. */
  path = "";
  /** CONNECT has no path at all: only routes that ask for it take it. */
  pathless = false;
  private lower: string | null = null;
  /** The header that was looked at last: routes in a row mostly ask for the same one. */
  private headerName = "";
  private headerValue: string | null = null;

  fill(request: RouteRequest, path: string): void {
    this.request = request;
    this.headers = request.requestHeaders;
    this.path = path;
    this.pathless = request.requestHeaders.path === "";
    this.lower = null;
    this.headerName = "";
  }

  /** The value of a header by the name that configuration gives it, null when it is missing. */
  header(name: string): string | null {
    if (name === this.headerName) return this.headerValue;
    this.headerName = name;
    this.headerValue = headerValue(this.headers, name);
    return this.headerValue;
  }

  /** The path in lower case, made when a condition first asks. */
  lowerPath(): string {
    this.lower ??= asciiLowerCase(this.path);
    return this.lower;
  }
}
