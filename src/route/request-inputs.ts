import { decodedQueryParameter } from "../http/headers/query-string.js";
import type { MatchingInput } from "../matching/predicate.js";
import { isLoopback } from "../network/address.js";
import type { StreamInfo } from "../stream-info/stream-info.js";
import type { MatchInput } from "./match-input.js";
import type { ConnectionInput, RequestInputConfig } from "./request-input-config.js";

export function compileRequestInput(config: RequestInputConfig): MatchingInput<MatchInput> {
  switch (config.kind) {
    case "header":
      return new HeaderInput(config.name);
    case "queryParameter":
      return new QueryParameterInput(config.name);
    case "filterState":
      return new FilterStateInput(config.key);
    default:
      return new ConnectionInputValue(config.kind);
  }
}

class HeaderInput implements MatchingInput<MatchInput> {
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get(input: MatchInput): string | null {
    return input.header(this.name);
  }

  describe(): string {
    return `header ${this.name}`;
  }
}

class QueryParameterInput implements MatchingInput<MatchInput> {
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get(input: MatchInput): string | null {
    return decodedQueryParameter(input.headers.path, this.name);
  }

  describe(): string {
    return `query parameter ${this.name}`;
  }
}

class FilterStateInput implements MatchingInput<MatchInput> {
  private readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  get(input: MatchInput): string | null {
    return input.request.streamInfo.filterState?.get(this.key) ?? null;
  }

  describe(): string {
    return `filter state ${this.key}`;
  }
}

const CONNECTION_WORDS: Readonly<Record<ConnectionInput, string>> = {
  sourceIp: "source address",
  sourcePort: "source port",
  directSourceIp: "address of the peer",
  sourceType: "source type",
  destinationIp: "destination address",
  destinationPort: "destination port",
  serverName: "server name",
};

class ConnectionInputValue implements MatchingInput<MatchInput> {
  private readonly kind: ConnectionInput;

  constructor(kind: ConnectionInput) {
    this.kind = kind;
  }

  get(input: MatchInput): string | null {
    const value = connectionValue(this.kind, input.request.streamInfo);
    return value === "" ? null : value;
  }

  describe(): string {
    return CONNECTION_WORDS[this.kind];
  }
}

/** Empty when there is none: the address of a pipe has neither host nor port. */
function connectionValue(kind: ConnectionInput, info: StreamInfo): string {
  switch (kind) {
    case "sourceIp":
      return hostOf(info.downstreamRemoteAddress);
    case "sourcePort":
      return portOf(info.downstreamRemoteAddress);
    case "directSourceIp":
      return hostOf(info.downstreamDirectRemoteAddress);
    case "sourceType":
      return isLocal(info) ? "local" : "";
    case "destinationIp":
      return hostOf(info.downstreamLocalAddress);
    case "destinationPort":
      return portOf(info.downstreamLocalAddress);
    case "serverName":
      return info.requestedServerName;
  }
}

function isLocal(info: StreamInfo): boolean {
  const source = hostOf(info.downstreamRemoteAddress);
  return source !== "" && (isLoopback(source) || source === hostOf(info.downstreamLocalAddress));
}

/** Of `127.0.0.1:80` and `[::1]:80`, without brackets. */
function hostOf(address: string): string {
  const colon = address.lastIndexOf(":");
  if (colon < 0) return "";
  return address.charCodeAt(0) === OPENING_BRACKET ? address.slice(1, colon - 1) : address.slice(0, colon);
}

function portOf(address: string): string {
  const colon = address.lastIndexOf(":");
  return colon < 0 ? "" : address.slice(colon + 1);
}

const OPENING_BRACKET = 0x5b;
