import { Hash64 } from "../common/hash64.js";
import { xxHash64 } from "../common/xx-hash64.js";
import { cookieValue } from "../http/headers/cookie.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { queryParameter } from "../http/headers/query-string.js";
import { unicodeText, wireText } from "../matching/wire-text.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import type { HashCookieConfig, HashPolicyConfig, HashSourceConfig } from "./hash-policy-config.js";
import { RegexSubstitution } from "./regex-substitution.js";

/** A request whose hash is asked for. */
export interface HashedRequest {
  readonly headers: HeaderMap;
  readonly streamInfo: StreamInfo;
  /** The client gets this `set-cookie` with its response. */
  setCookie(value: string): void;
}

/** A part of a request that its hash is made of. Compiled from configuration; keeps nothing. */
interface HashSource {
  /** False when the request does not have it. */
  hash(request: HashedRequest, into: Hash64): boolean;
}

/** The hash policies of a route, put together in their order. */
export class HashPolicy {
  private readonly sources: HashSource[] = [];
  private readonly terminal: boolean[] = [];
  /** Filled anew for each request; the answer is read at once. */
  private readonly result = new Hash64();
  private readonly part = new Hash64();

  constructor(configs: readonly HashPolicyConfig[]) {
    for (const { source, terminal } of configs) {
      this.sources.push(compileSource(source));
      this.terminal.push(terminal);
    }
  }

  /** The hash of a request, valid until the next one is asked for; null when nothing of it can be hashed. */
  hash(request: HashedRequest): Hash64 | null {
    let found = false;
    this.result.set(0, 0);
    for (let i = 0; i < this.sources.length; i++) {
      if ((this.sources[i] as HashSource).hash(request, this.part)) {
        this.result.mix(this.part);
        found = true;
      }
      if (found && this.terminal[i]) break;
    }
    return found ? this.result : null;
  }
}

function compileSource(config: HashSourceConfig): HashSource {
  switch (config.kind) {
    case "header":
      return new HeaderSource(config.name, config.substitution && new RegexSubstitution(config.substitution));
    case "cookie":
      return new CookieSource(config);
    case "sourceIp":
      return new SourceIp();
    case "queryParameter":
      return new QueryParameterSource(config.name);
    case "filterState":
      return new FilterStateSource(config.key);
  }
}

class HeaderSource implements HashSource {
  private readonly name: string;
  private readonly substitution: RegexSubstitution | null;

  constructor(name: string, substitution: RegexSubstitution | null) {
    this.name = name;
    this.substitution = substitution;
  }

  hash({ headers }: HashedRequest, into: Hash64): boolean {
    if (this.name.startsWith(":")) return this.hashPseudo(headers, into);
    const first = headers.get(this.name);
    if (first === null) return false;
    // Joined values differ from the first one when there are several.
    if (headers.getJoined(this.name) === first) xxHash64(this.rewritten(first), into);
    else this.hashSorted(headers, into);
    return true;
  }

  private hashPseudo(headers: HeaderMap, into: Hash64): boolean {
    const value = pseudoHeader(headers, this.name);
    if (value === "") return false;
    xxHash64(this.rewritten(value), into);
    return true;
  }

  /** The order in which a client repeats a header must not count. */
  private hashSorted(headers: HeaderMap, into: Hash64): void {
    const values: string[] = [];
    for (let i = 0; i < headers.size; i++) {
      if (headers.nameAt(i) === this.name) values.push(this.rewritten(headers.valueAt(i)));
    }
    values.sort();
    let joined = "";
    for (let i = 0; i < values.length; i++) joined += `${(values[i] as string).length}:${values[i]}`;
    xxHash64(joined, into);
  }

  private rewritten(value: string): string {
    return this.substitution === null ? value : wireText(this.substitution.replaceAll(unicodeText(value)));
  }
}

function pseudoHeader(headers: HeaderMap, name: string): string {
  switch (name) {
    case ":path":
      return headers.path;
    case ":authority":
      return headers.authority;
    case ":method":
      return headers.method;
    case ":scheme":
      return headers.scheme;
    default:
      return "";
  }
}

class CookieSource implements HashSource {
  private readonly name: string;
  private readonly makes: boolean;
  /** What follows the value in a `set-cookie`. */
  private readonly attributes: string;

  constructor(config: HashCookieConfig) {
    this.name = config.name;
    this.makes = config.ttlSeconds !== null;
    this.attributes = cookieAttributes(config);
  }

  hash(request: HashedRequest, into: Hash64): boolean {
    const value = cookieValue(request.headers, this.name);
    if (value !== null && value !== "") {
      xxHash64(value, into);
      return true;
    }
    if (!this.makes) return false;
    const made = connectionCookie(request.streamInfo, into);
    request.setCookie(`${this.name}="${made}"${this.attributes}`);
    xxHash64(made, into);
    return true;
  }
}

/** The same for all requests of a connection: those that are under way together agree. */
function connectionCookie({ downstreamRemoteAddress, downstreamLocalAddress }: StreamInfo, scratch: Hash64): string {
  xxHash64(downstreamRemoteAddress + downstreamLocalAddress, scratch);
  return scratch.toString();
}

function cookieAttributes(config: HashCookieConfig): string {
  let text = "";
  if (config.ttlSeconds !== null && config.ttlSeconds > 0) text += `; Max-Age=${config.ttlSeconds}`;
  if (config.path !== "") text += `; Path=${config.path}`;
  for (let i = 0; i < config.attributes.length; i += 2) {
    const value = config.attributes[i + 1] as string;
    text += value === "" ? `; ${config.attributes[i]}` : `; ${config.attributes[i]}=${value}`;
  }
  return `${text}; HttpOnly`;
}

class SourceIp implements HashSource {
  hash({ streamInfo }: HashedRequest, into: Hash64): boolean {
    const ip = withoutPort(streamInfo.downstreamRemoteAddress);
    if (ip === "") return false;
    xxHash64(ip, into);
    return true;
  }
}

/** Empty for what is no IP address with a port. */
function withoutPort(address: string): string {
  const colon = address.lastIndexOf(":");
  if (colon < 0) return "";
  return address.startsWith("[") ? address.slice(1, colon - 1) : address.slice(0, colon);
}

class QueryParameterSource implements HashSource {
  private readonly name: string;

  constructor(name: string) {
    this.name = wireText(name);
  }

  hash({ headers }: HashedRequest, into: Hash64): boolean {
    const value = queryParameter(headers.path, this.name);
    if (value === null) return false;
    xxHash64(value, into);
    return true;
  }
}

class FilterStateSource implements HashSource {
  private readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  hash({ streamInfo }: HashedRequest, into: Hash64): boolean {
    const value = streamInfo.filterState?.get(this.key);
    if (value === undefined) return false;
    xxHash64(wireText(value), into);
    return true;
  }
}
